// A fast 64-bit content hash (XXH3). It notices change; it proves nothing against an attacker.
#pragma once

#include "shared/base/bytes.h"

#include <cstdint>

namespace satchel {

/// 64-bit hash of `bytes`, the same on every machine and in every version.
std::uint64_t hash64(ByteView bytes);
/// Folds `next` into the running hash `seed`; order matters.
std::uint64_t combine64(std::uint64_t seed, std::uint64_t next);

}  // namespace satchel
