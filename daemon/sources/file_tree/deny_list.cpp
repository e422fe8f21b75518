#include "daemon/sources/file_tree/deny_list.h"

#include "daemon/sources/file_tree/file_class.h"

#include <algorithm>
#include <array>
#include <string>

namespace satchel::sources {

namespace {

// Lower-case patterns for one component.
constexpr std::array<std::string_view, 53> kDenied = {
    // credentials
    ".credentials.json",
    "auth.json",
    ".claude.json",
    ".claude.json.*",
    "oauth_creds.json",
    "google_accounts.json",
    "mcp-oauth-tokens*",
    "mcp-auth.json",
    ".env*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.keystore",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".ssh",
    ".gnupg",
    ".aws",
    // shell state, which carries environment variables
    "session-env",
    "shell-snapshots",
    "shell_snapshots",
    // databases
    "*.sqlite*",
    "*.db",
    "*.db3",
    "*.vscdb*",
    "*-wal",
    "*-shm",
    "*-journal",
    // locks, sockets, temporary files, caches
    "*.lock",
    "*.sock",
    "*.pid",
    "*.tmp",
    "*.temp",
    "*.swp",
    "*.swo",
    "*~",
    ".git",
    "node_modules",
    "__pycache__",
    "cache",
    ".cache",
    ".ds_store",
    "thumbs.db",
    "desktop.ini",
    ".satchel-*",
};

bool is_denied_name(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return std::ranges::any_of(
        kDenied, [&](std::string_view pattern) { return matches_glob(pattern, lower); });
}

}  // namespace

bool is_denied(std::string_view path) {
    while (true) {
        const std::size_t slash = path.find('/');
        if (is_denied_name(path.substr(0, slash))) return true;
        if (slash == std::string_view::npos) return false;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace satchel::sources
