// The machines of the workspace: who they are, letting one in, letting one go.
#include "shared/protocol/control/device.h"

#include "ctl/commands/commands.h"
#include "ctl/render/table.h"
#include "ctl/render/words.h"

#include <string>

namespace satchel::ctl {
namespace {

/// How a device stands: what it may do, unless that is everything.
std::string state_words(const control::DeviceSummary& device) {
    const bool is_plain = device.role == "normal" || device.state == "revoked";
    return shown(device.state) + (is_plain ? "" : ", " + shown(device.role));
}

}  // namespace

Outcome run_device_list(Context& context) {
    SATCHEL_TRY(list, ask(context, control::DeviceListRequest{}));
    Table table({"device", "state", "last seen", "to apply", "added by", "version", "id"});
    for (const auto& device : list.devices)
        table.add({shown(device.name, 40) + (device.self ? " (this)" : ""),
                   state_words(device),
                   device.self ? "now" : when(context, device.last_seen),
                   std::to_string(device.pending_in),
                   shown(device.added_by, 40),
                   shown(device.version),
                   shown(device.id)});
    context.out.text(list.devices.empty() ? "No devices: not enrolled\n" : table.text());
    return 0;
}

namespace {

/// The words of the device that a person means, asked for one by one.
Result<std::string> choose_words(Context& context, Client& client) {
    SATCHEL_TRY(waiting, client.call(control::DeviceWaitingRequest{}, kWorkLimit));
    if (waiting.devices.empty())
        return Error{ErrorCode::not_found,
                     "no device asks to be let in",
                     "on the hub's machine run 'satchelctl sync register --name NAME', and on the "
                     "new device 'satchelctl sync setup'"};
    for (const auto& device : waiting.devices) {
        if (!context.interactive) {
            context.out.talk("a device asks to be let in: " + shown(device.words));
            continue;
        }
        if (is_confirmed(context, "does the new device show '" + shown(device.words) + "'?"))
            return device.words;
    }
    return Error{ErrorCode::invalid_argument,
                 "nobody was let in",
                 "compare with the new device's screen and give its words: --words \"…\""};
}

}  // namespace

Outcome run_device_approve(Context& context) {
    control::DeviceApproveRequest request;
    request.name = context.args.text("name");
    request.words = context.args.text("words");
    SATCHEL_TRY(client, connect(context));
    if (request.words.empty()) {
        SATCHEL_TRY(words, choose_words(context, client));
        request.words = words;
    }
    SATCHEL_TRY(approved, ask(context, client, request, kWorkLimit));
    context.out.text("'" + shown(approved.device, 40) + "' belongs to the workspace now\n");
    return 0;
}

Outcome run_device_revoke(Context& context) {
    control::DeviceRevokeRequest request;
    request.device = context.args.text("device");
    if (Status asked = confirm(context,
                               "revoke '" + shown(request.device, 40) +
                                   "'? What it has not sent yet stays on it and is lost to the "
                                   "others");
        !asked)
        return std::move(asked).error();
    SATCHEL_TRY(revoked, ask(context, request, kWorkLimit));
    context.out.text("Revoked '" + shown(revoked.device, 40) +
                     "'. The hub answers it no more, and what is written from now on is sealed "
                     "under a key it does not have\n");
    context.out.talk("what it has read before stays readable on it, its own files too");
    return 0;
}

Outcome run_device_rename(Context& context) {
    control::DeviceRenameRequest request;
    request.device = context.args.text("device");
    request.name = context.args.text("name");
    SATCHEL_TRY(renamed, ask(context, request, kWorkLimit));
    context.out.text("It is called '" + shown(renamed.device, 40) + "' now\n");
    return 0;
}

Outcome run_device_role(Context& context) {
    control::DeviceRoleRequest request;
    request.device = context.args.text("device");
    request.role = context.args.text("role");
    SATCHEL_TRY(changed, ask(context, request, kWorkLimit));
    context.out.text("'" + shown(changed.device, 40) + "' is " + shown(request.role) + " now\n");
    if (request.role != "normal")
        context.out.talk("it gets everything; what changes on it stays there");
    return 0;
}

Outcome run_device_rotate(Context& context) {
    SATCHEL_TRY(rotated, ask(context, control::DeviceRotateRequest{}, kWorkLimit));
    context.out.text("Epoch " + std::to_string(rotated.epoch) +
                     " has begun: what is written from now on is sealed under a new key\n");
    return 0;
}

}  // namespace satchel::ctl
