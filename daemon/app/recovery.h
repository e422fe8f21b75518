// Recovery words: making them on a device, and becoming a member by them where there is none.
#pragma once

#include "daemon/app/device_app.h"
#include "daemon/crypto/recovery.h"

#include <optional>
#include <string>
#include <vector>

namespace satchel::app {

/// Makes the words of this workspace a member of it. With `replaces`, those that are there are
/// revoked first. Errors: already_exists without it, refused, offline; then no words were made.
asio::awaitable<Result<crypto::RecoveryKey>> add_recovery_key(DeviceApp& app, bool replaces);
/// How many paper devices the workspace has.
asio::awaitable<Result<std::size_t>> count_paper_devices(DeviceApp& app);

/// What a person asked for who has only words.
struct RecoveryWish {
    std::string hub_url;
    std::optional<Hash256> tls_pin{};  ///< without one, the hub's certificate has to verify
    std::string device_name;
    bool is_dry_run = false;  ///< look at the workspace, change nothing
};

/// What the words led to.
struct RecoveryOutcome {
    std::optional<Enrolment> enrolment{};  ///< saved; nothing for a dry run
    WorkspaceId workspace;
    std::uint32_t epoch = 0;
    std::vector<std::string> devices{};  ///< names of the other members that are not on paper
};

/// Finds the workspace of `key` at a hub, checks that its log is the one the words signed, and
/// makes this device a member, signed by them. Nothing is saved on failure. Errors: bad_config,
/// offline, corrupt, refused.
asio::awaitable<Result<RecoveryOutcome>> recover(DeviceApp& app,
                                                 crypto::RecoveryKey key,
                                                 RecoveryWish wish);

}  // namespace satchel::app
