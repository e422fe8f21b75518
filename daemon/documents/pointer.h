// The place of a value in a settings document: the names on the way to it from the top. As text it
// follows RFC 6901: "/permissions/allow", with ~1 for a slash and ~0 for a tilde in a name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::documents {

/// Names from the top down; empty for the document itself.
using Pointer = std::vector<std::string>;

/// The pointer as text; "" for the document itself.
std::string to_text(const Pointer& pointer);
/// The pointer that `text` stands for, or nothing when it is not one.
std::optional<Pointer> parse_pointer(std::string_view text);
/// For people: "permissions.allow"; names that are not plain words stand in quotes.
std::string to_display(const Pointer& pointer);

}  // namespace satchel::documents
