// A project's files, moved to the folder of another place on this device: a person said where the
// project is (satchelctl link). The workspace sees nothing of it.
//
// Everything is copied first, with lines that name the new place; then the notes change, durably;
// only then the old files go. A crash in between leaves copies that the next run finds to be right,
// or old files that it still knows to remove.
#pragma once

#include "daemon/sources/file_tree/notes.h"
#include "daemon/sources/file_tree/place_finder.h"
#include "daemon/sources/file_tree/tree_writer.h"

#include <map>

namespace satchel::sources {

/// Why a project cannot be moved yet, by its identity; for people.
using MoveTroubles = std::map<std::string, std::string>;

/// One look at all links; the references outlive it.
class PlaceMover {
  public:
    PlaceMover(TreeContext& context, const TreeDir& root, Memory& memory)
        : context_(context), root_(root), memory_(memory) {}

    /// Moves every project whose link names another place than it has, and removes what earlier
    /// moves left. Trouble with one project is told in `troubles`.
    Status move_linked(CaptureSink& sink, MoveTroubles& troubles);

  private:
    struct File {
        std::string path;  ///< in the workspace
        std::string from;  ///< on disk
        std::string to;
        FileNote note;
    };

    Status move(const ProjectPlace& old, const ProjectPlace& next, CaptureSink& sink);
    Result<std::vector<File>> files_of(const ProjectPlace& old, const ProjectPlace& next);
    Status copy(File& file, const ProjectPlace& next);
    Result<FileStat> put(const File& file, const TreeDir& disk, const WriteContent& content);
    Status remove_leftovers();

    TreeContext& context_;
    const TreeDir& root_;
    Memory& memory_;
};

}  // namespace satchel::sources
