// Rows whose application lets them refer to what is not there.
//
// SQLite does not look at foreign keys unless an application asks for it, and many never do: they
// delete a row and leave standing what referred to it. A device that sees a row stand like that in
// its database says so, in a cell of the row. Every device then shows it so, and nobody takes it
// for a row whose parent was deleted by somebody who could not know of it.
#pragma once

#include "daemon/core/row.h"

#include <algorithm>

namespace satchel::core {

/// The pseudo-column that says so. The last of the seeds (conflict.h): no source holds it, and
/// nobody decides about it.
inline constexpr ColumnId kDangles{0xffff'ffff};

/// True for a row that some device's application let refer to a row that is not there.
inline bool may_dangle(const Row& row) {
    return std::ranges::find(row.siblings, kDangles, &Sibling::column) != row.siblings.end();
}

}  // namespace satchel::core
