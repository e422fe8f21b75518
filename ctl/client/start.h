// Starting the daemon when it is not there.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/platform/dirs.h"
#include "shared/platform/local_socket.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace satchel::ctl {

/// Where the daemon answers and how it is started.
struct DaemonPlace {
    std::filesystem::path socket{};
    /// Held while one client starts the daemon, so that two do not.
    std::filesystem::path start_lock{};
    /// Starts the process; empty: never start.
    std::function<Status()> start{};
    /// How long a started daemon may take until it answers.
    milliseconds patience = seconds(5);
};

/// Starts `satcheld run` beside this program, else the one on PATH.
Status start_daemon(const platform::Environment& environment);

/// A connection to the daemon, which is started when nobody answers. Fails with offline when that
/// does not help, refused when the socket is served by another user.
Result<platform::LocalStream> connect_to_daemon(const DaemonPlace& place);

/// A connection to a daemon that runs already; nothing is started.
Result<platform::LocalStream> connect_to_running(const std::filesystem::path& socket);

}  // namespace satchel::ctl
