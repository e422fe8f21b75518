// What a file of lines shall show: the extents it has that stay, and those that are to come.
#pragma once

#include "daemon/sources/file_tree/extent_index.h"
#include "daemon/sources/file_tree/line_view.h"
#include "daemon/sources/file_tree/project.h"

#include <optional>
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

/// Sorts the new ones, those behind the first `held`. True when nothing vanished and they follow
/// `end`, the chain at the file's end, and each other.
bool follow_in_order(std::vector<Candidate>& candidates, std::size_t held, Chain end);

}  // namespace satchel::sources
