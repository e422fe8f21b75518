#include "ctl/commands/source_plan.h"

#include "ctl/render/table.h"
#include "ctl/render/words.h"

namespace satchel::ctl {

namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + shown(name, 40);
    return text;
}

std::string reference_words(const control::PlannedReference& one) {
    std::string text = joined(one.from) + " -> " + shown(one.parent, 40);
    if (!one.to.empty()) text += "(" + joined(one.to) + ")";
    if (one.on_delete != "NO ACTION") text += ", on delete " + shown(one.on_delete, 20);
    if (one.renumbered) text += "; each device keeps its own numbers";
    return text;
}

/// The facts of one table that do not fit a line of the list.
std::string table_words(const control::PlannedTable& table) {
    std::vector<std::string> facts;
    for (const auto& one : table.references) facts.push_back("refers: " + reference_words(one));
    for (const auto& one : table.uniques) facts.push_back("unique: " + joined(one));
    for (const auto& one : table.left_out) facts.push_back("stays: " + shown(one));
    if (!table.triggers.empty()) facts.push_back("triggers: " + joined(table.triggers));
    if (table.rows_without_key > 0)
        facts.push_back("stays: " + count_words(table.rows_without_key, "row") +
                        " with NULL in the key");
    std::string text;
    for (const std::string& fact : facts) text += "    " + fact + "\n";
    return text.empty() ? text : "  " + shown(table.name, 40) + "\n" + text;
}

}  // namespace

std::string plan_text(const control::DatabasePlan& plan, const std::string& path) {
    std::string text = shown(path) + ": " + size_words(plan.size_bytes) + ", " +
                       count_words(static_cast<std::int64_t>(plan.tables.size()), "table") +
                       " to keep in sync, schema " + shown(plan.fingerprint, 16) + "\n";
    if (!plan.tables.empty()) {
        Table table({"table", "rows", "columns", "told apart by", "identity"});
        for (const auto& one : plan.tables)
            table.add({shown(one.name, 40),
                       std::to_string(one.rows),
                       std::to_string(one.columns.size()),
                       shown(joined(one.key), 40),
                       shown(one.identity)});
        text += "\n" + table.text();
    }
    std::string details;
    for (const auto& table : plan.tables) details += table_words(table);
    if (!details.empty()) text += "\n" + details;
    if (!plan.left_out.empty()) text += "\nStays on this device:\n";
    for (const std::string& one : plan.left_out) text += "  " + shown(one) + "\n";
    text += "\nSatchel will\n";
    for (const std::string& one : plan.will) text += "  " + shown(one) + "\n";
    text += "and will not\n";
    for (const std::string& one : plan.will_not) text += "  " + shown(one) + "\n";
    return text;
}

}  // namespace satchel::ctl
