#include "ctl/commands/stop_daemon.h"

#include "shared/platform/process_watch.h"
#include "shared/protocol/control/daemon.h"

#include <optional>

namespace satchel::ctl {
namespace {

constexpr milliseconds kStopPatience = seconds(12);

}  // namespace

Result<bool> stop_daemon(Context& context) {
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

}  // namespace satchel::ctl
