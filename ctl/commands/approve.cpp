// approve list, show, apply.
#include "shared/protocol/control/approve.h"

#include "ctl/commands/commands.h"
#include "ctl/render/diff.h"
#include "ctl/render/words.h"

#include <string>

namespace satchel::ctl {
namespace {

/// Enough of an id to tell changes apart.
constexpr std::size_t kIdShown = 8;

std::string change_words(const Context& context, const control::WaitingChange& change) {
    std::string text = context.out.bold(shown(change.id.substr(0, kIdShown))) + "  " +
                       shown(change.source, 40) + ": " + shown(change.item, 120);
    if (change.removed) text += " (goes)";
    text += "\n  ";
    if (!change.device.empty()) text += shown(change.device, 40) + ", ";
    return text + to_rfc3339(change.time.ms) + "\n";
}

}  // namespace

Outcome run_approve_list(Context& context) {
    SATCHEL_TRY(list, ask(context, control::ApproveListRequest{}));
    std::string text;
    for (const auto& change : list.changes) text += change_words(context, change);
    context.out.text(list.changes.empty() ? "Nothing waits for approval\n" : text);
    if (list.changes.empty()) return 0;
    const std::string id = shown(list.changes.front().id.substr(0, kIdShown));
    context.out.talk("these can run code on this machine; look: satchelctl approve show " + id +
                     ", then: satchelctl approve " + id);
    const auto listed = static_cast<std::int64_t>(list.changes.size());
    if (list.total > listed)
        context.out.talk("these are the first " + std::to_string(listed) + " of " +
                         count_words(list.total, "change"));
    return 0;
}

Outcome run_approve_show(Context& context) {
    control::ApproveShowRequest request;
    request.id = context.args.text("id");
    SATCHEL_TRY(answer, ask(context, request));
    const auto& change = answer.change;
    context.out.text(change_words(context, change) + diff_lines(change.before, change.after) +
                     "approve: satchelctl approve " + shown(change.id.substr(0, kIdShown)) + "\n");
    return 0;
}

Outcome run_approve_apply(Context& context) {
    control::ApproveApplyRequest request;
    request.id = context.args.text("id");
    request.dry_run = context.args.dry_run;
    SATCHEL_TRY(answer, ask(context, request, kWorkLimit));
    const auto& change = answer.change;
    context.out.text((answer.dry_run ? "Would approve " : "Approved ") + shown(change.item, 120) +
                     (change.device.empty() ? "" : " of " + shown(change.device, 40)) + "; " +
                     count_words(answer.remaining, "change") + " left\n");
    return 0;
}

}  // namespace satchel::ctl
