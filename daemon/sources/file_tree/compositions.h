// Which two code points are one in composed Unicode text (NFC). Data only; slug.cpp uses it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace satchel::sources {

/// What one combining character makes of the characters before it.
struct Compositions {
    char32_t mark;
    std::uint8_t order;         ///< its canonical combining class
    std::u32string_view pairs;  ///< a base and what it becomes, in turn; ordered by base
};

/// All of them but Hangul's, ordered by mark.
std::span<const Compositions> compositions();

}  // namespace satchel::sources
