// Joining a workspace: everything is checked with the hub before anything is saved.
#pragma once

#include "daemon/app/device_app.h"
#include "shared/protocol/wire/join_string.h"

#include <optional>

namespace satchel::app {

/// What a person asked for.
struct JoinWish {
    wire::JoinTicket ticket;
    std::string device_name;
    bool allow_plaintext = false;
    bool is_dry_run = false;  ///< look at the hub, change nothing
};

/// Founds a workspace or joins the one the ticket invites to, and saves the enrolment; nothing for
/// a dry run. Errors: offline (the hub cannot be reached), corrupt (what answers is not a hub),
/// refused (the hub or the inviter says no, the ticket expired or is for another hub).
asio::awaitable<Result<std::optional<Enrolment>>> join_workspace(DeviceApp& app, JoinWish wish);

}  // namespace satchel::app
