#include "daemon/engine/cell_values.h"

#include "daemon/engine/store_memory.h"

#include <algorithm>

namespace satchel::engine {

Result<std::vector<core::ColumnValue>> held_values(Replica& replica,
                                                   CollectionId collection,
                                                   const store::StoredRow& row) {
    SourceSlot* slot = replica.slot_of(collection);
    std::vector<core::ColumnValue> values;
    if (slot == nullptr || !row.key || row.held_hash == 0) return values;
    const Status read = replica.in_step([&](Step& step) -> Status {
        StoreMemory memory(step, slot->declaration.id);
        auto local = slot->source->read(collection, *row.key, memory);
        if (local && local->is_present) values = std::move(local->columns);
        return ok();
    });
    if (!read) return read.error();
    return values;
}

const core::Value* value_of(const core::Sibling& sibling,
                            const std::vector<core::ColumnValue>& held) {
    if (sibling.value) return &*sibling.value;
    const auto at = std::ranges::lower_bound(held, sibling.column, {}, &core::ColumnValue::column);
    const bool is_there =
        at != held.end() && at->column == sibling.column && at->value.hash() == sibling.value_hash;
    return is_there ? &at->value : nullptr;
}

}  // namespace satchel::engine
