// From "this is what the source holds now" to the op that says so.
#pragma once

#include "daemon/core/row.h"

#include <optional>
#include <span>

namespace satchel::core {

/// What the source holds of one item, just read.
struct LocalState {
    bool is_present = false;
    std::span<const ColumnValue> columns;  ///< ordered by column; empty when absent
    UnixMs edited_ms = 0;                  ///< when the application made the change
    Value marker{};                        ///< value of the row marker should the row be new
    Stamp follows{};                       ///< the op's stamp is above this one
    /// What a column holds in rows written before it was there, ordered by column; else NULL.
    std::span<const ColumnValue> fills{};
};

/// The op that turns what the source held into what it holds, or nothing when it holds the same.
/// Rarely a part of it: ask again after apply_own_op() until there is nothing more to say.
///
/// Only columns that differ are set. Columns the source does not have (another version's schema)
/// are left alone: missing never means deleted. A column that appeared on a known row is an edit
/// only when it holds something that the schema did not put there. `collection` and `sid` are
/// filled in by the caller.
std::optional<Op> diff_row(const Row& row, const LocalState& local);

/// True when the source shows the winners of every column it has and nothing beside them: a
/// projection that was written but not recorded, or an application that wrote the same by itself.
bool is_shown_by(const Row& row,
                 const LocalState& local,
                 const std::function<bool(ColumnId)>& holds);

/// Applies this device's own op: the source shows its new siblings already. `holds` as in
/// mark_projected(), `replaced` as in apply_op().
void apply_own_op(Row& row,
                  const Op& op,
                  const OpContext& context,
                  const LocalState& local,
                  const std::function<bool(ColumnId)>& holds,
                  std::vector<Sibling>* replaced = nullptr);

}  // namespace satchel::core
