// plan, sync --dry-run: what the next cycle would do. Nothing is changed by asking.
#include "ctl/commands/plan.h"

#include "ctl/commands/commands.h"
#include "ctl/render/words.h"

namespace satchel::ctl {
namespace {

/// "out  update  claude: rules/1.md (it changed here)".
std::string item_line(const control::PlannedItem& item) {
    std::string line = item.direction == "out" ? "out  " : "in   ";
    line += shown(item.action, 12);
    line.append(line.size() < 14 ? 14 - line.size() : 1, ' ');
    line += shown(item.source, 40) + ": " + (item.item.empty() ? "an item" : shown(item.item, 300));
    if (!item.why.empty()) line += " (" + shown(item.why, 300) + ")";
    return line + "\n";
}

/// "out: 3 update, 1 delete of claude".
std::string totals_text(const control::CyclePlan& plan) {
    std::string text;
    std::string last;
    for (const control::PlannedTotal& total : plan.totals) {
        const std::string place = total.direction + " " + total.source;
        const std::string count = std::to_string(total.items) + " " + shown(total.action, 12);
        if (place == last) {
            text += ", " + count;
        } else {
            text += (text.empty() ? "" : "\n") + std::string(total.direction) + ", " +
                    shown(total.source, 40) + ": " + count;
        }
        last = place;
    }
    return text.empty() ? "Nothing would change\n" : text + "\n";
}

}  // namespace

std::string plan_text(const control::CyclePlan& plan) {
    std::string text;
    std::int64_t items = 0;
    for (const control::PlannedItem& item : plan.items) text += item_line(item);
    for (const control::PlannedTotal& total : plan.totals) items += total.items;
    const auto named = static_cast<std::int64_t>(plan.items.size());
    if (items > named) text += "and " + count_words(items - named, "item") + " more\n";
    text += totals_text(plan);
    for (const std::string& note : plan.notes) text += shown(note, 600) + "\n";
    if (!plan.hub_detail.empty())
        text += "the hub was not asked what others sent: " + shown(plan.hub_detail, 300) + "\n";
    if (!plan.complete) text += "there may be more than was looked at\n";
    return text;
}

Outcome run_plan(Context& context) {
    control::CycleRunRequest request;
    request.dry_run = true;
    SATCHEL_TRY(planned, ask(context, request, kWorkLimit));
    if (planned.plan) context.out.text(plan_text(*planned.plan));
    return 0;
}

}  // namespace satchel::ctl
