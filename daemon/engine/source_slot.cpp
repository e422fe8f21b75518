#include "daemon/engine/source_slot.h"

#include <algorithm>

namespace satchel::engine {

const sources::CollectionInfo* SourceSlot::find(CollectionId id) const {
    const auto& all = source->collections();
    const auto at = std::ranges::find(all, id, &sources::CollectionInfo::id);
    return at == all.end() ? nullptr : &*at;
}

}  // namespace satchel::engine
