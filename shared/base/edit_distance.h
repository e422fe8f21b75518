// "Did you mean …?" for misspelt commands, options and keys.
#pragma once

#include <span>
#include <string_view>

namespace satchel {

/// The candidate nearest to `word` (at most two edits away, three for long words), or empty.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace satchel
