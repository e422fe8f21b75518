// daemon start, stop, restart, status, logs; init-config.
#include "shared/protocol/control/daemon.h"

#include "ctl/commands/commands.h"
#include "ctl/render/words.h"
#include "shared/platform/folder_watch.h"
#include "shared/platform/process_watch.h"
#include "shared/platform/spawn.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace satchel::ctl {
namespace {

constexpr milliseconds kStopPatience = seconds(12);
/// The log's folder tells of every line; Ctrl-C may come between a look at it and the wait.
constexpr milliseconds kFollowPatience = seconds(1);
constexpr std::int64_t kLinesDefault = 50;
constexpr std::int64_t kTailBytesMax = 4 << 20;

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

// The last `count` lines of what is in the stream, which is left at its end.
std::string last_lines(std::ifstream& file, std::int64_t count) {
    file.seekg(0, std::ios::end);
    const auto size = static_cast<std::int64_t>(file.tellg());
    const auto taken = std::min(size, kTailBytesMax);
    std::string text(static_cast<std::size_t>(taken), '\0');
    file.seekg(size - taken);
    file.read(text.data(), taken);
    if (count == 0) return "";
    std::size_t at = text.size();
    if (at > 0 && text[at - 1] == '\n') --at;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
        if (newline == std::string::npos) return text;
        at = newline;
    }
    return text.substr(at + 1);
}

Outcome follow(Context& context, std::ifstream& file, const std::filesystem::path& path) {
    auto position = static_cast<std::uintmax_t>(file.tellg());
    platform::FolderWatch changes(path.parent_path());
    // Until interrupted, or nobody reads any more.
    while (true) {
        if (context.is_interrupted && context.is_interrupted())
            return Error{ErrorCode::interrupted, "stopped following the log"};
        std::error_code failure;
        const auto size = std::filesystem::file_size(path, failure);
        if (!failure && size < position) {  // rotated
            file.close();
            file.open(path);
            position = 0;
        }
        file.clear();
        for (std::string line; std::getline(file, line) && !file.eof();) {
            context.out.line(line);
            position = static_cast<std::uintmax_t>(file.tellg());
        }
        file.clear();
        file.seekg(static_cast<std::streamoff>(position));
        if (!context.out.flush()) return 0;
        changes.wait(kFollowPatience);
    }
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

Outcome run_daemon_logs(Context& context) {
    SATCHEL_TRY(lines, lines_wanted(context, kLinesDefault));
    const auto path = context.dirs.log("device");
    std::ifstream file(path);
    if (!file)
        return Error{ErrorCode::not_found,
                     "there is no log file '" + path.string() + "'",
                     "under a service manager: journalctl --user -u satcheld"};
    for (std::string text = last_lines(file, lines); !text.empty();) {
        const auto end = std::min(text.find('\n'), text.size() - 1);
        context.out.line(text.substr(0, text[end] == '\n' ? end : end + 1));
        text.erase(0, end + 1);
    }
    if (!context.args.has("follow")) return 0;
    file.clear();
    file.seekg(0, std::ios::end);
    return follow(context, file, path);
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
