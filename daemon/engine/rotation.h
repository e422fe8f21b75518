// When an epoch has lasted long enough: a key that is never changed is worth more to whoever gets
// it with every day and every segment. Any device that may write begins the next epoch then.
#pragma once

#include "daemon/engine/replica.h"

namespace satchel::engine {

/// What this device knows of the epoch in force.
struct EpochAge {
    UnixMs since_ms = 0;             ///< when this device first saw it
    std::uint64_t own_segments = 0;  ///< that this device sealed since
    std::size_t devices = 1;         ///< that may seal as many
};

/// True after 90 days, or when this device has sealed its share of 2^20 segments: what the devices
/// seal together stays below that number without any of them counting for the others.
bool is_rotation_due(const EpochAge& age, UnixMs now_ms);

/// The age of the epoch in force; notes its beginning when it is new here.
Result<EpochAge> look_at_epoch(Replica& replica);

}  // namespace satchel::engine
