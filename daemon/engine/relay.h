// What a hub lacks, given to it from elsewhere: from another hub when a workspace moves, and from
// what this device has applied and kept. So a hub gets back what those devices wrote, too, that
// will never connect again. Each object is signed by its author, so whoever carries it can change
// nothing.
#pragma once

#include "daemon/crypto/members.h"
#include "daemon/engine/replica.h"
#include "daemon/transport/transport.h"
#include "shared/async/worker.h"

namespace satchel::engine {

/// Where logs of devices can be had.
class LogSource {
  public:
    virtual ~LogSource() = default;
    /// The newest heads, whole objects.
    virtual asio::awaitable<Result<std::vector<Bytes>>> heads() = 0;
    /// Segments after the cursor, in order; none when there are none.
    virtual asio::awaitable<Result<std::vector<Bytes>>> pull(transport::Cursor after) = 0;
};

/// What a hub has.
class HubLogs final : public LogSource {
  public:
    explicit HubLogs(transport::Transport& hub) : hub_(hub) {}

    asio::awaitable<Result<std::vector<Bytes>>> heads() override;
    asio::awaitable<Result<std::vector<Bytes>>> pull(transport::Cursor after) override;

  private:
    transport::Transport& hub_;
};

/// What this device has applied of the others' logs.
class KeptLogs final : public LogSource {
  public:
    KeptLogs(Replica& replica, async::Worker& worker) : replica_(replica), worker_(worker) {}

    asio::awaitable<Result<std::vector<Bytes>>> heads() override;
    asio::awaitable<Result<std::vector<Bytes>>> pull(transport::Cursor after) override;

  private:
    Replica& replica_;
    async::Worker& worker_;
};

/// What was carried over.
struct RelayReport {
    std::uint64_t logs = 0;  ///< of one device in one lane, of which something was new
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;
    std::uint64_t incomplete = 0;  ///< logs that `from` did not give whole, or the hub refused
};

/// Carries segments and heads of all devices but `own`, which sends its log itself, from `from` to
/// the hub. `members` is the log of members as the hub has it: of devices that are not in
/// it nothing is carried. Doing it again carries only what is new. Errors: those of either.
asio::awaitable<Result<RelayReport>> relay_logs(LogSource& from,
                                                transport::Transport& to,
                                                const crypto::Members& members,
                                                DeviceId own);

}  // namespace satchel::engine
