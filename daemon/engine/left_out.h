// Items a source holds that are too large to travel: they stay on this device, by name, and keep
// nothing else from travelling. Noted in the store, so that a restart does not forget them.
#pragma once

#include "daemon/core/op.h"
#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <optional>
#include <set>
#include <string>

namespace satchel::engine {

/// Which value of the item no device would accept, in words; nothing when all may travel.
std::optional<std::string> find_oversized(const SourceSlot& slot, const sources::LocalRow& local);
/// Why the change cannot be sealed into one object, in words; nothing when it can.
std::optional<std::string> find_oversized(const core::Op& op);

/// Fills the slot from the store.
Status load_left_out(Step& step, SourceSlot& slot);
/// Notes that the item stays here; true when that is news.
Result<bool> leave_out(Step& step,
                       SourceSlot& slot,
                       const sources::LocalRow& local,
                       const std::string& why);
/// Notes that the item is gone or travels again.
Status take_in(Step& step, SourceSlot& slot, CollectionId collection, ByteView key);

/// One sentence for people: how many stay here and the name of one; empty when none does.
std::string describe_left_out(const SourceSlot& slot);

}  // namespace satchel::engine
