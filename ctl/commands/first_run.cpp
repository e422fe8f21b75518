// Questions of the first run; scripts, and people who give options, never meet them.
#include "ctl/commands/first_run.h"

#include "ctl/commands/commands.h"
#include "ctl/render/words.h"
#include "shared/protocol/control/hub.h"
#include "shared/protocol/control/source.h"
#include "shared/protocol/control/workspace.h"

#include <algorithm>
#include <array>

namespace satchel::ctl {
namespace {

constexpr std::array<std::string_view, 7> kAssistants = {
    "claude", "codex", "gemini", "copilot", "opencode", "cursor", "aider"};

// What the person typed, or nothing at the end of the input.
std::optional<std::string> ask_line(Context& context, std::string_view question) {
    context.out.talk_stream() << question << std::flush;
    std::string answer;
    if (!std::getline(context.in, answer)) return std::nullopt;
    return answer;
}

// The hub on this machine admits the first device itself; elsewhere a person carries the string.
Result<std::string> begin_workspace(Context& context, const std::string& device_name) {
    auto hub = connect_running(context, "hub");
    if (hub) {
        control::HubRegisterRequest request;
        request.name = device_name;
        SATCHEL_TRY(invited, hub->call(request, kWorkLimit));
        context.out.talk("the hub on this machine, " + shown(invited.hub_url) +
                         ", lets this device in");
        return invited.join_string;
    }
    context.out.talk(
        "a workspace needs a hub: a machine that the others reach. There, as docs/hub.md says:");
    context.out.talk("    satchelctl hub serve, and then: satchelctl sync register --name " +
                     device_name);
    return std::string();
}

}  // namespace

bool is_first_run(const Context& context, bool is_enrolled) {
    const Invocation& args = context.args;
    return context.interactive && !is_enrolled && !args.has("join-file") && !args.has("url") &&
           !args.yes && !args.dry_run && !context.out.options().json &&
           !context.out.options().quiet;
}

Result<std::optional<std::string>> choose_way_in(Context& context, const std::string& device_name) {
    context.out.talk_stream() << "This machine belongs to no workspace yet.\n\n"
                                 "  1  join: another machine of mine is in a workspace\n"
                                 "  2  begin: this is my first one\n"
                                 "  3  recover: all machines are lost, I have the 24 words\n\n";
    const auto answer = ask_line(context, "Which? [1] ");
    if (!answer || !(answer->empty() || *answer == "1" || *answer == "2" || *answer == "3"))
        return Error{ErrorCode::invalid_argument,
                     "nothing was chosen, and nothing was changed",
                     "answer 1, 2 or 3; scripts give --join-file FILE"};
    if (*answer == "3") {
        context.out.talk("run: satchelctl recovery use URL, with the address of your hub");
        return std::optional<std::string>{};
    }
    if (*answer == "2") {
        SATCHEL_TRY(join_string, begin_workspace(context, device_name));
        return std::optional<std::string>(std::move(join_string));
    }
    context.out.talk("on that machine run: satchelctl sync register --name " + device_name);
    return std::optional<std::string>("");
}

Status offer_assistants(Context& context) {
    SATCHEL_TRY(client, connect(context));
    for (const std::string_view assistant : kAssistants) {
        control::SourceFindRequest request;
        request.profile = assistant;
        const auto found = client.call(request, kWorkLimit);
        if (!found) continue;
        const bool has_new = std::ranges::any_of(
            found->folders, [](const auto& folder) { return folder.source.empty(); });
        if (!has_new) continue;
        context.args.values["path"] = {std::string(assistant)};
        if (auto added = run_source_add(context); !added)
            context.out.talk(shown(found->title, 60) + ": " + shown(added.error().message, 300));
        context.args.values.erase("path");
    }
    return ok();
}

}  // namespace satchel::ctl
