// Lanes and collections in memory, as of the open transaction: read at start, written with every
// commit that changed them, read again after a rollback.
#pragma once

#include "daemon/sources/source.h"
#include "daemon/store/collections.h"
#include "daemon/store/lanes.h"

#include <set>

namespace satchel::engine {

/// The numbers every step of a cycle needs.
class Ledger {
  public:
    /// Replaces what is in memory by what the store holds.
    Status load(store::Database& database);
    /// Writes what changed since the last save.
    Status save(store::Transaction& transaction);

    /// The lane; made on first use.
    store::Lane& lane(LaneId id);

    [[nodiscard]] const std::map<LaneId, store::Lane>& lanes() const { return lanes_; }

    /// Notes that the device's log was applied up to `end`.
    void advance(LaneId id, const DeviceId& device, const store::LogEnd& end);
    void add_to_digest(LaneId id, const core::Digest& added, const core::Digest& removed);

    /// The collection, or null when its id is unknown here.
    store::Collection* find(CollectionId id);

    [[nodiscard]] const std::map<CollectionId, store::Collection>& collections() const {
        return collections_;
    }

    /// Makes the collection known or extends its columns; true when that changed anything.
    Result<bool> learn(store::Transaction& transaction, const store::Collection& described);
    void add_held(CollectionId id, std::int64_t difference);

  private:
    std::map<LaneId, store::Lane> lanes_;
    std::map<CollectionId, store::Collection> collections_;
    std::map<LaneId, std::set<DeviceId>> changed_lanes_;
    std::set<CollectionId> changed_collections_;
};

}  // namespace satchel::engine
