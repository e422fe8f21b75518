// What a table's declaration says of its columns and of what can name its rows.
#pragma once

#include "daemon/sources/sqlite_tables/schema.h"
#include "daemon/sources/sqlite_tables/schema_read.h"

namespace satchel::sources::sqlite {

/// The affinity of a column declared with this type.
Affinity affinity_of(std::string_view declared);
/// A default as SQLite stores it in a column of this affinity.
core::Value stored_as(const core::Value& value, Affinity affinity);
/// The columns of the primary key, in its order; pointers into `table`.
std::vector<const RawColumn*> primary_key(const RawTable& table);
/// The name of the INTEGER PRIMARY KEY, or empty. "INTEGER PRIMARY KEY DESC" is no alias of rowid
/// and has an index of its own.
std::string integer_key_of(const RawTable& table);
/// A name under which rowid can be read although the table declares no INTEGER PRIMARY KEY.
std::string free_rowid_name(const RawTable& table);
/// The index to name rows by where there is no integer key; nullptr where no index can.
const RawIndex* best_key_index(const RawTable& table);

}  // namespace satchel::sources::sqlite
