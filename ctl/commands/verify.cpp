// verify: are all copies equal?
#include "shared/protocol/control/verify.h"

#include "ctl/commands/commands.h"
#include "ctl/render/table.h"
#include "ctl/render/words.h"

#include <string>

namespace satchel::ctl {
namespace {

std::string device_words(const control::VerifiedDevice& device) {
    if (device.state == "equal") return "has applied the same changes, and adds up to the same";
    if (device.state == "behind") return "has not applied all that this device has";
    if (device.state == "ahead") return "has applied more than this device has";
    if (device.state == "apart") return "lacks some changes and has others that are not here";
    if (device.state == "silent") return "has said nothing yet";
    return "has applied the same changes and holds something else";
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + shown(name, 40);
    return text;
}

void print_sources(Context& context, const control::VerifyResponse& verified) {
    Table table({"source", "state", "checked", "drifted", "not shown", "why"});
    for (const auto& source : verified.sources)
        table.add({shown(source.name, 40),
                   shown(source.state),
                   std::to_string(source.checked),
                   std::to_string(source.drifted),
                   std::to_string(source.waiting),
                   shown(source.detail)});
    context.out.text(table.text());
    for (const auto& source : verified.sources)
        for (const std::string& item : source.items)
            context.out.text("  " + shown(source.name, 40) + ": " + shown(item, 300) + "\n");
}

void print_devices(Context& context, const control::VerifyResponse& verified) {
    Table table({"device", "state", "last seen", "in", "what that means"});
    for (const auto& device : verified.devices)
        table.add({shown(device.name, 40),
                   shown(device.state),
                   when(context, device.last_seen),
                   joined(device.sources),
                   device_words(device)});
    context.out.text("\n" + table.text());
}

}  // namespace

Outcome run_verify(Context& context) {
    SATCHEL_TRY(verified, ask(context, control::VerifyRequest{}, kWorkLimit));
    if (!verified.sources.empty()) print_sources(context, verified);
    if (!verified.devices.empty()) print_devices(context, verified);
    if (!verified.hub_detail.empty())
        context.out.talk("the hub was not asked: " + shown(verified.hub_detail));
    if (verified.pending_out > 0)
        context.out.talk(count_words(verified.pending_out, "item") + " not sent yet");
    if (verified.verdict == "equal") {
        context.out.text("Equal: what is here is what the workspace has, on every device\n");
        return 0;
    }
    if (verified.verdict == "unsettled") {
        context.out.text("Not settled: some of it is under way, or cannot be told now\n");
        context.out.talk("run 'satchelctl sync' on every device, then this again");
        return error_row(ErrorCode::busy).exit_status;
    }
    context.out.text("Different: see above; nothing was changed\n");
    context.out.talk(
        "'satchelctl why ITEM' tells where a value came from, 'satchelctl backup list' "
        "what can be had back");
    return error_row(ErrorCode::halted).exit_status;
}

}  // namespace satchel::ctl
