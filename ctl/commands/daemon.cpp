// daemon start, stop, restart, status, reload, log-level; init-config.
#include "shared/protocol/control/daemon.h"

#include "ctl/commands/commands.h"
#include "ctl/render/words.h"
#include "shared/platform/process_watch.h"
#include "shared/platform/spawn.h"

#include <optional>
#include <string>

namespace satchel::ctl {
namespace {

constexpr milliseconds kStopPatience = seconds(12);

bool runs(const Context& context) {
    return platform::LocalStream::connect(context.dirs.socket("device")).has_value();
}

// True when a daemon ran and has ended; false when none ran.
Result<bool> stop(Context& context) {
    auto stream = connect_to_running(context.dirs.socket("device"));
    if (!stream) {
        const auto code = stream.error().code;
        if (code == ErrorCode::offline || code == ErrorCode::not_found) return false;
        return stream.error();
    }
    std::optional<platform::ProcessWatch> process;
    auto client = connect_running(context, "device");
    if (client) {
        SATCHEL_TRY(info, client->call(control::DaemonInfoRequest{}));
        process.emplace(static_cast<pid_t>(info.pid));
        auto stopped = client->call(control::DaemonStopRequest{});
        if (!stopped && stopped.error().code != ErrorCode::busy) return stopped.error();
    } else if (client.error().code == ErrorCode::version_mismatch) {
        // No message can stop a daemon of another protocol; the signal can.
        SATCHEL_TRY(told, stream->terminate_peer());
        process.emplace(told);
    } else {
        return client.error();
    }
    if (!process->wait_end(kStopPatience))
        return Error{ErrorCode::busy,
                     "the daemon was told to stop and is still at work",
                     "wait, and see: satchelctl daemon status"};
    return true;
}

}  // namespace

Outcome run_daemon_start(Context& context) {
    const bool before = runs(context);
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
    auto client = connect_running(context, "device");
    if (!client) {
        const bool absent = client.error().code == ErrorCode::offline ||
                            client.error().code == ErrorCode::not_found;
        if (!absent) return client.error();
        if (context.args.quiet) return 1;
        return Error{ErrorCode::offline,
                     "the daemon does not run",
                     "start it with: satchelctl daemon start"};
    }
    SATCHEL_TRY(info, ask(context, *client, control::DaemonInfoRequest{}));
    std::string text = "process     " + std::to_string(info.pid) + "\nversion     " +
                       shown(info.version) + "\nuptime      " + duration_words(info.uptime_ms) +
                       "\nsocket      " + shown(info.socket) + "\ndata        " +
                       shown(info.data_dir) + " (" + size_words(info.db_bytes) + ")\ncalls       " +
                       std::to_string(info.rpc_count) + "\nlast error  ";
    text += info.last_error.empty()
                ? "none"
                : shown(info.last_error) + ", " + when(context, info.last_error_time);
    context.out.text(text + "\n");
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
