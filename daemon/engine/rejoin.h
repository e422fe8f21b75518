// Removing a source and declaring it again.
//
// A removed source's rows stay in the store as the workspace's state that this device does not
// show: values that only the place held are copied into the store first, and nothing counts as held
// any more. When the name is declared again, whatever lies at its place then, that state is merged
// with the place as on a device that joins: equal items are recognised, items missing here are
// shown, items only here are sent, and nothing is deleted on either side.
#pragma once

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <functional>

namespace satchel::engine {

/// Makes the store independent of the source's place. Commits on the way; what is done twice after
/// a crash does no harm. Values that cannot be read any more stay unknown: their rows are not shown
/// until the place holds them again.
Status leave_source(Step& step, SourceSlot& slot);

/// Looks up whether the source was captured since it was declared. When it was not, its place may
/// be another one than before: local keys of rows that the place holds with other content are
/// forgotten where most rows differ, so that rows of another database are not taken for ours.
Status rejoin_source(Step& step, SourceSlot& slot);

/// Takes rows for not held that the place gave up without a word to others, so that they are shown
/// again; values that only the place had are asked for. Returns how many there were.
using IsWanted = std::function<bool(CollectionId collection, ByteView key)>;
Result<std::uint64_t> bring_back(Step& step, SourceSlot& slot, const IsWanted& is_wanted);

/// Notes that the source was captured whole.
Status mark_joined(Step& step, SourceSlot& slot);

}  // namespace satchel::engine
