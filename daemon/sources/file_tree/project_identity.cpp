#include "daemon/sources/file_tree/project_identity.h"

#include "daemon/sources/file_tree/line_codec.h"
#include "shared/base/bytes.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <cctype>

namespace satchel::sources {

namespace {

constexpr std::string_view kGit = "@git:";
constexpr std::string_view kHomeMark = "@home:";
constexpr std::size_t kComponentBytesMax = 240;  // of the 255 a name may have

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || byte >= 0x80 || c == '.' || c == '-' || c == '_' ||
           c == '~' || c == ' ' || c == '+';
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_plain(c))
            out.push_back(c);
        else
            out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
    return out;
}

/// Only what percent_encode() writes is taken back.
std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        const auto bytes = from_hex(text.substr(i + 1, 2));
        if (!bytes || bytes->size() != 1) return std::nullopt;
        out.push_back(static_cast<char>(bytes->front()));
        i += 2;
    }
    if (percent_encode(out) != text) return std::nullopt;
    return out;
}

/// A relative path without anything that leads elsewhere.
bool is_path_below(std::string_view path) {
    if (path.empty() || !is_utf8(path)) return false;
    while (true) {
        const auto slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        const bool has_control = std::ranges::any_of(
            part, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
        if (part.empty() || part == "." || part == ".." || has_control) return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

bool is_good(const ProjectIdentity& identity) {
    using enum ProjectIdentity::Kind;
    const bool is_sub_good = identity.subfolder.empty() || is_path_below(identity.subfolder);
    const bool is_place_good = identity.kind == plain || is_path_below(identity.place);
    return is_sub_good && is_place_good && identity.encode().size() <= kComponentBytesMax;
}

}  // namespace

std::string ProjectIdentity::encode() const {
    if (kind == Kind::plain) return place;
    if (kind == Kind::home) return std::string(kHomeMark) + percent_encode(place);
    // A remote has no '#': the first one parts it from the folder.
    const std::string sub = subfolder.empty() ? "" : percent_encode("#" + subfolder);
    return std::string(kGit) + percent_encode(place) + sub;
}

std::optional<ProjectIdentity> ProjectIdentity::decode(std::string_view component) {
    ProjectIdentity identity;
    if (!component.starts_with('@')) {
        identity.place = component;
        return identity;
    }
    const bool is_git = component.starts_with(kGit);
    if (!is_git && !component.starts_with(kHomeMark)) return std::nullopt;
    identity.kind = is_git ? Kind::git : Kind::home;
    auto text = percent_decode(component.substr(is_git ? kGit.size() : kHomeMark.size()));
    if (!text) return std::nullopt;
    if (const auto hash = text->find('#'); is_git && hash != std::string::npos) {
        identity.subfolder = text->substr(hash + 1);
        if (identity.subfolder.empty()) return std::nullopt;
        text->resize(hash);
    }
    identity.place = std::move(*text);
    if (!is_good(identity)) return std::nullopt;
    return identity;
}

std::string ProjectIdentity::words() const {
    if (kind == Kind::home) return "~/" + place;
    return subfolder.empty() ? place : place + "#" + subfolder;
}

std::vector<ProjectIdentity> identities_of(const std::string& root,
                                           const std::string& home,
                                           const std::string& slug) {
    std::vector<ProjectIdentity> found;
    const auto add = [&](ProjectIdentity identity) {
        if (is_good(identity)) found.push_back(std::move(identity));
    };
    using Kind = ProjectIdentity::Kind;
    const auto below = path_below(root, home);
    const auto repository = find_git_place(root, home);
    const bool has_mark = repository && repository->url.find('#') != std::string::npos;
    if (repository && !has_mark) add({Kind::git, repository->url, repository->subfolder});
    if (below && !below->empty()) add({Kind::home, *below, {}});
    found.push_back({Kind::plain, slug, {}});
    return found;
}

std::optional<std::string> path_below(std::string_view path, std::string_view folder) {
    if (folder.empty() || !path.starts_with(folder)) return std::nullopt;
    path.remove_prefix(folder.size());
    if (path.empty()) return std::string();
    const char separator = is_windows_path(folder) ? '\\' : '/';
    if (path.front() != separator || folder.back() == separator) return std::nullopt;
    std::string below(path.substr(1));
    if (separator == '\\') std::ranges::replace(below, '\\', '/');
    return below;
}

std::string join_below(const std::string& folder, std::string_view below) {
    if (below.empty()) return folder;
    if (!is_windows_path(folder)) return (folder + "/").append(below);
    std::string rest(below);
    std::ranges::replace(rest, '/', '\\');
    return folder + "\\" + rest;
}

std::string to_place_text(const std::string& path, const std::string& home) {
    const auto below = path_below(path, home);
    if (!below) return path;
    return below->empty() ? "~" : "~/" + *below;
}

std::string from_place_text(std::string_view text, const std::string& home) {
    if (text == "~") return home;
    if (text.starts_with("~/")) return join_below(home, text.substr(2));
    return std::string(text);
}

}  // namespace satchel::sources
