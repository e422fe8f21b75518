// Joining a workspace: everything is checked with the hub before anything is saved.
#pragma once

#include "daemon/app/device_app.h"
#include "shared/protocol/wire/join_string.h"

#include <functional>
#include <optional>
#include <string>

namespace satchel::app {

/// What a person asked for.
struct JoinWish {
    wire::JoinTicket ticket;
    std::string device_name;
    bool allow_plaintext = false;
    bool is_dry_run = false;  ///< look at the hub, change nothing
};

/// How far a join has come.
struct JoinOutcome {
    /// Saved; nothing for a dry run, and while the device waits for a member's consent.
    std::optional<Enrolment> enrolment{};
    /// What a member has to find the same on its screen; empty when no consent is needed.
    std::string words{};
    /// Waits for the consent, an hour at most, and saves. Only with words; once.
    std::function<asio::awaitable<Result<Enrolment>>()> finish{};
};

/// Founds a workspace, joins the one the ticket invites to, or asks to be let into the hub's own.
/// Errors: offline (the hub cannot be reached), corrupt (what answers is not a hub), refused (the
/// hub or the inviter says no, the ticket expired or is for another hub).
asio::awaitable<Result<JoinOutcome>> join_workspace(DeviceApp& app, JoinWish wish);

}  // namespace satchel::app
