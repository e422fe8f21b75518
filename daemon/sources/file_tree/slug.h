// The name of the folder in which Claude Code keeps what belongs to a project.
//
// Every UTF-16 unit of the project's real path that is no ASCII letter or digit becomes a dash;
// nothing is collapsed, case stays. Names over 200 characters end in a hash that differs between
// programs, so they are compared by their first 200. Different paths can have one name: a name is
// never turned back into a path, only checked against one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace satchel::sources {

/// `text` with combining characters joined to what they stand on (Unicode NFC of text in canonical
/// order, which is what file systems hand out). Bytes that are no UTF-8 become U+FFFD.
std::u32string compose_text(std::string_view text);

/// The folder's name for the project at the absolute, real `path`.
std::string slug_of(std::string_view path);
/// True when a folder called `slug` may be that of the project at `path`.
bool is_slug_of(std::string_view slug, std::string_view path);
/// For a name over 200 characters the part that all programs agree on, with its dash.
std::optional<std::string_view> long_slug_prefix(std::string_view slug);

}  // namespace satchel::sources
