#include "daemon/sources/file_tree/tree_path.h"

#include <algorithm>

namespace satchel::sources {

namespace {

constexpr std::size_t kPathBytesMax = 4000;  // below PATH_MAX with room for the root
constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kDepthMax = 64;

}  // namespace

std::vector<std::string> path_parts(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        parts.emplace_back(path.substr(0, slash));
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
        if (path.empty()) parts.emplace_back();  // "a/" has an empty last part
    }
    return parts;
}

std::optional<std::string> find_name_fault(std::string_view name) {
    if (name.empty()) return "its name has an empty part";
    if (name == "." || name == "..") return "its name leaves the folder";
    if (name.size() > kNameBytesMax) return "a part of its name is longer than 255 bytes";
    const bool has_control = std::ranges::any_of(
        name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (has_control) return "its name has control characters";
    return std::nullopt;
}

std::optional<std::string> find_path_fault(std::string_view path) {
    if (path.empty()) return "its name is empty";
    if (path.size() > kPathBytesMax) return "its name is too long";
    const std::vector<std::string> parts = path_parts(path);
    if (parts.size() > kDepthMax) return "it lies too deep";
    for (const std::string& part : parts)
        if (auto fault = find_name_fault(part)) return fault;
    return std::nullopt;
}

std::pair<std::string_view, std::string_view> split_path(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {{}, path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace satchel::sources
