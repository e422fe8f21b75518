// Liveness is a connection that succeeds; whether a socket file or a pid exists says nothing.
#include "ctl/client/start.h"

#include "shared/platform/file_lock.h"
#include "shared/platform/files.h"
#include "shared/platform/folder_watch.h"
#include "shared/platform/host.h"
#include "shared/platform/spawn.h"
#include "shared/platform/system_clock.h"

#include <optional>

namespace satchel::ctl {
namespace {

constexpr std::string_view kDaemonProgram = "satcheld";

bool is_absent(const Error& error) {
    return error.code == ErrorCode::offline || error.code == ErrorCode::not_found;
}

}  // namespace

Status start_daemon(const platform::Environment& environment) {
    const auto program = platform::find_program(environment, kDaemonProgram);
    if (!program)
        return Error{ErrorCode::offline,
                     "the daemon does not run, and no satcheld is beside this program or on PATH",
                     "install satcheld, or start it by hand"};
    return platform::spawn_detached({program->string(), "run"});
}

Result<platform::LocalStream> connect_to_running(const std::filesystem::path& socket) {
    SATCHEL_TRY(stream, platform::LocalStream::connect(socket));
    // Before a word is sent: whoever listens there must be us (or the system).
    SATCHEL_TRY(user, stream.peer());
    if (user != platform::user_id() && user != 0)
        return Error{ErrorCode::refused,
                     "the control socket '" + socket.string() + "' is served by another user",
                     "remove it, and find out who made it"};
    return stream;
}

Result<platform::LocalStream> connect_to_daemon(const DaemonPlace& place) {
    auto first = connect_to_running(place.socket);
    if (first || !is_absent(first.error())) return first;
    if (!place.start)
        return Error{ErrorCode::offline,
                     "the daemon does not run",
                     "start it with: satchelctl daemon start"};

    // One client starts it; the others only wait. Taken by somebody else is as good as done.
    for (const auto& file : {place.start_lock, place.socket})
        if (auto made = platform::ensure_private_directory(file.parent_path()); !made)
            return made.error();
    // Set up before the start, so that a socket which appears at once is seen as well.
    platform::FolderWatch appearance(place.socket.parent_path());
    const auto lock = platform::FileLock::acquire(place.start_lock);
    if (lock) {
        if (auto again = connect_to_running(place.socket); again || !is_absent(again.error()))
            return again;
        if (auto started = place.start(); !started) return started.error();
    } else if (lock.error().code != ErrorCode::busy) {
        return lock.error();
    }

    const platform::SystemClock clock;
    const auto deadline = clock.steady_ms() + place.patience;
    while (true) {
        auto stream = connect_to_running(place.socket);
        if (stream || !is_absent(stream.error())) return stream;
        const auto now = clock.steady_ms();
        if (now >= deadline) break;
        appearance.wait(deadline - now);
    }
    return Error{ErrorCode::offline,
                 "the daemon was started but does not answer",
                 "see why: satchelctl daemon logs, or run satcheld run in a terminal"};
}

}  // namespace satchel::ctl
