// Values that an op does not carry because another row has or had them: those of a file that got
// another name. The op names the row, and the op that first said the value. A device takes the
// value from the row, wherever that keeps it; when the row is gone there, the value counts as lost
// and is looked up in the log of the device that said it (refill.h).
#pragma once

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <optional>

namespace satchel::engine {

/// The column of an op that stands for one that is not carried. Rows never have it.
inline constexpr ColumnId kCopiedColumn{0xffff'fffe};

/// What such an op says in place of the value.
struct CopiedValue {
    ColumnId column{};
    std::uint64_t value_hash = 0;
    Sid from;          ///< row of the same collection
    core::Dot origin;  ///< an op that carries the value
};

/// The column of the op, or nothing when it carries all of its values. Fails with `corrupt` for one
/// that is malformed.
Result<std::optional<CopiedValue>> find_copied(const core::Op& op);

/// Leaves out a large value of our own op, if the row `from` has the same, and notes it; tells how
/// many bytes that were.
Result<std::size_t> leave_out_copy(
    Step& step, const SourceSlot& slot, const Sid& from, const core::Dot& dot, core::Op& op);

/// The value in a row: as the store has it, or as the source has it in its place.
Result<std::optional<core::Value>> value_in(Step& step,
                                            SourceSlot* slot,
                                            const CopiedValue& copied,
                                            const store::StoredRow& row,
                                            CollectionId collection);

/// Notes where a value of the op `dot` can be found.
Status note_copied(Step& step,
                   const SourceSlot& slot,
                   const core::Dot& dot,
                   const core::Dot& origin);
/// The op that carries what the op `dot` wrote: itself, unless noted otherwise.
Result<core::Dot> origin_of(Step& step, const SourceSlot& slot, const core::Dot& dot);

}  // namespace satchel::engine
