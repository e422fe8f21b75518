// Which project a folder is, told so that other devices understand it.
//
// An identity is one component of a path:
//   @git:github.com%2Facme%2Fapp          the repository with that remote, at its top
//   @git:github.com%2Facme%2Fapp%23sub    a folder in it
//   @home:dev%2Fapp                       a folder below the home
//   -srv-app                              the assistant's own name for a folder, as it is
#pragma once

#include "daemon/sources/git_remote.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

/// What an identity says.
struct ProjectIdentity {
    enum class Kind : std::uint8_t { git, home, plain };
    Kind kind = Kind::plain;
    std::string place{};      ///< the remote, the path below the home, or the folder's name
    std::string subfolder{};  ///< git: below the top of the repository

    bool operator==(const ProjectIdentity&) const = default;

    /// The path component.
    [[nodiscard]] std::string encode() const;
    /// Nothing when `component` begins like an identity and is none.
    static std::optional<ProjectIdentity> decode(std::string_view component);
    /// For people: "github.com/acme/app", "~/dev/app".
    [[nodiscard]] std::string words() const;
};

/// Identities that the folder at the absolute path `root` may have, best first; the last resort is
/// always the folder's `slug`. Reads .git of it and of folders above.
std::vector<ProjectIdentity> identities_of(const std::string& root,
                                           const std::string& home,
                                           const std::string& slug);

/// `path` below `folder`, with slashes; empty for the folder itself, nothing for others.
std::optional<std::string> path_below(std::string_view path, std::string_view folder);
/// What is `below`, told with slashes, the folder; with the folder's own separators.
std::string join_below(const std::string& folder, std::string_view below);

/// "~/dev/app" for what is below `home`, other paths as they are, and back.
std::string to_place_text(const std::string& path, const std::string& home);
std::string from_place_text(std::string_view text, const std::string& home);

}  // namespace satchel::sources
