// Rows that a projection wrote into the source and a crash kept from being recorded: the source
// tells of them as of new rows.
#pragma once

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <map>
#include <optional>
#include <unordered_map>

namespace satchel::engine {

/// Finds them by what they hold, for the length of one capture. What it is made of outlives it.
class Unrecorded {
  public:
    Unrecorded(Step& step, const SourceSlot& slot) : step_(step), slot_(slot) {}

    /// The pending row that a new row of this content shows already; each is told once. The first
    /// question about a collection reads all of its pending rows.
    Result<std::optional<Sid>> take(CollectionId collection, const core::Shadow& content);

  private:
    using Waiting = std::unordered_multimap<std::uint64_t, Sid>;

    [[nodiscard]] std::uint64_t content_hash(CollectionId collection, core::Shadow shadow) const;
    Result<Waiting> list(CollectionId collection) const;

    Step& step_;
    const SourceSlot& slot_;
    std::map<CollectionId, Waiting> waiting_;
};

}  // namespace satchel::engine
