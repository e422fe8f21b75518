#include "daemon/engine/ledger.h"

#include "shared/base/assert.h"

namespace satchel::engine {

Status Ledger::load(store::Database& database) {
    SATCHEL_TRY(lanes, store::load_lanes(database));
    SATCHEL_TRY(collections, store::load_collections(database));
    lanes_ = std::move(lanes);
    collections_ = std::move(collections);
    changed_lanes_.clear();
    changed_collections_.clear();
    return ok();
}

Status Ledger::save(store::Transaction& transaction) {
    for (const auto& [id, devices] : changed_lanes_) {
        const std::vector<DeviceId> changed(devices.begin(), devices.end());
        if (auto saved = store::save_lane(transaction, lanes_[id], changed); !saved) return saved;
    }
    for (const CollectionId id : changed_collections_) {
        const auto at = collections_.find(id);
        SATCHEL_ASSERT(at != collections_.end());
        if (auto saved = store::save_collection(transaction, at->second); !saved) return saved;
    }
    changed_lanes_.clear();
    changed_collections_.clear();
    return ok();
}

store::Lane& Ledger::lane(LaneId id) {
    store::Lane& lane = lanes_[id];
    lane.id = id;
    return lane;
}

void Ledger::advance(LaneId id, const DeviceId& device, const store::LogEnd& end) {
    lane(id).applied[device] = end;
    changed_lanes_[id].insert(device);
}

void Ledger::add_to_digest(LaneId id, const core::Digest& added, const core::Digest& removed) {
    core::Digest& digest = lane(id).digest;
    digest.add(added);
    digest.subtract(removed);
    changed_lanes_[id];
}

store::Collection* Ledger::find(CollectionId id) {
    const auto at = collections_.find(id);
    return at == collections_.end() ? nullptr : &at->second;
}

Result<bool> Ledger::learn(store::Transaction& transaction, const store::Collection& described) {
    const auto at = collections_.find(described.id);
    if (at == collections_.end()) {
        store::Collection added = described;
        added.ord = 0;
        added.held = 0;
        if (auto saved = store::save_collection(transaction, added); !saved)
            return std::move(saved).error();
        collections_.emplace(added.id, std::move(added));
        return true;
    }
    store::Collection& known = at->second;
    const std::size_t columns_before = known.columns.size();
    for (const auto& column : described.columns) known.columns.insert(column);
    const bool has_changed = known.columns.size() != columns_before;
    if (has_changed) changed_collections_.insert(described.id);
    return has_changed;
}

void Ledger::add_held(CollectionId id, std::int64_t difference) {
    store::Collection* collection = find(id);
    SATCHEL_ASSERT(collection != nullptr);
    if (difference == 0) return;
    collection->held += static_cast<std::uint64_t>(difference);
    changed_collections_.insert(id);
}

}  // namespace satchel::engine
