// The hub of a world, as maps, and each device's faulty wire to it.
#pragma once

#include "daemon/transport/transport.h"
#include "tests/simulation/chance.h"

#include <deque>
#include <map>
#include <vector>

namespace satchel::simulation {

/// What all devices share: create-only segments, one head per device, the membership log.
class Hub {
  public:
    struct Segment {
        std::uint64_t to = 0;
        Bytes body;
    };

    using Log = std::map<std::uint64_t, Segment>;  ///< by first sequence

    Status put(const Bytes& segment);
    void put_head(const Bytes& head);
    /// Appends it when it is the next and the log takes it.
    Status put_member(const Bytes& entry);
    /// The newest epoch.
    [[nodiscard]] std::uint32_t epoch() const;

    /// Somebody makes a backup of the hub.
    void back_up();
    /// And restores it.
    void restore();

    std::map<std::pair<DeviceId, LaneId>, Log> logs;
    std::map<DeviceId, std::deque<Bytes>> heads;  ///< the last few, newest at the back
    std::vector<Bytes> members;
    std::uint64_t version = 1;  ///< counts changes of heads and members

  private:
    std::map<std::pair<DeviceId, LaneId>, Log> saved_logs_;
    std::map<DeviceId, std::deque<Bytes>> saved_heads_;
    std::vector<Bytes> saved_members_;
};

/// One device's side of the wire.
class MemoryTransport final : public transport::Transport {
  public:
    MemoryTransport(Hub& hub, Chance& chance, const Faults& faults, Tally& tally)
        : hub_(hub), chance_(chance), faults_(faults), tally_(tally) {}

    asio::awaitable<Result<transport::HeadsReply>> heads(std::string etag,
                                                         std::chrono::seconds wait) override;
    asio::awaitable<Result<transport::PushReply>> push(transport::PushRequest request) override;
    asio::awaitable<Result<transport::PullReply>> pull(std::vector<transport::Cursor> cursors,
                                                       std::size_t max_bytes) override;
    asio::awaitable<Result<std::vector<Bytes>>> members(std::uint64_t from,
                                                        std::chrono::seconds wait) override;
    asio::awaitable<Status> add_member(Bytes entry) override;
    asio::awaitable<Result<std::vector<transport::JoinRequest>>> joins() override;
    asio::awaitable<Status> invite(Hash256 code_hash, UnixMs expires_ms) override;

    [[nodiscard]] transport::WireCounters counters() const override { return counters_; }

    /// Nothing gets through until the count of attempts has passed.
    void cut(std::uint64_t attempts) { cut_for_ = attempts; }

    void mend() { cut_for_ = 0; }

  private:
    /// Before a request takes effect: it may be lost, or the process may die.
    Status send();
    /// After it took effect: the answer may be lost, or the process may die.
    Status answer();
    Status store(const transport::PushRequest& request);

    Hub& hub_;
    Chance& chance_;
    const Faults& faults_;
    Tally& tally_;
    transport::WireCounters counters_{};
    std::uint64_t cut_for_ = 0;
};

}  // namespace satchel::simulation
