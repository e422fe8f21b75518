// Changing one value of a document's text; what is parsed tells where. Callers check the outcome by
// parsing it again (document.h).
#pragma once

#include "daemon/documents/node.h"
#include "shared/base/result.h"

#include <string>

namespace satchel::documents {

/// A document's text with what was found in it.
struct Spliced {
    const std::string& text;
    const Parsed& parsed;
};

/// The text with `value` at `pointer`, which is not empty. `conflict` when other values stand where
/// it, or an object around it, would be.
Result<std::string> set_json(const Spliced& from, const Pointer& pointer, const Node& value);
Result<std::string> set_toml(const Spliced& from, const Pointer& pointer, const Node& value);

/// The text without the value at `pointer`, which is there and holds no other leaves.
std::string remove_json(const Spliced& from, const Pointer& pointer);
std::string remove_toml(const Spliced& from, const Pointer& pointer);

/// The text with one more element in the array at `array`, a node of `from` with Shape::whole.
std::string add_json_element(const Spliced& from, const Node& array, const Node& value);
std::string add_toml_element(const Spliced& from, const Node& array, const Node& value);
/// The text without the array's element `index`.
std::string remove_json_element(const Spliced& from, const Node& array, std::size_t index);
std::string remove_toml_element(const Spliced& from, const Node& array, std::size_t index);

/// True when a comment stands inside the empty object, so that it is not taken away unasked.
bool has_json_comment(const Spliced& from, const Node& object);
bool has_toml_comment(const Spliced& from, const Node& object);

/// The deepest object on the way to `pointer`, and how many of its names lead there.
std::pair<const Node*, std::size_t> deepest(const Node& root, const Pointer& pointer);
/// The error for a value in the way.
Error in_the_way(const Pointer& pointer);

}  // namespace satchel::documents
