// systemd is asked by systemctl show, launchd by launchctl print; both are told by their own
// programs, never by writing into their state.
#include "ctl/commands/service.h"

#include "ctl/commands/units.h"
#include "ctl/render/words.h"
#include "shared/platform/files.h"
#include "shared/platform/host.h"
#include "shared/platform/service.h"

#include <map>

#include <unistd.h>

namespace satchel::ctl {
namespace {

using platform::ServiceManager;
using Fields = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kMark = "satchelctl daemon install";
constexpr std::size_t kFileMax = 64 * 1024;
constexpr std::string_view kAgent = "dev.satchel.satcheld";

bool is_launchd(const Context& context) {
    return context.services.manager == ServiceManager::launchd;
}

std::string agent_domain() {
    return "gui/" + std::to_string(platform::user_id());
}

std::string agent_target() {
    return agent_domain() + "/" + std::string(kAgent);
}

std::string text_of(const std::filesystem::path& file) {
    const auto bytes = platform::read_file(file, kFileMax);
    return bytes ? std::string(bytes->begin(), bytes->end()) : "";
}

/// "Name=value" lines, or launchd's "name = value" ones.
Fields fields_of(std::string_view text) {
    Fields fields;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        auto line = text.substr(at, end - at);
        at = end + 1;
        while (line.starts_with('\t') || line.starts_with(' ')) line.remove_prefix(1);
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        auto name = line.substr(0, equals);
        auto value = line.substr(equals + 1);
        while (name.ends_with(' ')) name.remove_suffix(1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        fields.emplace(name, value);
    }
    return fields;
}

std::string field(const Fields& fields, std::string_view name) {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
}

std::int64_t number(const Fields& fields, std::string_view name) {
    const std::string text = field(fields, name);
    const bool is_number =
        !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == text.npos;
    return is_number ? std::stoll(text) : 0;
}

Result<std::string> told(const Context& context, const std::vector<std::string>& command) {
    SATCHEL_TRY(output, context.services.run(command));
    if (output.status != 0)
        return Error{ErrorCode::failed,
                     "'" + ServiceStep{{}, {}, command}.words() + "' failed with status " +
                         std::to_string(output.status),
                     "see why with journalctl --user -u satcheld, or satchelctl daemon status"};
    return std::move(output.text);
}

std::optional<bool> lingers(const Context& context) {
    const auto answer =
        told(context,
             {"loginctl", "show-user", std::to_string(platform::user_id()), "--property=Linger"});
    if (!answer) return std::nullopt;
    return field(fields_of(*answer), "Linger") == "yes";
}

/// The last words of systemd-analyze: "… for satcheld.service: 6.0 MEDIUM :-|".
std::string exposure(const Context& context) {
    const auto answer =
        told(context, {"systemd-analyze", "--user", "--no-pager", "security", "satcheld.service"});
    constexpr std::string_view kBefore = "exposure level for satcheld.service: ";
    const auto at = answer ? answer->find(kBefore) : std::string::npos;
    if (at == std::string::npos) return "";
    const auto start = at + kBefore.size();
    const auto space = answer->find(' ', start);
    if (space == std::string::npos) return "";
    return shown(answer->substr(start, answer->find_first_of(" \n", space + 1) - start), 40);
}

Result<ServiceState> ask_systemd(const Context& context, bool with_exposure) {
    ServiceState state;
    state.manager = "systemd";
    const auto show = [&](std::string_view unit) {
        return told(context,
                    {"systemctl",
                     "--user",
                     "show",
                     "--property=FragmentPath,ActiveState,UnitFileState,MainPID,NRestarts,Result",
                     std::string(unit)});
    };
    SATCHEL_TRY(service_text, show("satcheld.service"));
    SATCHEL_TRY(socket_text, show("satcheld.socket"));
    const Fields service = fields_of(service_text);
    state.file = field(service, "FragmentPath");
    // The manager remembers units of a package that is gone.
    std::error_code failure;
    if (!std::filesystem::exists(state.file, failure)) state.file.clear();
    state.active = field(service, "ActiveState");
    state.is_enabled = field(service, "UnitFileState") == "enabled";
    state.pid = number(service, "MainPID");
    state.restarts = number(service, "NRestarts");
    if (state.active == "failed") state.result = field(service, "Result");
    state.listens = field(fields_of(socket_text), "ActiveState") == "active";
    state.lingers = lingers(context);
    if (with_exposure && !state.file.empty()) state.exposure = exposure(context);
    return state;
}

ServiceState ask_launchd(const Context& context) {
    ServiceState state;
    state.manager = "launchd";
    const auto file = service_folder(context) / (std::string(kAgent) + ".plist");
    if (is_ours(file)) state.file = file;
    state.active = "inactive";
    const auto answer = told(context, {"launchctl", "print", agent_target()});
    if (!answer) return state;
    const Fields fields = fields_of(*answer);
    state.is_enabled = true;
    state.pid = number(fields, "pid");
    if (field(fields, "state") == "running") state.active = "active";
    return state;
}

std::string filled(std::string_view unit, const std::filesystem::path& program) {
    constexpr std::string_view kPlace = "@SATCHELD@";
    std::string text(unit);
    const auto at = text.find(kPlace);
    return at == std::string::npos ? text : text.replace(at, kPlace.size(), program.string());
}

std::string marked(std::string_view unit, const std::filesystem::path& program) {
    return "# Written by " + std::string(kMark) +
           "; satchelctl daemon uninstall removes it.\n"
           "# Changes of your own: systemctl --user edit satcheld\n" +
           filled(unit, program);
}

std::string agent(const std::filesystem::path& program) {
    std::string text = filled(kLaunchAgent, program);
    const auto comment = text.find("<!-- ");
    return text.insert(comment, "<!-- Written by " + std::string(kMark) + ". -->\n");
}

ServiceStep step(std::vector<std::string> command, bool may_fail = false) {
    return {{}, {}, std::move(command), may_fail};
}

}  // namespace

std::string ServiceStep::words() const {
    if (command.empty()) return (content ? "write " : "remove ") + shown(file.string());
    std::string text;
    for (const std::string& word : command) text += (text.empty() ? "" : " ") + word;
    return text;
}

Result<std::optional<ServiceState>> ask_service(const Context& context, bool with_exposure) {
    if (context.services.manager == ServiceManager::none || !context.services.run)
        return std::optional<ServiceState>{};
    if (is_launchd(context)) return std::optional(ask_launchd(context));
    auto state = ask_systemd(context, with_exposure);
    if (state) return std::optional(std::move(*state));
    // A manager without its program cannot be spoken to.
    if (state.error().code == ErrorCode::not_found) return std::optional<ServiceState>{};
    return state.error();
}

std::filesystem::path service_folder(const Context& context) {
    if (is_launchd(context)) return context.dirs.home / "Library/LaunchAgents";
    return context.dirs.config.parent_path() / "systemd/user";
}

bool is_ours(const std::filesystem::path& file) {
    return text_of(file).find(kMark) != std::string::npos;
}

std::vector<ServiceStep> install_steps(const Context& context,
                                       const ServiceState& state,
                                       const std::filesystem::path& program) {
    const auto folder = service_folder(context);
    if (is_launchd(context)) {
        const auto file = folder / (std::string(kAgent) + ".plist");
        return {step({"launchctl", "bootout", agent_target()}, true),
                {file, agent(program), {}},
                step({"launchctl", "bootstrap", agent_domain(), file.string()})};
    }
    std::vector<ServiceStep> steps;
    const bool is_packaged =
        state.file.parent_path() != folder &&
        text_of(state.file).find("ExecStart=" + program.string() + " run\n") != std::string::npos;
    if (!is_packaged) {
        steps.push_back({folder / "satcheld.service", marked(kServiceUnit, program), {}});
        steps.push_back({folder / "satcheld.socket", marked(kSocketUnit, program), {}});
    }
    steps.push_back(step({"systemctl", "--user", "daemon-reload"}));
    steps.push_back(step({"systemctl", "--user", "enable", "satcheld.socket", "satcheld.service"}));
    for (auto& start : verb_steps(context, state, "restart")) steps.push_back(std::move(start));
    return steps;
}

std::vector<ServiceStep> uninstall_steps(const Context& context, const ServiceState& state) {
    const auto folder = service_folder(context);
    std::vector<ServiceStep> steps;
    if (is_launchd(context)) {
        steps.push_back(step({"launchctl", "bootout", agent_target()}, true));
        if (!state.file.empty()) steps.push_back({state.file, {}, {}});
        return steps;
    }
    steps.push_back(
        step({"systemctl", "--user", "disable", "--now", "satcheld.socket", "satcheld.service"}));
    for (const char* name : {"satcheld.service", "satcheld.socket"})
        if (is_ours(folder / name)) steps.push_back({folder / name, {}, {}});
    steps.push_back(step({"systemctl", "--user", "daemon-reload"}));
    steps.push_back(
        step({"systemctl", "--user", "reset-failed", "satcheld.socket", "satcheld.service"}, true));
    return steps;
}

std::vector<ServiceStep> verb_steps(const Context& context,
                                    const ServiceState& state,
                                    std::string_view verb) {
    if (is_launchd(context)) {
        const std::string file = state.file.string();
        const auto stop = step({"launchctl", "bootout", agent_target()}, verb == "restart");
        const auto start = step({"launchctl", "bootstrap", agent_domain(), file});
        if (verb == "restart") return {stop, start};
        return {verb == "stop" ? stop : start};
    }
    return {
        step({"systemctl", "--user", std::string(verb), "satcheld.socket", "satcheld.service"})};
}

Status carry_out(const Context& context, const std::vector<ServiceStep>& steps) {
    for (const ServiceStep& one : steps) {
        if (!one.command.empty()) {
            auto answer = told(context, one.command);
            if (!answer && !one.may_fail) return answer.error();
        } else if (one.content) {
            std::error_code failure;
            std::filesystem::create_directories(one.file.parent_path(), failure);
            if (auto done = platform::replace_file(one.file, as_bytes(*one.content), 0644); !done)
                return done;
        } else {
            std::error_code failure;
            std::filesystem::remove(one.file, failure);
            if (failure)
                return Error{ErrorCode::io,
                             "remove '" + one.file.string() + "': " + failure.message()};
        }
    }
    return ok();
}

}  // namespace satchel::ctl
