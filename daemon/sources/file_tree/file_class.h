// How a file of a tree is treated: its class, found by the first rule whose pattern matches. Rules
// are data; shipped profiles name what travels from an assistant's home.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

enum class FileClass : std::uint8_t {
    opaque,  ///< whole content; concurrent versions are siblings
    lines,   ///< complete lines, appended; concurrent appends are united
    never,   ///< stays on this device
};

/// The name of a class in the `class` column and in configuration: "opaque", "lines", "never".
std::string_view file_class_name(FileClass file_class);

/// Paths that match `pattern` have this class. `?` and `*` stay within one path component, `**`
/// crosses components. A rule of class never whose pattern ends in "/**" hides that folder whatever
/// other rules say.
struct FileRule {
    std::string pattern;
    FileClass file_class = FileClass::opaque;
};

/// True when `path` matches `pattern`; linear in the path for each `*` of the pattern.
bool matches_glob(std::string_view pattern, std::string_view path);

/// The shipped rules for "claude", "codex", or any tree (every other name).
std::vector<FileRule> profile_rules(std::string_view profile);

/// The class by the rules alone.
FileClass class_by_rules(std::string_view path, const std::vector<FileRule>& rules);
/// The class of the file at `path`: never when it is on the deny list, else by the first rule that
/// matches, else opaque.
FileClass classify(std::string_view path, const std::vector<FileRule>& rules);
/// True when nothing below the folder at `path` can travel.
bool is_hidden_folder(std::string_view path, const std::vector<FileRule>& rules);

}  // namespace satchel::sources
