// JSON as people and assistants write it: comments, trailing commas and a byte order mark are let
// be. A name that stands twice in one object is refused, because two readers may take different
// ones.
#pragma once

#include "daemon/documents/node.h"
#include "shared/base/result.h"

#include <optional>
#include <string_view>

namespace satchel::documents {

/// A document whose top is an object. Text without any value counts as an empty object that stands
/// nowhere (begin == end). `corrupt` names the line.
Result<Parsed> parse_json(std::string_view text);
/// Exactly one value of any kind, without comments.
Result<Node> parse_json_value(std::string_view text);
/// The string behind a JSON string with its quotes; nothing when it is malformed.
std::optional<std::string> decode_json_string(std::string_view quoted);

/// Adds a code point in UTF-8; surrogates as the three bytes they would have.
void append_utf8(unsigned code, std::string& out);
/// "parse JSON: line 3: ..." for a fault at `at`.
Error fault_at(std::string_view format,
               std::string_view text,
               std::size_t at,
               std::string_view what);

}  // namespace satchel::documents
