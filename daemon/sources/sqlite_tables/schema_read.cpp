// Asks SQLite's pragmas.
#include "daemon/sources/sqlite_tables/schema_read.h"

#include <algorithm>
#include <cctype>

namespace satchel::sources::sqlite {

bool same_name(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
    });
}

std::string folded(std::string_view name) {
    std::string out(name);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

const RawColumn* RawTable::find(std::string_view column) const {
    const auto at = std::ranges::find_if(
        columns, [&](const RawColumn& c) { return same_name(c.name, column); });
    return at != columns.end() ? &*at : nullptr;
}

namespace {

/// True for a number, a word or one quoted text: what a column added to rows can have as default.
/// Anything longer may be expensive on purpose.
bool is_literal(std::string_view sql) {
    if (sql.starts_with('x') || sql.starts_with('X'))
        if (sql.size() > 1 && sql[1] == '\'') sql.remove_prefix(1);
    if (sql.empty()) return false;
    const char quote = sql.front();
    if (quote != '\'' && quote != '"') {
        return std::ranges::all_of(sql, [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '+' || c == '-';
        });
    }
    for (std::size_t at = 1; at < sql.size(); ++at) {
        if (sql[at] != quote) continue;
        if (at + 1 == sql.size()) return true;
        if (sql[++at] != quote) return false;
    }
    return false;
}

core::Value evaluate_default(Database& database, std::string_view sql) {
    if (!is_literal(sql)) return {};
    auto row = database.query("SELECT " + std::string(sql));
    // A bare word means itself.
    if (!row) return core::Value::text(sql);
    return row->step_code() == SQLITE_ROW ? row->value(0) : core::Value();
}

Result<std::vector<RawColumn>> read_columns(Database& database, const std::string& table) {
    std::vector<RawColumn> columns;
    SATCHEL_TRY(rows, database.query("PRAGMA main.table_xinfo(" + literal(table) + ")"));
    while (rows.step_code() == SQLITE_ROW) {
        columns.push_back(
            {std::string(rows.text(1)),
             std::string(rows.text(2)),
             rows.integer(3) != 0,
             !rows.is_null(4),
             rows.is_null(4) ? core::Value() : evaluate_default(database, rows.text(4)),
             static_cast<int>(rows.integer(5)),
             rows.integer(6) != 0});
    }
    return columns;
}

Status read_index_columns(Database& database, std::string_view name, RawIndex& index) {
    SATCHEL_TRY(parts, database.query("PRAGMA main.index_xinfo(" + literal(name) + ")"));
    while (parts.step_code() == SQLITE_ROW) {
        if (parts.integer(5) == 0) continue;
        KeyColumn column;
        if (parts.integer(1) < 0) index.is_plain = false;
        column.name = parts.text(2);
        const std::string collation = upper(parts.text(4));
        if (collation == "NOCASE")
            column.collation = Collation::nocase;
        else if (collation == "RTRIM")
            column.collation = Collation::rtrim;
        else if (collation != "BINARY")
            index.is_plain = false;
        index.columns.push_back(std::move(column));
    }
    return ok();
}

Status read_indexes(Database& database, RawTable& table) {
    SATCHEL_TRY(rows, database.query("PRAGMA main.index_list(" + literal(table.name) + ")"));
    while (rows.step_code() == SQLITE_ROW) {
        RawIndex index;
        index.is_unique = rows.integer(2) != 0;
        index.origin = rows.text(3);
        index.is_plain = rows.integer(4) == 0;
        const std::string name(rows.text(1));
        if (const Status done = read_index_columns(database, name, index); !done) return done;
        table.indexes.push_back(std::move(index));
    }
    return ok();
}

Status read_foreign_keys(Database& database, RawTable& table) {
    SATCHEL_TRY(rows, database.query("PRAGMA main.foreign_key_list(" + literal(table.name) + ")"));
    std::int64_t last = -1;
    while (rows.step_code() == SQLITE_ROW) {
        if (rows.integer(0) != last) {
            last = rows.integer(0);
            ForeignKey foreign;
            foreign.parent = rows.text(2);
            const auto has_action = [&](int column) {
                return rows.text(column) != "NO ACTION" && rows.text(column) != "RESTRICT";
            };
            foreign.has_action = has_action(5) || has_action(6);
            foreign.on_delete = rows.text(6) == "CASCADE" ? OnDelete::cascade
                                : has_action(6)           ? OnDelete::change
                                                          : OnDelete::forbid;
            table.foreign_keys.push_back(std::move(foreign));
        }
        table.foreign_keys.back().from.emplace_back(rows.text(3));
        if (!rows.is_null(4)) table.foreign_keys.back().to.emplace_back(rows.text(4));
    }
    return ok();
}

}  // namespace

Result<std::vector<RawTable>> read_tables(Database& database) {
    std::vector<RawTable> tables;
    {
        SATCHEL_TRY(rows,
                    database.query("SELECT l.name, l.wr, s.sql FROM pragma_table_list AS l "
                                   "JOIN main.sqlite_schema AS s ON s.name = l.name "
                                   "AND s.type = 'table' WHERE l.schema = 'main' "
                                   "AND l.type = 'table' ORDER BY l.name"));
        int code = SQLITE_ROW;
        while ((code = rows.step_code()) == SQLITE_ROW) {
            RawTable table;
            table.name = rows.text(0);
            table.is_without_rowid = rows.integer(1) != 0;
            table.sql = rows.text(2);
            if (table.name.starts_with("sqlite_") || table.name.starts_with("_satchel_")) continue;
            tables.push_back(std::move(table));
        }
        if (code != SQLITE_DONE) return database.error(code, "read the schema of");
    }
    for (RawTable& table : tables) {
        SATCHEL_TRY(columns, read_columns(database, table.name));
        table.columns = std::move(columns);
        if (const Status done = read_indexes(database, table); !done) return done.error();
        if (const Status done = read_foreign_keys(database, table); !done) return done.error();
    }
    return tables;
}

}  // namespace satchel::sources::sqlite
