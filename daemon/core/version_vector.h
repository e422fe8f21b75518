// For each device the last op applied: what a replica has seen, exactly.
#pragma once

#include "daemon/core/stamp.h"
#include "shared/base/bytes.h"
#include "shared/base/result.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace satchel::core {

/// A small ordered map from device to sequence; absent devices count as 0.
class VersionVector {
  public:
    using Entry = std::pair<DeviceId, std::uint64_t>;

    [[nodiscard]] std::uint64_t of(const DeviceId& device) const;
    /// Raises the device's entry to `seq`; never lowers it.
    void raise(const DeviceId& device, std::uint64_t seq);

    /// True when `dot` is among what this vector has seen.
    [[nodiscard]] bool covers(const Dot& dot) const { return dot.seq <= of(dot.device); }

    /// True when everything `other` has seen is seen here too.
    [[nodiscard]] bool covers(const VersionVector& other) const;

    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

    bool operator==(const VersionVector&) const = default;

    void encode(ByteWriter& out) const;
    /// Reads what encode() wrote; marks the reader failed on unordered or repeated devices.
    static VersionVector decode(ByteReader& in);

  private:
    std::vector<Entry> entries_;  // ordered by device, no zero sequences
};

}  // namespace satchel::core
