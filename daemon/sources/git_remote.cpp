#include "daemon/sources/git_remote.h"

#include "shared/platform/files.h"

#include <algorithm>
#include <cctype>

namespace satchel::sources {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kConfigBytesMax = 1u << 20;
constexpr std::size_t kPointerBytesMax = 4u << 10;

std::optional<std::string> read_text(const fs::path& path, std::size_t size_max) {
    const auto bytes = platform::read_file(path, size_max);
    if (!bytes) return std::nullopt;
    return std::string(bytes->begin(), bytes->end());
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// The name in a line like [remote "origin"].
std::string section_name(std::string_view line) {
    const auto open = line.find('"');
    const auto close = line.rfind('"');
    if (open == std::string_view::npos || close <= open) return {};
    return std::string(line.substr(open + 1, close - open - 1));
}

/// The folder that holds a repository's config.
std::optional<fs::path> find_git_folder(const fs::path& folder, bool* is_worktree) {
    const fs::path dot_git = folder / ".git";
    std::error_code failed;
    const auto status = fs::status(dot_git, failed);
    if (failed) return std::nullopt;
    if (fs::is_directory(status)) return dot_git;
    if (!fs::is_regular_file(status)) return std::nullopt;
    const auto pointer = read_text(dot_git, kPointerBytesMax);
    constexpr std::string_view kWord = "gitdir:";
    if (!pointer || !pointer->starts_with(kWord)) return std::nullopt;
    const fs::path target = folder / trim(std::string_view(*pointer).substr(kWord.size()));
    const auto common = read_text(target / "commondir", kPointerBytesMax);
    if (is_worktree != nullptr) *is_worktree = common.has_value();
    return common ? target / trim(*common) : target;
}

}  // namespace

std::vector<GitRemote> git_remotes(std::string_view config) {
    std::vector<GitRemote> remotes;
    bool is_remote = false;
    std::string name;
    while (!config.empty()) {
        const auto end = std::min(config.find('\n'), config.size());
        const std::string_view line = trim(config.substr(0, end));
        config.remove_prefix(std::min(end + 1, config.size()));
        if (line.starts_with('[')) {
            is_remote = line.starts_with("[remote ");
            name = section_name(line);
            continue;
        }
        if (!is_remote || !line.starts_with("url")) continue;
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || trim(line.substr(3, equals - 3)) != "") continue;
        std::string_view url = trim(line.substr(equals + 1));
        if (url.size() >= 2 && url.front() == '"' && url.back() == '"')
            url = url.substr(1, url.size() - 2);
        if (!url.empty()) remotes.push_back({name, std::string(url)});
    }
    return remotes;
}

std::vector<GitRemote> remotes_of_folder(const fs::path& folder) {
    const auto git = find_git_folder(folder, nullptr);
    if (!git) return {};
    const auto config = read_text(*git / "config", kConfigBytesMax);
    return config ? git_remotes(*config) : std::vector<GitRemote>{};
}

std::string normal_url(const std::string& url) {
    std::string text = url;
    const auto scheme = text.find("://");
    if (scheme != std::string::npos) {
        text.erase(0, scheme + 3);
    } else if (const auto colon = text.find(':'); colon != std::string::npos) {
        text[colon] = '/';  // git@host:path
    }
    const auto slash = text.find('/');
    if (const auto at = text.rfind('@', slash); at != std::string::npos) text.erase(0, at + 1);
    while (text.ends_with('/')) text.pop_back();
    if (text.ends_with(".git")) text.resize(text.size() - 4);
    const auto host_end = std::min(text.find('/'), text.size());
    std::ranges::transform(text.begin(),
                           text.begin() + static_cast<std::ptrdiff_t>(host_end),
                           text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::optional<std::string> portable_url(const std::string& url) {
    const auto scheme = url.find("://");
    const auto colon = url.find(':');
    const auto slash = url.find_first_of("/\\");
    const bool is_short = scheme == std::string::npos;
    // host:path has more than a drive letter before its colon, and no slash.
    if (is_short && (colon == std::string::npos || colon < 2 || slash < colon)) return std::nullopt;
    std::string text = normal_url(url);
    const auto host_end = text.find('/');
    if (host_end == std::string::npos || host_end == 0 || text.find("::") != std::string::npos)
        return std::nullopt;
    if (const auto port = text.find(':'); !is_short && port < host_end)
        text.erase(port, host_end - port);
    std::string out;
    for (const char c : text)
        if (c != '/' || !out.ends_with('/')) out.push_back(c);
    const bool is_printable = std::ranges::all_of(
        out, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
    if (!is_printable || out.ends_with('/') || out.find('/') == 0) return std::nullopt;
    return out;
}

std::optional<GitPlace> find_git_place(const fs::path& folder, const fs::path& limit) {
    for (fs::path top = folder; top.has_relative_path(); top = top.parent_path()) {
        if (top == limit && top != folder) return std::nullopt;
        GitPlace place;
        const auto git = find_git_folder(top, &place.is_worktree);
        if (!git) continue;
        const auto config = read_text(*git / "config", kConfigBytesMax);
        if (!config) return std::nullopt;
        for (const GitRemote& remote : git_remotes(*config)) {
            const auto url = portable_url(remote.url);
            const bool is_better = place.url.empty() || remote.name == "origin";
            if (url && is_better) place.url = *url;
            if (url && remote.name == "origin") break;
        }
        if (place.url.empty()) return std::nullopt;
        place.subfolder = top == folder ? "" : folder.lexically_relative(top).generic_string();
        return place;
    }
    return std::nullopt;
}

}  // namespace satchel::sources
