// The objects that triggers capture adds to a database, and their removal.
//
//   _satchel_mark(seq INTEGER PRIMARY KEY, tab INT, at REAL, k, k_old, k2, k2_old, …)
//
// A mark says "look at this key": the key's columns in k, k2, …, as they are, and in k_old, … what
// they were before an update. The columns have no type, so storage classes survive. AFTER triggers
// alone miss rows that REPLACE displaces without firing a delete trigger; the BEFORE triggers mark
// those. A projection writes under the write lock, so its own marks are those above the last seq at
// its BEGIN: the triggers need not ask who writes. Bodies name key and unique columns only, so that
// the application may drop any other, and use plain INSERT (an outer OR REPLACE would override
// another clause). Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/schema.h"

#include <string>
#include <utility>
#include <vector>

namespace satchel::sources::sqlite {

/// Databases with this many rows are captured by triggers where nothing else was asked for.
inline constexpr std::int64_t kScanRowsMax = 500'000;

/// When a mark was made, in milliseconds since 1970: `at` counts days as julianday() does.
inline constexpr std::string_view kMarkTimeMs =
    "CAST(round((at - 2440587.5) * 86400000.0) AS INTEGER)";

/// Names and texts of the triggers for all tables.
std::vector<std::pair<std::string, std::string>> mark_triggers(const Schema& schema);
/// True when exactly these objects are in the database.
Result<bool> are_marks_installed(Database& database, const Schema& schema);
/// True when any object of ours is in the database.
Result<bool> has_mark_objects(Database& database);
/// Removes what is there of ours and installs everything anew, in one transaction. Marks not yet
/// drained are lost: a full scan has to follow.
Status install_marks(Database& database, const Schema& schema);
/// Removes everything of ours, triggers before the table they write to.
Status remove_marks(Database& database);

/// `k, k2, …` (or `k_old, k2_old, …`) of the mark table, `count` of them.
std::string mark_key_columns(std::size_t count, bool is_old);

}  // namespace satchel::sources::sqlite
