// What one hub has and another lacks, carried over: a workspace that moves takes along what its
// other devices wrote, those too that will never connect again. Each object is signed by its
// author, so whoever carries it can change nothing.
#pragma once

#include "daemon/crypto/members.h"
#include "daemon/transport/transport.h"

namespace satchel::engine {

/// What was carried over.
struct RelayReport {
    std::uint64_t logs = 0;  ///< of one device in one lane, of which something was new
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;
    std::uint64_t incomplete =
        0;  ///< logs that the one hub did not give whole, or the other refused
};

/// Carries segments and heads of all devices but `own`, which has its log itself, from one hub to
/// the other. `members` is the log of members as the other hub has it: of devices that are not in
/// it nothing is carried. Doing it again carries only what is new. Errors: those of either hub.
asio::awaitable<Result<RelayReport>> relay_logs(transport::Transport& from,
                                                transport::Transport& to,
                                                const crypto::Members& members,
                                                DeviceId own);

}  // namespace satchel::engine
