// undo: what changes displaced, and having it back.
#include "ctl/commands/commands.h"
#include "ctl/render/words.h"
#include "shared/base/time_text.h"
#include "shared/protocol/control/history.h"

#include <charconv>
#include <string>

namespace satchel::ctl {
namespace {

constexpr std::size_t kListedValue = 60;

/// Fills what list and undo have in common; the error names the option that makes no sense.
template <class Request>
Status read_wish(const Context& context, Request& request) {
    const auto& args = context.args;
    request.item = args.text("item");
    request.source = args.text("source");
    request.device = args.text("device");
    if (args.has("cycle")) {
        const std::string text = args.text("cycle");
        std::int64_t cycle = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), cycle);
        if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || cycle < 1)
            return Error{ErrorCode::invalid_argument,
                         "--cycle needs a number, not '" + shown(text, 40) + "'",
                         "satchelctl undo --list shows them"};
        request.cycle = cycle;
    }
    if (args.has("since")) {
        const auto time = from_rfc3339(args.text("since"));
        if (!time)
            return Error{ErrorCode::invalid_argument,
                         "--since needs a time, not '" + shown(args.text("since"), 40) + "'",
                         "such as 2026-03-01 or 2026-03-01T09:30:00Z"};
        request.since = json::Time{*time};
    }
    return ok();
}

std::string value_words(const control::DisplacedValue& value) {
    return value.known ? shown(value.value, kListedValue)
                       : std::string("(overwritten here by its own program)");
}

Outcome list_displaced(Context& context) {
    control::HistoryListRequest request;
    if (auto wish = read_wish(context, request); !wish) return std::move(wish).error();
    SATCHEL_TRY(list, ask(context, request));
    std::string text;
    std::int64_t cycle = -1;
    for (const auto& value : list.values) {
        if (value.cycle != cycle)
            text += context.out.bold("cycle " + std::to_string(value.cycle)) + ", " +
                    to_rfc3339(value.at.ms) + "\n";
        cycle = value.cycle;
        text += "  " + shown(value.source, 40) + ": " + shown(value.item, 80) + ", " +
                shown(value.column, 40) + (value.removed ? " (removed by " : " (replaced by ") +
                shown(value.by, 40) + ")\n     " + value_words(value) + "\n";
    }
    context.out.text(list.values.empty() ? "Nothing was displaced\n" : text);
    return 0;
}

std::string undo_words(const control::HistoryUndoResponse& undone) {
    std::string text;
    for (const auto& value : undone.items)
        text += "  " + shown(value.source, 40) + ": " + shown(value.item, 80) + ", " +
                shown(value.column, 40) + " = " + shown(value.value, kListedValue) +
                (value.now.empty() ? "" : " instead of " + shown(value.now, kListedValue)) + "\n";
    const auto told = static_cast<std::int64_t>(undone.items.size());
    if (undone.values > told) text += "  … and " + std::to_string(undone.values - told) + " more\n";
    return text;
}

}  // namespace

Outcome run_undo(Context& context) {
    if (context.args.has("list")) return list_displaced(context);
    control::HistoryUndoRequest request;
    if (auto wish = read_wish(context, request); !wish) return std::move(wish).error();
    request.dry_run = true;
    // What would come back is shown before anybody is asked; the machine's answer comes once.
    SATCHEL_TRY(client, connect(context));
    if (context.args.dry_run || context.args.yes || context.out.options().json) {
        request.dry_run = context.args.dry_run;
    } else {
        SATCHEL_TRY(plan, client.call(request, kWorkLimit));
        context.out.text(undo_words(plan));
        const std::string question = "put back " + count_words(plan.values, "value") + " in " +
                                     count_words(plan.restored, "row") + "?";
        if (plan.restored > 0 && !is_confirmed(context, question))
            return Error{ErrorCode::invalid_argument,
                         "nothing was undone",
                         "answer y, or give --yes to undo without asking"};
        request.dry_run = false;
    }
    SATCHEL_TRY(undone, ask(context, client, request, kWorkLimit));
    std::string text = undone.dry_run || context.args.yes ? undo_words(undone) : "";
    text += (undone.dry_run ? "Would put back " : "Put back ") +
            count_words(undone.values, "value") + " in " + count_words(undone.restored, "row");
    context.out.text(text + "\n");
    for (const auto& skipped : undone.skipped)
        context.out.talk(shown(skipped.item, 120) + ": " + shown(skipped.reason));
    return 0;
}

}  // namespace satchel::ctl
