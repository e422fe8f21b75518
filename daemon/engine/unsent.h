// How many items of each collection wait to be sent: segments are sealed, so it is noted beside
// them.
#pragma once

#include "daemon/core/op.h"
#include "daemon/engine/step.h"

#include <map>
#include <span>

namespace satchel::engine {

/// Notes what a segment that is about to wait speaks of.
Status note_unsent(Step& step, LaneId lane, std::uint64_t seq_from, std::span<const core::Op> ops);
/// The hub has the segment.
Status forget_unsent(Step& step, LaneId lane, std::uint64_t seq_from);
/// Items of a lane that wait, by collection; collections with none are absent.
Result<std::map<CollectionId, std::uint64_t>> count_unsent(store::Database& database, LaneId lane);

}  // namespace satchel::engine
