// Gives rows without a sync_id one. Where a UNIQUE rule names rows ("setting.name") the id follows
// from that name, so that what two devices call alike is one row. Others that are there when a
// table is first captured get theirs from their content, so that copies of one database agree;
// later ones are random. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/row_reader.h"

namespace satchel::sources::sqlite {

/// How many rows of all column-mode tables have no sync_id.
Result<std::uint64_t> count_without_sync_id(Database& database, const Schema& schema);
/// Stamps them all in one transaction and returns how many.
Result<std::uint64_t> stamp_rows(Workbench bench, const RandomBytes& random);

}  // namespace satchel::sources::sqlite
