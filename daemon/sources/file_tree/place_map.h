// Where projects lie on this device: paths in the workspace have an identity where paths on disk
// have the assistant's name of a folder. Kept as notes; everything here is plain text work.
#pragma once

#include "daemon/sources/source.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

/// How a tree knows projects; from its profile.
struct ProjectSettings {
    std::string folder{};  ///< below the root, with one folder for each project; empty: no projects
    std::string field{};   ///< of lines there, that names the project's own folder
    /// Other files of lines, and their field that names some folder below the home.
    std::vector<std::pair<std::string, std::string>> others{};
    std::string home{};  ///< of this user, absolute and real; empty when not known
};

/// The shipped settings for "claude"; none for other profiles. `home` may be any path to it.
ProjectSettings profile_projects(std::string_view profile, const std::string& home);

/// A project with a folder here.
struct ProjectPlace {
    std::string identity{};  ///< see project_identity.h
    std::string slug{};      ///< name of its folder in this tree
    std::string root{};      ///< its own folder, absolute; empty when not known
    bool is_primary = true;  ///< what is new in the folder is its, not that of others there
    std::string wished{};    ///< the identity it would have if no other folder had it; or empty

    bool operator==(const ProjectPlace&) const = default;
};

/// A path that lies in a project: the component that names it, and what follows with its slash.
struct ProjectPath {
    std::string_view project;
    std::string_view rest;  ///< empty for the project's folder itself
};

/// All projects with a folder here.
class PlaceMap {
  public:
    PlaceMap() = default;

    explicit PlaceMap(std::string folder) : folder_(std::move(folder)) {}

    [[nodiscard]] bool is_active() const { return !folder_.empty(); }

    [[nodiscard]] const std::string& folder() const { return folder_; }

    /// What is noted, in place of what was here.
    Status load(Memory& memory);
    /// Adds or changes one, here and in the notes.
    Status put(Memory& memory, const ProjectPlace& place);
    Status erase(Memory& memory, const std::string& identity);

    [[nodiscard]] const ProjectPlace* find(std::string_view identity) const;
    /// Those that show in one folder, the primary one first.
    [[nodiscard]] std::vector<const ProjectPlace*> in_folder(std::string_view slug) const;

    [[nodiscard]] const std::map<std::string, ProjectPlace, std::less<>>& all() const {
        return places_;
    }

    /// The parts of a path in a project's folder, local or not.
    [[nodiscard]] std::optional<ProjectPath> split(std::string_view path) const;
    /// The other direction.
    [[nodiscard]] std::string join(std::string_view project, std::string_view rest) const;
    /// The path on disk. What is in no project, or in one that has no place, stays as it is.
    [[nodiscard]] std::string local(std::string_view path) const;
    /// Every path in the workspace that the path on disk can be, the likeliest first; none when its
    /// folder's project is not known.
    [[nodiscard]] std::vector<std::string> logical(std::string_view path) const;

  private:
    std::string folder_;
    std::map<std::string, ProjectPlace, std::less<>> places_;
};

}  // namespace satchel::sources
