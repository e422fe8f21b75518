// Lanes: what has been applied of every device's log, and the digest of the state that results.
#pragma once

#include "daemon/core/digest.h"
#include "daemon/core/version_vector.h"
#include "daemon/store/database.h"

#include <map>

namespace satchel::store {

/// The end of one device's log in a lane, as applied here.
struct LogEnd {
    std::uint64_t seq = 0;
    Hash256 link{};  ///< keyed chain value after op `seq`
};

/// A lane as it stands here.
struct Lane {
    LaneId id{};
    core::Digest digest;
    std::map<DeviceId, LogEnd> applied;

    [[nodiscard]] core::VersionVector vector() const;
    [[nodiscard]] LogEnd end_of(const DeviceId& device) const;
};

/// All lanes known here, by id.
Result<std::map<LaneId, Lane>> load_lanes(Database& database);
/// Writes the lane's digest, and the ends of the devices named.
Status save_lane(Transaction& transaction, const Lane& lane, std::span<const DeviceId> changed);

/// The newest head seen of another device.
struct SeenHead {
    DeviceId device;
    std::uint64_t counter = 0;
    UnixMs seen_ms = 0;
    Bytes body;
};

/// The newest head seen of every device: what tells a rolled-back hub from an honest one.
Result<std::vector<SeenHead>> load_heads(Database& database);
Status save_head(Transaction& transaction, const SeenHead& head);

}  // namespace satchel::store
