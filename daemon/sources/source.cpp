#include "daemon/sources/source.h"

#include <algorithm>

namespace satchel::sources {

bool CollectionInfo::holds(ColumnId column) const {
    const auto at = std::ranges::lower_bound(columns, column, {}, &ColumnInfo::id);
    return at != columns.end() && at->id == column;
}

}  // namespace satchel::sources
