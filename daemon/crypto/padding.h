// Padmé: lengths rounded up so that a sealed length tells only a few leading bits, at a cost of at
// most 12 %.
#pragma once

#include <bit>
#include <cstdint>

namespace satchel::crypto {

/// The length `size` is padded to: equal to it for 0 and 1, else its next multiple of a power of
/// two that leaves about log2(log2(size)) leading bits.
constexpr std::uint64_t padme(std::uint64_t size) {
    if (size < 2) return size;
    const auto exponent = static_cast<unsigned>(std::bit_width(size)) - 1;
    const auto kept_bits = static_cast<unsigned>(std::bit_width(exponent));
    const std::uint64_t mask = (std::uint64_t{1} << (exponent - kept_bits)) - 1;
    return (size + mask) & ~mask;
}

}  // namespace satchel::crypto
