// Mistakes in a text that a person wrote: where they are, and the line with a mark below the place.
#pragma once

#include "shared/base/error.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace satchel::config {

/// A place in a text, both counted from one; columns in characters, as editors count them.
struct Place {
    std::size_t line = 1;
    std::size_t column = 1;
};

/// A text and what its file is called in messages.
struct NamedText {
    std::string_view text;
    std::string_view name;
};

/// bad_config. The message is "name:line:column: what"; on two further lines it shows the line and
/// a caret below the place.
Error mistake_at(const NamedText& file, Place place, const std::string& what);
/// Where the byte `offset` stands.
Place place_of(std::string_view text, std::size_t offset);
/// Why the text is not to be given to a parser: too large, no UTF-8, too many dots, or a key of
/// Satchel's in it, which is not repeated.
std::optional<Error> find_misfit(const NamedText& file);

}  // namespace satchel::config
