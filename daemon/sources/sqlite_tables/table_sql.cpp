// SQL texts, made once per table and column set.
#include "daemon/sources/sqlite_tables/table_sql.h"

namespace satchel::sources::sqlite {

namespace {

std::string from_table(const Table& table) {
    return " FROM main." + identifier(table.name);
}

std::string selected(const Table& table) {
    std::string sql = "SELECT ";
    for (const KeyColumn& column : table.key) sql += identifier(column.name) + ", ";
    for (const Column& column : table.columns) sql += identifier(column.name) + ", ";
    // A last column is always there, so that no comma is left over.
    sql += table.rowid.empty() ? "NULL" : identifier(table.rowid);
    return sql + from_table(table);
}

template <class Part>
std::string joined(std::size_t count, std::string_view between, Part part) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) out += between;
        out += part(i);
    }
    return out;
}

std::string parameter(std::size_t number) {
    return "?" + std::to_string(number);
}

}  // namespace

std::string key_term(const KeyColumn& column) {
    return identifier(column.name) + " COLLATE " + std::string(collation_name(column.collation));
}

std::string key_match_sql(const Table& table, int first) {
    if (table.has_rowid_identity())
        return identifier(table.key[0].name) + " = " + parameter(static_cast<std::size_t>(first));
    return match_sql(table.key, first);
}

std::string match_sql(std::span<const KeyColumn> columns, int first) {
    return joined(columns.size(), " AND ", [&](std::size_t i) {
        return key_term(columns[i]) + " = " + parameter(static_cast<std::size_t>(first) + i);
    });
}

std::string key_list_sql(const Table& table) {
    return joined(
        table.key.size(), ", ", [&](std::size_t i) { return identifier(table.key[i].name); });
}

std::string scan_sql(const Table& table, bool is_continued) {
    std::string sql = selected(table);
    if (!table.rowid.empty()) {
        if (is_continued) sql += " WHERE " + identifier(table.rowid) + " > ?1";
        return sql + " ORDER BY " + identifier(table.rowid);
    }
    const auto terms =
        joined(table.key.size(), ", ", [&](std::size_t i) { return key_term(table.key[i]); });
    if (is_continued) {
        const auto values =
            joined(table.key.size(), ", ", [](std::size_t i) { return parameter(i + 1); });
        sql += " WHERE (" + terms + ") > (" + values + ")";
    }
    return sql + " ORDER BY " + terms;
}

std::string read_sql(const Table& table) {
    return selected(table) + " WHERE " + key_match_sql(table, 1);
}

std::string seeds_sql(const Table& table) {
    return "SELECT " +
           joined(table.seeds.size(),
                  ", ",
                  [&](std::size_t i) { return identifier(table.seeds[i].name); }) +
           from_table(table) + " WHERE " + key_match_sql(table, 1);
}

std::string plant_sql(const Table& table, const Column& seed) {
    return "UPDATE OR IGNORE main." + identifier(table.name) + " SET " + identifier(seed.name) +
           " = ?1 WHERE " + identifier(seed.name) + " IS NULL AND " + key_match_sql(table, 2);
}

std::string read_by_rowid_sql(const Table& table) {
    return selected(table) + " WHERE " + identifier(table.rowid) + " = ?1";
}

std::string has_key_sql(const Table& table) {
    return joined(table.key.size(), " AND ", [&](std::size_t i) {
        return identifier(table.key[i].name) + " IS NOT NULL";
    });
}

std::string insert_sql(const Table& table, std::span<const Column* const> columns, bool with_key) {
    std::string sql = "INSERT OR ABORT INTO main." + identifier(table.name);
    const std::size_t count = columns.size() + (with_key ? 1 : 0);
    if (count == 0) return sql + " DEFAULT VALUES";
    sql += " (";
    if (with_key) sql += identifier(table.rowid) + (columns.empty() ? "" : ", ");
    sql +=
        joined(columns.size(), ", ", [&](std::size_t i) { return identifier(columns[i]->name); });
    sql += ") VALUES (";
    sql += joined(count, ", ", [](std::size_t i) { return parameter(i + 1); });
    return sql + ")";
}

std::string update_sql(const Table& table, std::span<const Column* const> columns) {
    return "UPDATE OR ABORT main." + identifier(table.name) + " SET " +
           joined(columns.size(),
                  ", ",
                  [&](std::size_t i) {
                      return identifier(columns[i]->name) + " = " + parameter(i + 1);
                  }) +
           " WHERE " + key_match_sql(table, static_cast<int>(columns.size()) + 1);
}

std::string delete_sql(const Table& table) {
    return "DELETE" + from_table(table) + " WHERE " + key_match_sql(table, 1);
}

}  // namespace satchel::sources::sqlite
