// A place that went back: somebody put an older copy of a database there, or it lost much of what
// it had. A person says which counts. Either the place does, which is an ordinary capture, or the
// workspace does: then a capture makes no ops of what differs, and the rows wait to be written
// back.
#pragma once

#include "daemon/core/row.h"
#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

namespace satchel::engine {

/// The row is to be shown again over what the source holds now; what differs, it has not seen.
void fall_behind(core::Row& row, const core::Shadow& local);

/// Tables that are gone from the source took their rows along; nobody deleted those. They wait to
/// be shown, should the tables come back.
Status leave_vanished(Step& step, SourceSlot& slot);

/// Why a source stops that went back, and what a person can say to it.
Error older_copy(const SourceSlot& slot, std::uint64_t changed, std::uint64_t removed);

/// Why a source stops that lost many of the items it held.
Error lost_much(const SourceSlot& slot, std::uint64_t lost, std::uint64_t held);

/// True when the row is to hold only what it held before.
Result<bool> holds_earlier_values(Step& step, const RowEdit& edit, const core::Op& op);

/// A person's word on a halted source. Refused where the word means nothing: a folder has its
/// backups, and what other devices deleted is not here to be written back.
Status check_word(const SourceSlot& slot, ResumeWord word);

}  // namespace satchel::engine
