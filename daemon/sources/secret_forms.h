// Forms of tokens that services hand out: what they begin with and how long they are at least.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace satchel::sources {

/// A form of token.
struct TokenForm {
    std::string_view prefix;  ///< at least three characters
    std::size_t length = 0;   ///< characters of the token alphabet that follow at least
    bool is_mixed = false;    ///< and a digit is among them: the prefix alone begins words too
};

/// All forms known.
std::span<const TokenForm> token_forms();

/// Letters, digits, and what tokens have between them.
constexpr bool is_token_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/// The length of the token of this form that `text` begins with, or 0. What is no token takes no
/// more than a few steps.
std::size_t match_token(std::string_view text, const TokenForm& form);

}  // namespace satchel::sources
