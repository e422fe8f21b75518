// JSON values and bounded parsing. Boost.JSON stands behind these names; nobody else includes it.
// Text from outside is cut at a size and a depth before anything is built from it, and a document
// that names a key twice is refused, because two readers may take different ones.
#pragma once

#include "shared/base/limits.h"
#include "shared/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace satchel::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

/// What a document from outside may cost.
struct ParseLimits {
    std::size_t bytes = limits::kControlFrameBytesMax;
    std::size_t depth = 32;
};

/// Parses exactly one JSON document of well-formed UTF-8. Fails with `too_large` over the size, and
/// with `corrupt` for everything else, duplicate keys included. Never throws.
Result<Value> parse(std::string_view text, ParseLimits limits = {});

/// One line without spaces; keys in the order they were put in.
std::string to_text(const Value& value);

/// Several lines, two spaces of indentation, for people and for golden files.
std::string to_pretty_text(const Value& value);

}  // namespace satchel::json
