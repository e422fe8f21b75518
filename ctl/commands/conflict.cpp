// conflict list, show, resolve; why.
#include "shared/protocol/control/conflict.h"

#include "ctl/commands/commands.h"
#include "ctl/render/table.h"
#include "ctl/render/words.h"

#include <string>

namespace satchel::ctl {
namespace {

constexpr std::size_t kListedValue = 60;
constexpr std::size_t kWholeValue = 100'000;

std::string conflict_words(const Context& context,
                           const control::ConflictSummary& conflict,
                           std::size_t value_max) {
    std::string text = context.out.bold(shown(conflict.id)) + "  " + shown(conflict.source, 40) +
                       ": " + shown(conflict.item, 80);
    if (!conflict.column.empty()) text += ", " + shown(conflict.column, 40);
    text += " (" + shown(conflict.kind) + ")\n";
    for (const auto& version : conflict.versions) {
        text += "  " + std::to_string(version.number) + "  " + shown(version.device, 40) + ", " +
                to_rfc3339(version.time.ms) + (version.shown ? ", in the source now" : "") + "\n";
        text += "     " + shown(version.value, value_max);
        const bool cut = version.value.size() < static_cast<std::size_t>(version.bytes) ||
                         version.value.size() > value_max;
        text += cut ? " (" + size_words(version.bytes) + ")\n" : "\n";
    }
    // The version to take is a person's choice; the one that is not shown is the likelier one.
    std::int64_t other = 1;
    for (const auto& version : conflict.versions)
        if (!version.shown) other = version.number;
    return text + "  resolve: satchelctl conflict resolve " + shown(conflict.id) + " --take " +
           std::to_string(other) + "\n";
}

}  // namespace

Outcome run_conflict_list(Context& context) {
    control::ConflictListRequest request;
    request.source = context.args.text("source");
    SATCHEL_TRY(list, ask(context, request));
    std::string text;
    for (const auto& conflict : list.conflicts)
        text += conflict_words(context, conflict, kListedValue);
    context.out.text(list.conflicts.empty() ? "No conflicts\n" : text);
    return 0;
}

Outcome run_conflict_show(Context& context) {
    control::ConflictShowRequest request;
    request.id = context.args.text("id");
    SATCHEL_TRY(answer, ask(context, request));
    context.out.text(conflict_words(context, answer.conflict, kWholeValue));
    return 0;
}

Outcome run_conflict_resolve(Context& context) {
    control::ConflictResolveRequest request;
    request.id = context.args.text("id");
    request.take = context.args.text("take");
    request.dry_run = context.args.dry_run;
    SATCHEL_TRY(resolved, ask(context, request, kWorkLimit));
    context.out.text((resolved.dry_run ? "Would take " : "Took ") + std::string("version ") +
                     std::to_string(resolved.taken.number) + " of " +
                     shown(resolved.taken.device, 40) + "; " +
                     count_words(resolved.remaining, "conflict") + " left\n");
    return 0;
}

Outcome run_why(Context& context) {
    control::ItemWhyRequest request;
    request.item = context.args.text("item");
    request.source = context.args.text("source");
    SATCHEL_TRY(why, ask(context, request));
    std::string text = shown(why.source, 40) + ": " + shown(why.item, 80) + "\nsync id " +
                       shown(why.sync_id) + "\n";
    if (!why.held.empty()) text += "held back: " + shown(why.held) + "\n";
    for (const auto& column : why.columns) {
        text += (column.column.empty() ? std::string("content") : shown(column.column, 40)) +
                (column.shown ? " = " : " ≠ ") + shown(column.value, kListedValue) + "\n";
        text += "  by " + shown(column.device, 40) + " (change " + std::to_string(column.sequence) +
                ") at " + to_rfc3339(column.time.ms);
        text += column.reason.empty() ? "\n" : ": " + shown(column.reason) + "\n";
    }
    context.out.text(text);
    return 0;
}

}  // namespace satchel::ctl
