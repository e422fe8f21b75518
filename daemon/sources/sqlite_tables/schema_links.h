// Which tables refer to which.
#pragma once

#include "daemon/sources/sqlite_tables/schema.h"
#include "daemon/sources/sqlite_tables/schema_read.h"

#include <span>

namespace satchel::sources::sqlite {

/// Says of each synced table in `schema` which columns hold the number of a row of which other
/// synced table, and what tables of `raw` that are not synced depend on it. A column that refers to
/// a table that is not synced is taken out with a remark, unless it is part of the key. Before the
/// tables are put in order.
void link_tables(Schema& schema, std::span<const RawTable> raw);

}  // namespace satchel::sources::sqlite
