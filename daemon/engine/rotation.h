// When an epoch has lasted long enough: how much one key may seal is bounded. Any device that may
// write begins the next epoch then. Time does not count: clocks jump.
#pragma once

#include "daemon/engine/replica.h"

namespace satchel::engine {

/// What this device knows of the epoch in force.
struct EpochAge {
    std::uint64_t own_segments = 0;  ///< that this device sealed since it first saw the epoch
    std::size_t devices = 1;         ///< that may seal as many
};

/// True when this device has sealed its share of 2^20 segments: what the devices seal together
/// stays below that number without any of them counting for the others.
bool is_rotation_due(const EpochAge& age);

/// The age of the epoch in force; notes its beginning when it is new here.
Result<EpochAge> look_at_epoch(Replica& replica);

}  // namespace satchel::engine
