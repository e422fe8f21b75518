// Which repository a folder belongs to, by reading its .git; git itself is never run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

/// A remote in the text of a .git/config.
struct GitRemote {
    std::string name;
    std::string url;
};

/// Remotes in the text of a .git/config, in order; one for each URL.
std::vector<GitRemote> git_remotes(std::string_view config);

/// The remotes of the repository at `folder`, be its .git a folder, or the file of a worktree or
/// submodule. Empty when it is no repository.
std::vector<GitRemote> remotes_of_folder(const std::filesystem::path& folder);

/// "https://github.com/a/b.git", "git@github.com:a/b" and "ssh://git@github.com/a/b/" are one.
std::string normal_url(const std::string& url);

/// normal_url() of a repository on some host, without a port, so that it means the same from every
/// machine; nothing for a path of this machine.
std::optional<std::string> portable_url(const std::string& url);

/// Where a folder lies in a repository.
struct GitPlace {
    std::string url;           ///< portable_url() of "origin", or of the first remote
    std::string subfolder;     ///< below the top of the work tree, with slashes; empty at the top
    bool is_worktree = false;  ///< a further work tree of a repository that is elsewhere
};

/// Looks at `folder` and those above it, as long as they are below `limit`, which is itself looked
/// at only when it is `folder`. Nothing outside a repository, or when no remote is portable.
std::optional<GitPlace> find_git_place(const std::filesystem::path& folder,
                                       const std::filesystem::path& limit);

}  // namespace satchel::sources
