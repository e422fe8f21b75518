// Another hub for a workspace that exists: it is looked at, gets the list of devices and what they
// wrote, and only then takes the place of the one so far. Until that moment nothing has changed
// here.
#pragma once

#include "daemon/app/device_app.h"

#include <string>
#include <vector>

namespace satchel::app {

/// What a person asked for.
struct MoveWish {
    HubAddress hub;           ///< without an id: whichever hub answers there
    std::string code{};       ///< admits a workspace the hub does not have yet
    bool is_dry_run = false;  ///< look at the hub, change nothing
};

/// What was done, or would be.
struct MoveOutcome {
    HubAddress hub;
    bool is_founding = false;          ///< the hub did not have the workspace
    std::vector<std::string> lines{};  ///< sentences for people
};

/// Moves this device, and the workspace if it is the first one there. The workspace stays the same:
/// devices, keys, history. On an error everything is as before. Errors: already_exists (the hub and
/// its address are the ones in use), offline (the new hub cannot be reached), corrupt (no hub
/// answers there), refused (another certificate or hub, no leave to bring a workspace, another
/// workspace).
asio::awaitable<Result<MoveOutcome>> move_workspace(DeviceApp& app, MoveWish wish);

}  // namespace satchel::app
