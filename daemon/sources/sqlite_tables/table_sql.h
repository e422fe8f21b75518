// The SQL texts for a table. Result columns of every row read: the key columns, then the synced
// columns by id, then rowid where it is not the key. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/schema.h"

#include <span>
#include <string>

namespace satchel::sources::sqlite {

/// Reads all rows in scan order, or those after a position bound from parameter 1 on.
std::string scan_sql(const Table& table, bool is_continued);
/// Reads the row with the key bound from parameter 1 on.
std::string read_sql(const Table& table);
/// Reads the row with the rowid bound to parameter 1.
std::string read_by_rowid_sql(const Table& table);
/// The seed columns alone, of the row with the key bound from 1.
std::string seeds_sql(const Table& table);
/// Gives a seed column (bound to 1) of the row with the key bound from 2 a value if it has none.
std::string plant_sql(const Table& table, const Column& seed);
/// True for rows that have a complete key.
std::string has_key_sql(const Table& table);
/// `"a" COLLATE X = ?first AND …` for the key columns.
std::string key_match_sql(const Table& table, int first);
/// `INSERT OR ABORT` of columns in the order given, the integer key first when `with_key`.
std::string insert_sql(const Table& table, std::span<const Column* const> columns, bool with_key);
/// `UPDATE OR ABORT` of columns in the order given; the key is bound after them.
std::string update_sql(const Table& table, std::span<const Column* const> columns);
std::string delete_sql(const Table& table);

/// `"a" COLLATE X = ?first AND …` for all of `columns`.
std::string match_sql(std::span<const KeyColumn> columns, int first);
/// The key columns, separated by commas.
std::string key_list_sql(const Table& table);
/// A key column with its collation.
std::string key_term(const KeyColumn& column);

/// Position of the first synced column in a row read.
inline int first_cell(const Table& table) {
    return static_cast<int>(table.key.size());
}

/// Position of rowid in a row read.
inline int rowid_cell(const Table& table) {
    if (table.has_integer_key && table.key.size() == 1 && table.key[0].name == table.rowid)
        return 0;
    return static_cast<int>(table.key.size() + table.columns.size());
}

}  // namespace satchel::sources::sqlite
