// Values in one form, so that equal values are equal bytes: JSON without spaces, members of objects
// ordered by name, strings with the fewest escapes, numbers as they were written. What only TOML
// has (dates, times, inf, nan) is an object with the one member "$toml".
#pragma once

#include "daemon/documents/node.h"
#include "shared/base/result.h"

#include <string>
#include <string_view>

namespace satchel::documents {

/// How deep values may be nested; parsers refuse more.
inline constexpr std::size_t kDepthMax = 64;
inline constexpr std::string_view kTomlMember = "$toml";

/// `text` as a JSON string. Bytes ED A0..BF xx (half of a surrogate pair) become \uDxxx.
std::string quote(std::string_view text);
/// True for letters, digits, - and _ only.
bool is_bare_name(std::string_view name);
/// The canonical text of a value.
std::string canonical(const Node& node);
/// The value of canonical text; `invalid_argument` when it is anything else.
Result<Node> parse_canonical(std::string_view text);
/// The string that a canonical string stands for, or nothing when the value is no string.
std::optional<std::string> string_of(std::string_view canonical_text);

}  // namespace satchel::documents
