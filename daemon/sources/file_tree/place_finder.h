// Deciding which project a folder on disk is, and where a project of others gets its folder. Each
// decision is made once and noted.
#pragma once

#include "daemon/sources/file_tree/project_identity.h"
#include "daemon/sources/file_tree/tree_context.h"

#include <set>

namespace satchel::sources {

/// Key of a row of "projects", from what it says.
Bytes place_key(std::string_view identity, std::string_view place);

/// One run over a tree's projects; the references outlive it.
class PlaceFinder {
  public:
    PlaceFinder(TreeContext& context, const TreeDir& root, Memory& memory)
        : context_(context), root_(root), memory_(memory) {}

    /// Decides about every folder of a project that is not known yet, or about those in `slugs`;
    /// tells the sink of places that others may use. Returns folders to look at again: no line
    /// there names the project, and `is_patient` lets one come.
    Result<std::set<std::string>> decide(const std::set<std::string>* slugs,
                                         bool is_patient,
                                         CaptureSink& sink);

    /// Makes sure that the project of `path` (in the workspace) has a folder here, and that no
    /// other project's file has the path there. Returns why not, for people.
    Result<std::optional<std::string>> place(const std::string& path);

    /// The path in the workspace of a file found on disk, or nothing when its project is not known.
    Result<std::optional<std::string>> logical(const std::string& local);

    /// `path` without symbolic links, as far as it is there.
    [[nodiscard]] static std::string real_root(const std::string& path);
    /// The name of the folder for a project at `root`: of a long name the one that is there.
    [[nodiscard]] std::string folder_name(const std::string& root) const;

  private:
    struct Folder {
        std::string slug;
        std::optional<std::string> root;
        bool is_worktree = false;
    };

    Result<std::optional<Folder>> look_into(const std::string& slug, bool is_patient);
    Status settle(const Folder& folder, CaptureSink& sink);
    Status report(const ProjectIdentity& identity, const std::string& root, CaptureSink& sink);
    Result<std::optional<std::string>> root_of(const ProjectIdentity& identity);
    [[nodiscard]] bool fits(const std::string& root, const ProjectIdentity& identity) const;

    TreeContext& context_;
    const TreeDir& root_;
    Memory& memory_;
};

}  // namespace satchel::sources
