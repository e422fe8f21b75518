#include "ctl/commands/stop_daemon.h"

#include "shared/platform/process_watch.h"
#include "shared/protocol/control/daemon.h"

#include <optional>

namespace satchel::ctl {
namespace {

constexpr milliseconds kStopPatience = seconds(12);
/// For one that did not even answer; what it had begun is finished or taken back at its next start.
constexpr milliseconds kHungPatience = seconds(3);

}  // namespace

Result<bool> stop_daemon(Context& context) {
    auto stream = connect_to_running(context.dirs.socket("device"));
    if (!stream) {
        const auto code = stream.error().code;
        if (code == ErrorCode::offline || code == ErrorCode::not_found) return false;
        return stream.error();
    }
    std::optional<platform::ProcessWatch> process;
    bool is_hung = false;
    auto client = connect_running(context, "device");
    if (client) {
        SATCHEL_TRY(info, client->call(control::DaemonInfoRequest{}));
        process.emplace(static_cast<pid_t>(info.pid));
        auto stopped = client->call(control::DaemonStopRequest{});
        if (!stopped && stopped.error().code != ErrorCode::busy) return stopped.error();
    } else if (client.error().code == ErrorCode::version_mismatch ||
               client.error().code == ErrorCode::busy) {
        // No message can stop a daemon of another protocol, or one that hangs; the signal can.
        is_hung = client.error().code == ErrorCode::busy;
        SATCHEL_TRY(told, stream->terminate_peer());
        process.emplace(told);
    } else {
        return client.error();
    }
    if (is_hung && !process->wait_end(kHungPatience)) {
        process->kill();
        context.out.talk("the daemon hung and did not end when it was told to; it was ended");
    }
    if (!process->wait_end(kStopPatience))
        return Error{ErrorCode::busy,
                     "the daemon was told to stop and is still at work",
                     "wait, and see: satchelctl daemon status"};
    return true;
}

}  // namespace satchel::ctl
