#include "daemon/app/source_plan.h"

#include "daemon/app/handlers.h"
#include "daemon/sources/sqlite_tables/explain.h"
#include "shared/base/edit_distance.h"
#include "shared/base/utf8.h"
#include "shared/platform/file_identity.h"

#include <algorithm>
#include <array>

namespace satchel::app {

namespace {

constexpr std::size_t kNamesShown = 20;

bool same_name(std::string_view left, std::string_view right) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(left, right, {}, lower, lower);
}

/// Rows of such a table came from another device: it may be made here later.
bool is_known_elsewhere(const engine::Replica& replica,
                        const std::string& source,
                        const std::string& table) {
    return std::ranges::any_of(replica.ledger().collections(), [&](const auto& entry) {
        return entry.second.source == source && same_name(entry.second.name, table);
    });
}

Error no_such_table(const std::string& name, const sources::DatabasePlan& plan) {
    std::vector<std::string> there = plan.other_names;
    for (const sources::PlannedTable& table : plan.tables) there.push_back(table.name);
    Error error{ErrorCode::not_found,
                "declare a source: the database has no table '" + escape_for_terminal(name) + "'"};
    const std::string near(
        nearest_word(name, std::vector<std::string_view>(there.begin(), there.end())));
    if (!near.empty()) error.hint = "did you mean '" + escape_for_terminal(near) + "'?";
    return error;
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i)
        text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > kNamesShown) text += ", ...";
    return text;
}

control::PlannedTable to_control(const sources::PlannedTable& table) {
    control::PlannedTable made;
    made.name = table.name;
    made.rows = count_of(table.rows);
    made.rows_without_key = count_of(table.rows_without_key);
    made.identity = table.identity;
    made.key = table.key;
    made.columns = table.columns;
    made.left_out = table.left_out;
    for (const sources::PlannedReference& one : table.references)
        made.references.push_back({one.from, one.parent, one.to, one.on_delete, one.is_renumbered});
    made.uniques = table.uniques;
    made.triggers = table.triggers;
    return made;
}

void add_promises(const sources::DatabasePlan& found, control::DatabasePlan& plan) {
    if (found.capture == "marks")
        plan.will.emplace_back(
            "add triggers and two tables named _satchel_... to the file, which find what changes; "
            "source remove takes them out again");
    else
        plan.will.emplace_back(
            "read the tables again whenever the file changes; nothing is added to the file");
    plan.will.emplace_back("write rows of other devices, after a backup of the file");
    std::vector<std::string> triggers;
    bool has_column = false;
    for (const sources::PlannedTable& table : found.tables) {
        triggers.insert(triggers.end(), table.triggers.begin(), table.triggers.end());
        has_column = has_column || table.identity == "column";
    }
    if (has_column) plan.will.emplace_back("fill the column sync_id of rows that have none");
    if (!triggers.empty())
        plan.will.push_back("let the application's triggers run when rows arrive: " +
                            listed(triggers));
    plan.will_not.emplace_back("change the schema of its tables, its journal mode or its settings");
    plan.will_not.emplace_back("vacuum, checkpoint or migrate it");
    if (!found.secrets.empty())
        plan.will_not.push_back("send settings that look like secrets: " + listed(found.secrets));
}

}  // namespace

std::string fingerprint_text(std::uint64_t fingerprint) {
    Bytes bytes;
    ByteWriter(bytes).u64(fingerprint);
    return to_hex(bytes);
}

Status check_place(const control::SourceAddRequest& request,
                   engine::Replica& replica,
                   const profiles::Shelf& profiles) {
    SATCHEL_TRY(place, platform::identify_file(request.path));
    if (request.kind == kTablesKind) {
        const std::string path = escape_for_terminal(request.path);
        if (!place.is_regular)
            return Error{ErrorCode::invalid_argument,
                         "declare a source: " + path + " is no regular file",
                         "give the path of a SQLite database or of a directory"};
        if (place.size == 0)
            return Error{ErrorCode::corrupt,
                         "declare a source: " + path + " is empty and no database yet",
                         "start the application that makes it once, then try again"};
        if (place.links > 1)
            return Error{ErrorCode::invalid_argument,
                         "declare a source: " + path + " has another name (a hard link)",
                         "two names of one database damage it; keep one of them"};
        if (place.is_remote)
            return Error{ErrorCode::refused,
                         "declare a source: " + path + " is on a network file system",
                         "SQLite's locks are not safe there; declare it on the machine it is on"};
    }
    for (const engine::SourceSlot& slot : replica.slots()) {
        const auto other = platform::identify_file(slot.declaration.path);
        if (!other || other->device != place.device || other->inode != place.inode) continue;
        if (slot.declaration.name == request.name) continue;  // said by its name
        const bool is_walked = is_walked_by(to_declaration(request, {}), profiles);
        if (is_walked != is_walked_by(slot.declaration, profiles)) continue;
        return Error{ErrorCode::already_exists,
                     "declare a source: that is the source '" + slot.declaration.name + "' already",
                     "satchelctl source show " + slot.declaration.name};
    }
    return ok();
}

Result<control::DatabasePlan> plan_database(const control::SourceAddRequest& request,
                                            const SourceSurroundings& surroundings,
                                            engine::Replica& replica) {
    SATCHEL_TRY(settings, tables_settings(request, surroundings));
    SATCHEL_TRY(found, explain_database(settings, surroundings.ids, surroundings.clock));
    std::vector<std::string> asked = request.tables;
    for (const auto& [table, identity] : settings.identity) asked.push_back(table);
    for (const std::string& name : asked) {
        const bool is_there =
            std::ranges::any_of(found.tables,
                                [&](const auto& t) { return same_name(t.name, name); }) ||
            std::ranges::any_of(found.other_names,
                                [&](const auto& other) { return same_name(other, name); });
        if (!is_there && !is_known_elsewhere(replica, request.name, name))
            return no_such_table(name, found);
    }
    if (!request.preset.empty() && found.tables.empty())
        return Error{ErrorCode::invalid_argument,
                     "declare a source: " + escape_for_terminal(request.path) +
                         " has none of the tables of the preset '" + request.preset + "'",
                     "leave --preset out to sync the tables it has"};
    control::DatabasePlan plan;
    plan.size_bytes = count_of(found.size_bytes);
    plan.fingerprint = fingerprint_text(found.fingerprint);
    plan.capture = found.capture;
    for (const sources::PlannedTable& table : found.tables)
        plan.tables.push_back(to_control(table));
    plan.left_out = found.left_out;
    if (request.tables.empty() && request.preset.empty()) {
        add_promises(found, plan);
        return plan;
    }
    std::vector<std::string> unasked;
    for (const std::string& name : found.other_names)
        if (!std::ranges::any_of(asked, [&](const auto& one) { return same_name(one, name); }))
            unasked.push_back(name);
    if (!unasked.empty()) plan.left_out.push_back("not asked for: " + listed(unasked));
    for (const std::string& name : found.missing)
        if (request.preset.empty())
            plan.left_out.push_back("table " + name + " is not there yet; its rows wait");
    add_promises(found, plan);
    return plan;
}

}  // namespace satchel::app
