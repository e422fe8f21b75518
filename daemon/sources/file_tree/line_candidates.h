// What a file of lines shall show: the extents it has that stay, and those that are to come.
#pragma once

#include "daemon/sources/file_tree/extent_index.h"
#include "daemon/sources/file_tree/line_view.h"
#include "daemon/sources/file_tree/project.h"

#include <optional>
#include <span>
#include <vector>

namespace satchel::sources {

/// An extent the file shall show: one it has, or a new one.
struct Candidate {
    ViewExtent extent;
    std::optional<std::size_t> position;  ///< in the index, when the file has it
    ByteView bytes;                       ///< of a new one: a view into its WantedRow
};

/// All extents that shall show, first those of `index` in its order: the engine's state decides, so
/// that the order in which rows are handed to us does not matter. Fills in the outcomes of rows
/// that cannot be shown, and the keys of those that can.
Result<std::vector<Candidate>> find_candidates(const ProjectRun& run,
                                               const LinesJob& job,
                                               const ExtentIndex& index,
                                               std::vector<ProjectedRow>& outcomes);

/// Sorts the new ones, those behind the ones that are `held`, and places all as grow_line_view()
/// does. Nothing when something vanished or the new ones do not follow what is `known`.
Result<std::optional<LineView>> follow_in_order(std::vector<Candidate>& candidates,
                                                std::span<const IndexEntry> held,
                                                const KnownContent& known,
                                                const ReadExtent& read);

}  // namespace satchel::sources
