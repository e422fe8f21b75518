// Tokens in another coat: the same characters as base64, hex, percent signs, \u escapes or UTF-16.
//
// Every coat writes the beginning of a token in one way only (base64 in three, by where it falls in
// a group of three bytes), so a coat is found like a token: by what it begins with.
#pragma once

#include "shared/base/bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

/// How the characters of a token are written.
enum class Coat : std::uint8_t {
    plain,
    base64,
    hex,
    percent,
    escaped,  ///< \u0061, among plain characters
    utf16_le,
    utf16_be,
    wide,  ///< UTF-16 as a JSON string: \u0000 behind each character
};

/// How some coat writes the beginning of a token.
struct CoatedPrefix {
    Coat coat = Coat::plain;
    std::uint8_t shift = 0;  ///< base64: bytes of the group before the token
    std::string text;        ///< as it stands in a file
};

/// All ways to write `prefix`, plain first.
std::vector<CoatedPrefix> dress(std::string_view prefix);

/// Part of a text.
struct Stretch {
    std::size_t offset = 0;
    std::size_t size = 0;
};

/// A token without its coat, and the stretch of text that each of its characters takes.
struct Undressed {
    std::string token;
    std::vector<Stretch> places;
};

/// Reads the token whose `prefix` stands at `at`, to its end but at most `limit` characters.
Undressed undress(std::string_view text,
                  std::size_t at,
                  const CoatedPrefix& prefix,
                  std::size_t limit);

}  // namespace satchel::sources
