// Text from outside, made fit for a terminal or a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace satchel {

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);
/// `text` with control characters, bidirectional controls and malformed bytes as \xNN or \u{N}, so
/// that a name from another device cannot drive the terminal.
std::string escape_for_terminal(std::string_view text);

}  // namespace satchel
