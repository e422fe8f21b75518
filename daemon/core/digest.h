// A digest of a lane's whole state that costs O(1) per change: the sum of a keyed hash of each row.
// Two devices with equal vectors must have equal digests.
#pragma once

#include "daemon/core/row.h"

#include <array>
#include <cstdint>
#include <functional>

namespace satchel::core {

/// A number modulo 2^256.
struct Digest {
    std::array<std::uint64_t, 4> words{};  ///< least significant first

    void add(const Digest& other);
    void subtract(const Digest& other);
    bool operator==(const Digest&) const = default;

    [[nodiscard]] Hash256 bytes() const;
    static Digest from(const Hash256& bytes);
};

/// A keyed hash; the engine passes the PRF under the workspace's digest key.
using KeyedHash = std::function<Hash256(ByteView)>;

/// The row's share of its lane's digest: zero for a row without siblings. Depends only on what is
/// replicated (sid, columns, dots, stamps, value hashes), never on what is shown locally.
Digest row_digest(const KeyedHash& hash, CollectionId collection, const Sid& sid, const Row& row);

}  // namespace satchel::core
