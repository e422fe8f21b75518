// A database's tables as SQLite's pragmas tell them, before any decision of ours. Private to this
// folder.
#pragma once

#include "daemon/sources/sqlite_tables/schema.h"

#include <string>
#include <vector>

namespace satchel::sources::sqlite {

/// Names in SQL are equal whatever their case (ASCII).
bool same_name(std::string_view left, std::string_view right);
/// The name all spellings of it share (ASCII lower case): ids are made of it.
std::string folded(std::string_view name);
/// ASCII upper case.
std::string upper(std::string_view text);

/// A column as declared.
struct RawColumn {
    std::string name;
    std::string type;
    bool is_not_null = false;
    bool has_default = false;
    core::Value fill;  // the default where it is a literal, before the column's type has its say
    int primary = 0;   // place in the primary key, from 1
    bool is_hidden = false;
};

/// An index as declared.
struct RawIndex {
    std::string origin;  // pk, u or c
    bool is_unique = false;
    bool is_plain = true;  // neither partial nor over expressions or foreign collations
    std::vector<KeyColumn> columns;
};

/// A table as declared.
struct RawTable {
    std::string name;
    bool is_without_rowid = false;
    std::string sql;
    std::vector<RawColumn> columns;
    std::vector<RawIndex> indexes;
    std::vector<ForeignKey> foreign_keys;

    [[nodiscard]] const RawColumn* find(std::string_view column) const;
};

/// Every ordinary table of the application: no views, virtual or shadow tables, none of ours.
Result<std::vector<RawTable>> read_tables(Database& database);

}  // namespace satchel::sources::sqlite
