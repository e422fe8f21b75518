// The membership log between a device and the hub: learning what others wrote, giving back what the
// hub lost, and extending it.
#pragma once

#include "daemon/engine/replica.h"
#include "daemon/transport/transport.h"
#include "shared/async/worker.h"

#include <functional>

namespace satchel::engine {

/// What these calls work with; outlives them.
struct MembershipParts {
    Replica& replica;
    async::Worker& worker;
    transport::Transport& transport;
};

/// Takes what the hub's log has beyond ours. Errors: refused when it does not continue ours.
asio::awaitable<Status> learn_members(MembershipParts parts);
/// Compares the number of entries that the hub announces with ours: learns what is new, sends what
/// the hub lost; a sentence when it lost something.
asio::awaitable<Result<std::optional<std::string>>> compare_members(MembershipParts parts,
                                                                    std::uint32_t announced);
/// Appends the entry that `make` makes from what the replica knows, made again when another device
/// was first. `make` runs on the worker.
asio::awaitable<Status> extend_members(MembershipParts parts, std::function<Result<Bytes>()> make);
/// Ends the membership of this very device behind what the hub has of its log; one that may only
/// read may do that, too. Errors: refused when no device would be left that may write.
asio::awaitable<Status> leave_workspace(MembershipParts parts);
/// Begins an epoch when a device went by itself and nobody has begun one yet, and when the one in
/// force has lasted long enough.
asio::awaitable<Status> rotate_if_needed(MembershipParts parts);
/// Why the hub refuses everything: this device was revoked. Asks the hub for the entry that says
/// so, and believes nothing else. Nothing when it is a member still.
asio::awaitable<std::optional<Error>> find_revocation(MembershipParts parts);

}  // namespace satchel::engine
