// conflict list, show, diff, resolve; why.
#include "shared/protocol/control/conflict.h"

#include "ctl/commands/commands.h"
#include "ctl/commands/edit.h"
#include "ctl/render/diff.h"
#include "ctl/render/table.h"
#include "ctl/render/words.h"

#include <algorithm>
#include <array>
#include <string>

namespace satchel::ctl {
namespace {

constexpr std::size_t kListedValue = 60;
constexpr std::size_t kWholeValue = 100'000;

/// Who wrote a value and when; what was given back after a deletion keeps no time of its own.
std::string origin_words(const control::ConflictVersion& version) {
    std::string text;
    if (!version.device.empty()) text += ", " + shown(version.device, 40);
    if (version.time.ms != 0) text += ", " + to_rfc3339(version.time.ms);
    if (version.shown) text += ", in the source now";
    return text.empty() ? text : text.substr(2);
}

std::string conflict_words(const Context& context,
                           const control::ConflictSummary& conflict,
                           std::size_t value_max) {
    std::string text = context.out.bold(shown(conflict.id)) + "  " + shown(conflict.source, 40) +
                       ": " + shown(conflict.item, 80);
    if (!conflict.column.empty()) text += ", " + shown(conflict.column, 40);
    text += " (" + shown(conflict.kind) + ")\n";
    for (const auto& version : conflict.versions) {
        text += "  " + std::to_string(version.number) + "  " + origin_words(version) + "\n";
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

/// "null", "integer:42", "real:1.5", "text:anything", or just the text.
control::ConflictValue value_of(const std::string& text) {
    for (const std::string_view type : {"text", "integer", "real"})
        if (text.starts_with(std::string(type) + ":"))
            return {std::string(type), text.substr(type.size() + 1)};
    if (text == "null:") return {"null", ""};
    return {"text", text};
}

/// The version an argument names, else the one with number `otherwise`.
Result<control::ConflictVersion> pick_version(const Context& context,
                                              const std::vector<control::ConflictVersion>& versions,
                                              std::string_view argument,
                                              std::int64_t otherwise) {
    const std::string name =
        context.args.has(argument) ? context.args.text(argument) : std::to_string(otherwise);
    for (const auto& version : versions)
        if (std::to_string(version.number) == name || version.device == name) return version;
    return Error{ErrorCode::invalid_argument,
                 "the conflict has no version '" + shown(name, 40) + "'",
                 "give a version's number or its device's name"};
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
    const auto listed = static_cast<std::int64_t>(list.conflicts.size());
    if (list.total > listed)
        context.out.talk("these are the first " + std::to_string(listed) + " of " +
                         count_words(list.total, "conflict") + "; resolve some, or give --source");
    return 0;
}

Outcome run_conflict_show(Context& context) {
    control::ConflictShowRequest request;
    request.id = context.args.text("id");
    SATCHEL_TRY(answer, ask(context, request));
    context.out.text(conflict_words(context, answer.conflict, kWholeValue));
    return 0;
}

Outcome run_conflict_diff(Context& context) {
    control::ConflictShowRequest request;
    request.id = context.args.text("id");
    request.whole = true;
    SATCHEL_TRY(answer, ask(context, request));
    const auto& versions = answer.conflict.versions;
    SATCHEL_TRY(first, pick_version(context, versions, "from", 1));
    SATCHEL_TRY(second, pick_version(context, versions, "to", 2));
    const auto head = [](std::string_view mark, const control::ConflictVersion& version) {
        return std::string(mark) + std::to_string(version.number) + "  " + origin_words(version) +
               "\n";
    };
    context.out.text(head("--- ", first) + head("+++ ", second) +
                     diff_lines(first.value, second.value));
    return 0;
}

namespace {

/// What the editor makes of the version that is shown.
Result<control::ConflictValue> edited_value(Context& context, const std::string& id) {
    control::ConflictShowRequest request;
    request.id = id;
    request.whole = true;
    SATCHEL_TRY(client, connect(context));
    SATCHEL_TRY(answer, client.call(request, kQuestionLimit));
    const auto& versions = answer.conflict.versions;
    const auto at = std::ranges::find_if(versions, &control::ConflictVersion::shown);
    if (answer.conflict.kind != "edit/edit" || versions.empty())
        return Error{ErrorCode::invalid_argument,
                     "whole rows cannot be edited",
                     "satchelctl conflict show " + shown(id) + " shows what can be taken"};
    const control::ConflictVersion& version = at == versions.end() ? versions.front() : *at;
    constexpr std::array<std::string_view, 3> kEditable = {"text", "integer", "real"};
    if (std::ranges::find(kEditable, version.type) == kEditable.end())
        return Error{ErrorCode::invalid_argument,
                     "a value of type " + shown(version.type, 20) + " cannot be edited as text",
                     "take a version with --take, or give another value with --value"};
    SATCHEL_TRY(edited, edit_text(context, version.value));
    if (edited == version.value)
        return Error{ErrorCode::failed,
                     "the value was left as it is; nothing was written",
                     "satchelctl conflict resolve " + shown(id) + " --take " +
                         std::to_string(version.number) + " decides for it"};
    return control::ConflictValue{version.type, std::move(edited)};
}

}  // namespace

Outcome run_conflict_resolve(Context& context) {
    control::ConflictResolveRequest request;
    request.id = context.args.text("id");
    request.take = context.args.text("take");
    request.both = context.args.has("both");
    if (context.args.has("value")) request.value = value_of(context.args.text("value"));
    const int ways = static_cast<int>(context.args.has("take")) + static_cast<int>(request.both) +
                     static_cast<int>(request.value.has_value()) +
                     static_cast<int>(context.args.has("edit"));
    if (ways != 1)
        return Error{ErrorCode::invalid_argument,
                     "conflict resolve needs exactly one of --take, --value, --edit and --both",
                     "satchelctl conflict show " + shown(request.id) + " shows the versions"};
    request.dry_run = context.args.dry_run;
    if (context.args.has("edit")) {
        SATCHEL_TRY(edited, edited_value(context, request.id));
        request.value = std::move(edited);
    }
    SATCHEL_TRY(resolved, ask(context, request, kWorkLimit));
    std::string what = resolved.dry_run ? "Would write " : "Wrote ";
    if (resolved.taken.number == 0)
        what += request.both ? "all versions" : "the value given";
    else
        what = (resolved.dry_run ? "Would take version " : "Took version ") +
               std::to_string(resolved.taken.number) +
               (resolved.taken.device.empty() ? "" : " of " + shown(resolved.taken.device, 40));
    context.out.text(what + "; " + count_words(resolved.remaining, "conflict") + " left\n");
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
        for (const auto& before : column.replaced)
            text += "  replaced " + shown(before.value, kListedValue) + " by " +
                    shown(before.device, 40) + ", " + to_rfc3339(before.time.ms) + "\n";
    }
    context.out.text(text);
    return 0;
}

}  // namespace satchel::ctl
