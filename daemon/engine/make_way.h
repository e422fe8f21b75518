// Rows that cannot be shown because of other rows.
//
// A source names what stands in a row's way; here is decided what becomes of it. A row is hidden
// (taken out of the source, kept whole in the store, listed as parked) when another row claimed a
// unique value before it, or when its parent is gone: in both cases every device comes to the same
// end by itself, so hiding emits no ops. What only the source holds of a row is copied into the
// store and durable before the source lets go of it.
#pragma once

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace satchel::engine {

/// A row and what the source said of it.
struct Blocked {
    CollectionId collection{};
    Sid sid;
    bool is_held = false;    ///< the source shows the row, as it was before
    bool is_going = false;   ///< it was to be removed or hidden
    bool is_hidden = false;  ///< it was to be hidden
    std::vector<sources::Obstacle> obstacles;
};

/// How one row of a joint projection is meant.
struct Way {
    bool is_hidden = false;
    std::optional<std::size_t> yields_to{};  ///< as WantedRow::yields_to
};

/// Rows to ask the source for in one call.
struct Joint {
    std::vector<RowEdit> edits;
    std::vector<Way> ways;
    std::uint64_t revived = 0;  ///< rows that children of this device's making brought back
};

/// What is done with a row that stands in another's way and is to change or go by itself.
enum class Pressure : std::uint8_t {
    none,      ///< it is waited for
    together,  ///< both are asked for in one call
    aside,     ///< it is hidden, and shown as it should be when the other one is
};

/// Decides about rows that a pass could not show, and makes durable what hiding needs; nothing is
/// written to the source yet.
Result<Joint> make_way(Step& step,
                       SourceSlot& slot,
                       const std::vector<Blocked>& blocked,
                       Pressure pressure);

/// Notes why the row is not shown.
Status park_row(Step& step, const RowEdit& edit, const sources::ProjectedRow& projected);
/// Of rows noted in any order: those whose parents, or theirs, are gone for good wait for nobody.
Status name_orphans(Step& step, std::span<const Blocked> blocked);
/// The row was not hidden after all: not to find it is a deletion again.
Status cancel_hiding(Step& step, const RowEdit& edit);
/// Puts away a row that the source has let go of.
Status finish_hidden(Step& step, RowEdit& edit, const sources::ProjectedRow& projected);

}  // namespace satchel::engine
