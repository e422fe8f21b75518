// sync setup, logout, sync register: who belongs together.
#include "ctl/commands/commands.h"
#include "ctl/commands/first_run.h"
#include "ctl/render/qr.h"
#include "ctl/render/words.h"
#include "shared/platform/files.h"
#include "shared/platform/host.h"
#include "shared/protocol/control/cycle.h"
#include "shared/protocol/control/hub.h"
#include "shared/protocol/control/status.h"

#include <string>

namespace satchel::ctl {
namespace {

constexpr std::size_t kJoinTextBytesMax = 4096;

std::string trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return "";
    return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

// From a file, standard input or the terminal; never from the arguments.
Result<std::string> read_join_string(Context& context) {
    const std::string file = context.args.text("join-file");
    std::string text;
    if (file == "-") {
        std::string piece(kJoinTextBytesMax, '\0');
        context.in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        text = piece.substr(0, static_cast<std::size_t>(context.in.gcount()));
    } else if (!file.empty()) {
        SATCHEL_TRY(content, platform::read_file(file, kJoinTextBytesMax));
        text = as_text(content);
    } else if (context.interactive) {
        text = platform::ask_hidden("Join string (from satchelctl sync register; not shown): ")
                   .value_or("");
    } else {
        return Error{ErrorCode::invalid_argument,
                     "there is no terminal to ask for the join string",
                     "give --join-file FILE, or --join-file - for standard input"};
    }
    text = trimmed(text);
    if (text.empty())
        return Error{ErrorCode::invalid_argument,
                     "a join string is required",
                     "make one with: satchelctl sync register --name NAME, on the hub's machine or "
                     "on an enrolled device"};
    return text;
}

// The three outcomes that scripts and people tell apart.
Error setup_failure(Error error, const std::string& url) {
    const std::string hub = url.empty() ? "the hub" : url;
    if (error.code == ErrorCode::offline)
        error.message = "cannot reach " + hub + ": " + error.message;
    else if (error.code == ErrorCode::refused)
        error = Error{error.code,
                      "hub reachable, but it refused this device: " + error.message,
                      error.hint}
                    .with_hint("get a new join string with: satchelctl sync register --name NAME");
    error.message += "; nothing was saved";
    return error;
}

bool is_elsewhere(const Error& error) {
    return error.code == ErrorCode::not_enrolled || error.code == ErrorCode::offline ||
           error.code == ErrorCode::not_found;
}

Result<control::InviteResponse> invite(Context& context, const std::string& name) {
    control::WorkspaceInviteRequest from_device;
    from_device.name = name;
    control::HubRegisterRequest from_hub;
    from_hub.name = name;

    auto device = connect_running(context, "device");
    if (device) {
        auto invited = device->call(from_device, kWorkLimit);
        if (invited || invited.error().code != ErrorCode::not_enrolled) return invited;
    } else if (!is_elsewhere(device.error())) {
        return device.error();
    }
    auto hub = connect_running(context, "hub");
    if (hub) return hub->call(from_hub, kWorkLimit);
    if (!is_elsewhere(hub.error())) return hub.error();

    constexpr auto kNowhere =
        "run this on an enrolled device, or on the hub's machine while satcheld hub runs there";
    if (device)
        return Error{ErrorCode::not_enrolled,
                     "this device is not enrolled and no hub runs on this machine",
                     kNowhere};
    SATCHEL_TRY(started, connect(context));
    auto invited = started.call(from_device, kWorkLimit);
    if (!invited && invited.error().code == ErrorCode::not_enrolled) {
        Error error = std::move(invited).error();
        error.hint = kNowhere;
        return error;
    }
    return invited;
}

/// What it would do, which `plan` says, is told before it is done.
Outcome move_hub(Context& context,
                 Client& client,
                 const std::string& from,
                 const control::WorkspaceJoinResponse& plan,
                 const control::WorkspaceJoinRequest& request) {
    const std::string to = shown(plan.hub_url);
    if (request.dry_run) {
        context.out.json(json::to_json(plan));
        std::string text = "Would move from " + shown(from) + " to " + to + "\n";
        for (const std::string& line : plan.lines) text += "  " + shown(line) + "\n";
        context.out.text(text);
        return 0;
    }
    for (const std::string& line : plan.lines) context.out.talk(shown(line));
    if (auto asked = confirm(context, "move from " + shown(from) + " to " + to + "?"); !asked)
        return std::move(asked).error();
    auto moved = ask(context, client, request, kWorkLimit);
    if (!moved) return setup_failure(std::move(moved).error(), request.hub_url);
    std::string text = "Moved to " + shown(moved->hub_url) + "\n";
    for (const std::string& line : moved->lines) text += "  " + shown(line) + "\n";
    context.out.text(text);
    context.out.talk(
        "each other device follows with 'satchelctl sync setup' and a join string of this one "
        "(satchelctl sync register --name NAME); keep the hub so far until all have");
    context.out.talk("recovery words on paper stay good; write the new address beside them");
    return 0;
}

}  // namespace

Outcome run_sync_setup(Context& context) {
    SATCHEL_TRY(client, connect(context));
    SATCHEL_TRY(status, client.call(control::StatusRequest{}, kQuestionLimit));
    const bool is_enrolled = !status.workspace.empty();
    const bool asks_all = is_first_run(context, is_enrolled);
    control::WorkspaceJoinRequest request;
    request.hub_url = context.args.text("url");
    request.device_name = context.args.text("name");
    if (request.device_name.empty()) request.device_name = platform::host_name();
    if (asks_all) {
        SATCHEL_TRY(join_string, choose_way_in(context, request.device_name));
        if (!join_string) return 0;
        request.join_string = *join_string;
    }
    // A member needs no leave: an address is enough.
    const bool is_address_enough =
        is_enrolled && context.args.has("url") && !context.args.has("join-file");
    if (!is_address_enough && request.join_string.empty()) {
        SATCHEL_TRY(join_string, read_join_string(context));
        request.join_string = join_string;
    }
    request.dry_run = context.args.dry_run;
    if (is_enrolled) {
        control::WorkspaceJoinRequest rehearsal = request;
        rehearsal.dry_run = true;
        auto plan = client.call(rehearsal, kWorkLimit);
        if (!plan) return setup_failure(std::move(plan).error(), request.hub_url);
        if (plan->moved) return move_hub(context, client, status.hub_url, *plan, request);
        // It was a member and is none any more: it joins like a new one.
    }
    auto joined = ask(context, client, request, kWorkLimit);
    if (!joined) return setup_failure(std::move(joined).error(), request.hub_url);

    if (joined->waiting) {
        context.out.text("Hub reachable. This device waits to be let in; its words:\n\n    " +
                         shown(joined->words) + "\n\n");
        context.out.talk("on an enrolled device run: satchelctl device approve " +
                         shown(joined->device) + ", and go on only when it shows the same words");
        return 0;
    }
    context.out.text("Hub reachable and this device accepted.\n");
    context.out.text("device     " + shown(joined->device) + "\nworkspace  " +
                     shown(joined->workspace) + (joined->founded ? " (new)" : "") +
                     "\nhub        " + shown(joined->hub_url) + "\n");
    if (joined->founded)
        context.out.talk(
            "only this device has the keys so far; for the day when it is lost: satchelctl "
            "recovery "
            "create");
    if (asks_all) {
        if (auto offered = offer_assistants(context); !offered) return std::move(offered).error();
        context.out.talk("next: satchelctl status; satchelctl source add PATH for more");
        return 0;
    }
    context.out.talk("next: satchelctl source add PATH");
    return 0;
}

Outcome run_logout(Context& context) {
    SATCHEL_TRY(client, connect(context));
    control::WorkspaceLeaveRequest request;
    request.force = context.args.has("force");
    request.keep_device = context.args.has("keep-device");
    control::CycleRunRequest noticing;
    noticing.pull = false;
    // So that the number that is told next is right; whether it is sent does not matter here.
    if (!context.args.dry_run) (void)client.call(noticing, kWorkLimit);
    request.dry_run = true;
    SATCHEL_TRY(plan, client.call(request, kWorkLimit));
    const std::string unsent = count_words(plan.unsent, "change");
    if (context.args.dry_run) {
        context.out.json(json::to_json(plan));
        context.out.text("Would end the membership of '" + shown(plan.device, 40) + "'; " + unsent +
                         " not sent yet\n");
        return 0;
    }
    if (plan.unsent > 0) context.out.talk(unsent + " not sent: the workspace does not have them");
    if (auto asked = confirm(context, "end the membership of '" + shown(plan.device, 40) + "'?");
        !asked)
        return std::move(asked).error();
    request.dry_run = false;
    SATCHEL_TRY(left, ask(context, client, request, kWorkLimit));
    context.out.text("Left the workspace; the key of '" + shown(left.device, 40) +
                     "' is gone, files and databases stay as they are\n");
    if (!left.revoked)
        context.out.talk(
            "the hub and the other devices still count it: on one of them run "
            "satchelctl device revoke '" +
            shown(left.device, 40) + "', unless a copy of it goes on");
    context.out.talk(
        "to come back: satchelctl sync register --name NAME on another device, satchelctl sync "
        "setup here; the sources are still declared");
    return 0;
}

Outcome run_sync_register(Context& context) {
    const std::string name = context.args.text("name");
    SATCHEL_TRY(invited, invite(context, name));
    if (context.out.options().json) {
        context.out.json(json::to_json(invited));
        return 0;
    }
    context.out.line(invited.join_string);
    // A camera reads it where nothing can be pasted; a script never sees it.
    const OutputOptions& options = context.out.options();
    if (options.progress && !options.quiet)
        context.out.talk_stream() << qr_lines(invited.join_string, options.color);
    context.out.talk("a join string for '" + shown(name) + "', good once" +
                     (invited.expires ? ", until " + to_rfc3339(invited.expires->ms) : "") +
                     "; it is kept nowhere");
    context.out.talk("on that device run: satchelctl sync setup");
    if (!invited.approved)
        context.out.talk("then let it in on an enrolled device: satchelctl device approve " +
                         shown(name));
    return 0;
}

}  // namespace satchel::ctl
