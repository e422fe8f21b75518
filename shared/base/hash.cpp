#include "shared/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace satchel {

std::uint64_t hash64(ByteView bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t combine64(std::uint64_t seed, std::uint64_t next) {
    // The finaliser of splitmix64: every input bit reaches every output bit.
    std::uint64_t mixed = seed * 0x9e3779b97f4a7c15u + next;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

}  // namespace satchel
