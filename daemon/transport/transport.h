// What the engine needs of the place where devices meet: fetch what is new, hand over what is ours.
// A hub or a synced folder implements it; neither sees plaintext.
#pragma once

#include "shared/async/asio.h"
#include "shared/base/bytes.h"
#include "shared/base/clock.h"
#include "shared/base/ids.h"
#include "shared/base/result.h"

#include <chrono>
#include <optional>
#include <vector>

namespace satchel::transport {

/// How far one lane of one device has been applied here.
struct Cursor {
    DeviceId device;
    LaneId lane;
    std::uint64_t after;  ///< sequence of the last op applied; 0 for none
};

/// The heads of all devices, or word that nothing changed since `etag`.
struct HeadsReply {
    bool not_modified;
    std::string etag;            ///< to be handed in with the next call
    std::vector<Bytes> heads;    ///< whole objects, not verified; empty when not modified
    std::uint32_t member_count;  ///< entries of the membership log
    std::uint32_t join_count;    ///< devices that wait for a member's consent
};

/// Own segments in order of their positions, and the head that follows them.
struct PushRequest {
    std::vector<Bytes> segments;
    std::optional<Bytes> head;
    std::uint32_t epoch = 1;  ///< the newest this device knows of
};

/// What a push cost.
struct PushReply {
    std::uint64_t bytes_sent;
};

/// Segments after the cursors, not verified, in rising order within a lane.
struct PullReply {
    std::vector<Bytes> segments;
    bool has_more;  ///< ask again with cursors moved on
};

/// Traffic since the transport was made, heads of requests and replies included.
struct WireCounters {
    std::uint64_t requests, bytes_sent, bytes_received;
};

/// A device that asks to be let in. Only `proof` says whether it was really invited.
struct JoinRequest {
    DeviceId device;
    Bytes ed_public, x_public, sealed_name, proof;
};

/// The remote side of one workspace. Calls run on the loop it was made for and may overlap; errors
/// say by code what to do: offline and busy again later, refused never.
class Transport {
  public:
    virtual ~Transport() = default;
    /// All heads. With `wait` above zero the answer may be held back that long while nothing
    /// changes.
    virtual asio::awaitable<Result<HeadsReply>> heads(std::string etag,
                                                      std::chrono::seconds wait) = 0;
    /// Hands over segments and head, all or none; the same push again is harmless. Error conflict:
    /// the place holds other bytes at one of these positions (a clone writes here), or knows of a
    /// newer epoch; halted: it lacks earlier segments of ours (it was rolled back).
    virtual asio::awaitable<Result<PushReply>> push(PushRequest request) = 0;
    /// Segments after `cursors`, about `max_bytes` of them, at least one when there is any.
    virtual asio::awaitable<Result<PullReply>> pull(std::vector<Cursor> cursors,
                                                    std::size_t max_bytes) = 0;
    /// Membership entries from number `from` on, in order. A device that is not admitted yet may
    /// ask.
    virtual asio::awaitable<Result<std::vector<Bytes>>> members(std::uint64_t from,
                                                                std::chrono::seconds wait) = 0;
    /// Appends a membership entry. Error conflict: its number is taken, read the log again.
    virtual asio::awaitable<Status> add_member(Bytes entry) = 0;
    /// Devices that wait for consent.
    virtual asio::awaitable<Result<std::vector<JoinRequest>>> joins() = 0;
    /// Lets the hub admit one device that shows the code with this SHA-256, until `expires_ms`.
    virtual asio::awaitable<Status> invite(Hash256 code_hash, UnixMs expires_ms) = 0;
    [[nodiscard]] virtual WireCounters counters() const = 0;
};

}  // namespace satchel::transport
