// Conflicts are not stored: they are the cells with more than one distinct value, so every device
// lists the same ones.
#pragma once

#include "daemon/core/row.h"

#include <vector>

namespace satchel::core {

/// Columns from here on are seeds: they mean something on one machine only, so that several values
/// of them ask nobody for a decision.
inline constexpr ColumnId kFirstSeed{0xff00'0000};

/// The id of a column as a seed's.
constexpr ColumnId as_seed(ColumnId column) {
    return ColumnId{static_cast<std::uint32_t>(column) | static_cast<std::uint32_t>(kFirstSeed)};
}

/// True for columns whose values people decide about.
constexpr bool is_decidable(ColumnId column) {
    return column >= kFirstColumn && column < kFirstSeed;
}

/// One cell with several values; the shown one first, then by falling stamp.
struct CellConflict {
    ColumnId column{};
    std::vector<const Sibling*> versions;  ///< pointers into the row, one per distinct value
};

/// The note of a row that was deleted and edited at the same time and is still to be decided on;
/// null when there is nothing to decide.
const Sibling* find_deletion_note(const Row& row);
/// True when some cell of `row` has more than one distinct value, or its deletion is undecided.
bool has_conflict(const Row& row);
/// The cells of `row` that have more than one distinct value, ordered by column.
std::vector<CellConflict> find_conflicts(const Row& row);

}  // namespace satchel::core
