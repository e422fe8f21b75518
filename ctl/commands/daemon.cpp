// daemon start, stop, restart, status, reload, log-level; init-config.
#include "shared/protocol/control/daemon.h"

#include "ctl/commands/commands.h"
#include "ctl/commands/service.h"
#include "ctl/commands/stop_daemon.h"
#include "ctl/render/words.h"
#include "shared/platform/spawn.h"

#include <optional>
#include <string>

namespace satchel::ctl {
namespace {

bool runs(const Context& context) {
    return platform::LocalStream::connect(context.dirs.socket("device")).has_value();
}

// True when a daemon ran and has ended.
Result<bool> stop(Context& context) {
    SATCHEL_TRY(service, ask_service(context, false));
    const bool is_managed =
        service && !service->file.empty() && (service->listens || service->active == "active");
    if (!is_managed) return stop_daemon(context);
    if (auto done = carry_out(context, verb_steps(context, *service, "stop")); !done)
        return done.error();
    return service->active == "active";
}

Error not_running(const std::optional<ServiceState>& service) {
    if (service && service->active == "failed")
        return {ErrorCode::offline,
                "the daemon does not run: its service failed (" + shown(service->result, 40) + ")",
                "see why with journalctl --user -u satcheld, then: satchelctl daemon start"};
    return {
        ErrorCode::offline, "the daemon does not run", "start it with: satchelctl daemon start"};
}

json::Value service_json(const ServiceState& service) {
    json::Object answer;
    answer["manager"] = service.manager;
    answer["file"] = service.file.string();
    answer["active"] = service.active;
    answer["enabled"] = service.is_enabled;
    answer["pid"] = service.pid;
    answer["restarts"] = service.restarts;
    answer["linger"] = service.lingers ? json::Value(*service.lingers) : json::Value();
    answer["exposure"] = service.exposure;
    return json::Value(answer);
}

// How the daemon is kept running, below what it says of itself.
std::string service_words(const std::optional<ServiceState>& service, std::int64_t pid) {
    if (!service) return "service     no service manager keeps it running\n";
    if (service->file.empty() || service->pid != pid)
        return "service     not run by " + service->manager + "; satchelctl daemon install\n";
    std::string text = "service     " + shown(service->active, 20) + " by " + service->manager +
                       (service->is_enabled ? ", starts at login" : ", starts when it is called") +
                       ", restarted " + std::to_string(service->restarts) + " times\nunit        " +
                       shown(service->file.string()) + "\n";
    if (service->lingers)
        text += *service->lingers ? "linger      yes, runs without a login\n"
                                  : "linger      no, ends at logout; loginctl enable-linger\n";
    if (!service->exposure.empty())
        text += "exposure    " + shown(service->exposure, 40) + ", of 10 for systemd\n";
    return text;
}

}  // namespace

Outcome run_daemon_start(Context& context) {
    SATCHEL_TRY(service, ask_service(context, false));
    const bool is_known = service && !service->file.empty();
    const bool before = is_known && service->listens ? service->active == "active" : runs(context);
    SATCHEL_TRY(info, ask(context, control::DaemonInfoRequest{}));
    context.out.text((before ? "Running already, process " : "Started, process ") +
                     std::to_string(info.pid) + "\n");
    return 0;
}

Outcome run_daemon_stop(Context& context) {
    SATCHEL_TRY(stopped, stop(context));
    json::Object answer;
    answer["stopped"] = stopped;
    context.out.json(json::Value(answer));
    context.out.text(stopped ? "Stopped\n" : "Not running\n");
    return 0;
}

Outcome run_daemon_restart(Context& context) {
    SATCHEL_TRY(stopped, stop(context));
    if (stopped) context.out.talk("stopped");
    return run_daemon_start(context);
}

Outcome run_daemon_status(Context& context) {
    SATCHEL_TRY(service, ask_service(context, !context.args.quiet));
    const bool is_known = service && !service->file.empty();
    // A connection would start it, and then it would always run.
    const bool sleeps = is_known && service->listens && service->active != "active";
    auto client = sleeps ? Error{ErrorCode::offline, ""} : connect_running(context, "device");
    if (!client) {
        const bool absent = client.error().code == ErrorCode::offline ||
                            client.error().code == ErrorCode::not_found;
        if (!absent) return client.error();
        if (context.args.quiet) return 1;
        return not_running(service);
    }
    SATCHEL_TRY(info, client->call(control::DaemonInfoRequest{}));
    json::Value answer = json::to_json(info);
    if (is_known) answer.as_object()["service"] = service_json(*service);
    context.out.json(answer);
    std::string text = "process     " + std::to_string(info.pid) + "\nversion     " +
                       shown(info.version) + "\nuptime      " + duration_words(info.uptime_ms) +
                       "\nsocket      " + shown(info.socket) + "\ndata        " +
                       shown(info.data_dir) + " (" + size_words(info.db_bytes) + ")\ncalls       " +
                       std::to_string(info.rpc_count) + "\nlast error  ";
    text += info.last_error.empty()
                ? "none"
                : shown(info.last_error) + ", " + when(context, info.last_error_time);
    context.out.text(text + "\n" + service_words(service, info.pid));
    return 0;
}

Outcome run_daemon_reload(Context& context) {
    SATCHEL_TRY(client, connect_running(context, "device"));
    SATCHEL_TRY(reloaded, ask(context, client, control::DaemonReloadRequest{}));
    std::string text = "Read " + shown(reloaded.config_file) + "\n";
    for (const std::string& key : reloaded.changed) text += "  " + shown(key) + ": in force\n";
    for (const std::string& key : reloaded.later)
        text += "  " + shown(key) + ": from the next start\n";
    if (reloaded.changed.empty() && reloaded.later.empty()) text += "  nothing changed\n";
    context.out.text(text);
    return 0;
}

Outcome run_daemon_log_level(Context& context) {
    SATCHEL_TRY(client, connect_running(context, "device"));
    control::DaemonLogLevelRequest request;
    request.level = context.args.text("level");
    SATCHEL_TRY(set, ask(context, client, request));
    context.out.text("The log keeps " + shown(set.level) +
                     " and worse until the settings are read again\n");
    return 0;
}

Outcome run_init_config(Context& context) {
    const auto program = platform::find_program(context.environment, "satcheld");
    if (!program)
        return Error{ErrorCode::not_found,
                     "no satcheld is beside this program or on PATH",
                     "install satcheld"};
    if (!context.out.flush()) return 1;
    return platform::replace_process({program->string(), "init-config"});
}

}  // namespace satchel::ctl
