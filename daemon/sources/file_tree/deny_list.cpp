#include "daemon/sources/file_tree/deny_list.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace satchel::sources {

namespace {

// All in lower case. A name is on the list when it is one of the first, begins with one of the
// second or ends with one of the third.
// clang-format off
constexpr std::array kNames = std::to_array<std::string_view>({
    // credentials
    ".credentials.json", "auth.json", ".claude.json", "oauth_creds.json", "google_accounts.json",
    "mcp-auth.json", ".netrc", "_netrc", ".npmrc", ".pypirc", ".git-credentials", ".ssh", ".gnupg",
    ".aws",
    // shell state, which carries environment variables
    "session-env", "shell-snapshots", "shell_snapshots",
    // caches and what belongs to other tools
    ".git", "node_modules", "__pycache__", "cache", ".cache", ".ds_store", "thumbs.db",
    "desktop.ini",
});

constexpr std::array kBeginnings = std::to_array<std::string_view>({
    ".claude.json.", "mcp-oauth-tokens", ".env", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
});

constexpr std::array kEndings = std::to_array<std::string_view>({
    // keys
    ".pem", ".key", ".p12", ".pfx", ".keystore",
    // databases; also *.sqlite* and *.vscdb* anywhere, see below
    ".db", ".db3", "-wal", "-shm", "-journal",
    // locks, sockets, temporary files
    ".lock", ".sock", ".pid", ".tmp", ".temp", ".swp", ".swo", "~",
});

// clang-format on

/// Account and tokens beside MCP servers and preferences.
constexpr std::string_view kInPart = ".claude.json";

constexpr std::string_view kTempBeginning = ".satchel-";
constexpr std::string_view kTempEnding = ".tmp";

/// Takes a number off the front of `text`.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
    const bool is_digit = !text.empty() && text.front() >= '0' && text.front() <= '9';
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!is_digit || error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool is_denied_name(std::string_view name) {
    std::array<char, 256> buffer;
    if (name.size() > buffer.size()) return true;  // no file system takes it
    std::ranges::transform(name, buffer.begin(), to_lower);
    const std::string_view lower(buffer.data(), name.size());
    const auto begins = [&](std::string_view part) { return lower.starts_with(part); };
    const auto ends = [&](std::string_view part) { return lower.ends_with(part); };
    return std::ranges::find(kNames, lower) != kNames.end() ||
           std::ranges::any_of(kBeginnings, begins) || std::ranges::any_of(kEndings, ends) ||
           lower.find(".sqlite") != std::string_view::npos ||
           lower.find(".vscdb") != std::string_view::npos;
}

bool is_denied(std::string_view path) {
    while (true) {
        const std::size_t slash = path.find('/');
        if (is_denied_name(path.substr(0, slash))) return true;
        if (slash == std::string_view::npos) return false;
        path.remove_prefix(slash + 1);
    }
}

bool is_denied_in_part(std::string_view path) {
    const std::size_t name = path.rfind('/') + 1;
    return path.substr(name) == kInPart && (name == 0 || !is_denied(path.substr(0, name - 1)));
}

std::string temp_file_name(pid_t process, std::uint32_t number) {
    return std::string(kTempBeginning) + std::to_string(process) + "-" + std::to_string(number) +
           std::string(kTempEnding);
}

std::string kept_file_name(std::string_view temp_name) {
    const std::string_view number =
        temp_name.substr(std::min(kTempBeginning.size(), temp_name.size()));
    return std::string(kTempBeginning) + "kept-" + std::string(number);
}

std::optional<pid_t> process_of_temp_name(std::string_view name) {
    pid_t process = 0;
    std::uint32_t number = 0;
    if (!name.starts_with(kTempBeginning)) return std::nullopt;
    name.remove_prefix(kTempBeginning.size());
    if (!take_number(name, process) || process <= 0 || !name.starts_with('-')) return std::nullopt;
    name.remove_prefix(1);
    if (!take_number(name, number) || name != kTempEnding) return std::nullopt;
    return process;
}

}  // namespace satchel::sources
