// Where the projects of a catalog are on this machine: a decision over rows, with the machine
// behind three questions, so that it can be tried without one.
#pragma once

#include "daemon/sources/sqlite_tables/catalog_places.h"

#include <functional>
#include <string>
#include <vector>

namespace satchel::app {

/// What is asked of the machine.
struct PlaceQuestions {
    std::function<bool(const std::string&)> is_folder;
    /// Folders directly inside a folder, full paths, in order.
    std::function<std::vector<std::string>(const std::string&)> folders_in;
    /// The URLs of the git remotes of a folder; empty when it is no repository.
    std::function<std::vector<std::string>(const std::string&)> remotes_of;
};

/// Something whose place was not found; its row stays as it is.
struct Unresolved {
    std::string environment;
    std::string project;
    std::string reason;
};

/// A repository that could be cloned.
struct Clonable {
    std::string environment;
    std::string project;
    std::string url;
    std::string target;  ///< full path of the new folder
};

/// What is to be written, and what was found.
struct ResolvePlan {
    std::vector<sources::CatalogChange> changes;
    std::uint64_t versions_remapped = 0;
    std::uint64_t paths_kept = 0;
    std::uint64_t paths_linked = 0;
    std::uint64_t paths_found = 0;
    std::uint64_t repos_cloned = 0;  ///< of those in `cloned`
    std::vector<Clonable> clonable;
    std::vector<Unresolved> unresolved;
};

/// Versions first: one whose folder is not here is replaced by the one of this machine that is
/// called like the digits and dots of its name, else like it. Then paths, in this order: the folder
/// is here; a link says where; a repository with the environment's URL is in a place to look
/// (beside home repositories, known projects, in the clone directory, or among `cloned`); else it
/// stays.
ResolvePlan resolve_places(const sources::CatalogRows& rows,
                           const PlaceQuestions& questions,
                           const std::vector<std::string>& cloned);

/// True for a URL that may be handed to git: https or ssh, nothing that names a program or option.
bool is_safe_url(const std::string& url);

}  // namespace satchel::app
