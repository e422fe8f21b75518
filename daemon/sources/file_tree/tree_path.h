// Relative paths, above all those that other devices chose.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

/// Why `path` may not be written below a root, or nothing when it may: it is relative, its parts
/// are ordinary names of at most 255 bytes without control characters, and no part is `.` or `..`.
std::optional<std::string> find_path_fault(std::string_view path);

/// The same for one component.
std::optional<std::string> find_name_fault(std::string_view name);

/// The folder part ("" at the root) and the last component.
std::pair<std::string_view, std::string_view> split_path(std::string_view path);
/// The components of a path, in order; none for "".
std::vector<std::string> path_parts(std::string_view path);

}  // namespace satchel::sources
