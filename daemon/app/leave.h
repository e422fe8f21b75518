// Leaving the workspace: what waits is sent, the log of members says that the device went, and its
// keys are forgotten. Files, databases and the list of sources stay, so that a new join string
// brings it back as another device.
#pragma once

#include "daemon/app/device_app.h"

#include <string>

namespace satchel::app {

/// What a person asked for.
struct LeaveWish {
    bool is_dry_run = false;    ///< count only
    bool is_forced = false;     ///< also when nobody can be told
    bool keeps_device = false;  ///< tell nobody
};

/// What was done, or would be.
struct LeaveOutcome {
    std::string device;
    std::uint64_t unsent = 0;  ///< items the workspace did not get
    bool is_revoked = false;   ///< the others know that the device went
};

/// Ends the membership of this device. On an error it goes on. Errors: not_enrolled, offline (the
/// hub cannot be told), refused (no device would be left that may write).
asio::awaitable<Result<LeaveOutcome>> leave_workspace(DeviceApp& app, LeaveWish wish);

}  // namespace satchel::app
