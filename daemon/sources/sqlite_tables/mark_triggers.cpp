// Texts of mark table and triggers, installing and removing them.
#include "daemon/sources/sqlite_tables/mark_triggers.h"

#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

std::string key_columns_of(const Table& table, std::string_view row) {
    std::string out;
    for (const KeyColumn& column : table.key) {
        if (!out.empty()) out += ", ";
        out += std::string(row) + identifier(column.name);
    }
    return out;
}

std::string mark_head(const Table& table, bool has_old) {
    std::string sql = "INSERT INTO _satchel_mark (tab, at, ";
    sql += mark_key_columns(table.key.size(), false);
    if (has_old) sql += ", " + mark_key_columns(table.key.size(), true);
    return sql + ") ";
}

std::string mark_facts(const Table& table) {
    // Days, as SQLite counts them: who reads the mark has more time to reckon than who writes it.
    return std::to_string(table.mark_number()) + ", julianday('now'), ";
}

/// Marks the key in `row` ("NEW." or "OLD.").
std::string mark_key(const Table& table, std::string_view row) {
    return mark_head(table, false) + "VALUES (" + mark_facts(table) + key_columns_of(table, row) +
           "); ";
}

std::string mark_change(const Table& table) {
    return mark_head(table, true) + "VALUES (" + mark_facts(table) + key_columns_of(table, "NEW.") +
           ", " + key_columns_of(table, "OLD.") + "); ";
}

/// Marks the rows that hold the new value of a unique rule already.
std::string mark_holders(const Table& table, const UniqueRule& rule) {
    std::string where;
    for (const KeyColumn& column : rule.columns) {
        if (!where.empty()) where += " AND ";
        where += key_term(column) + " = NEW." + identifier(column.name);
    }
    return mark_head(table, false) + "SELECT " + mark_facts(table) + key_columns_of(table, "") +
           " FROM " + identifier(table.name) + " WHERE " + where + "; ";
}

std::string differs(std::span<const KeyColumn> columns) {
    std::string out;
    for (const KeyColumn& column : columns) {
        if (!out.empty()) out += " OR ";
        out += "NEW." + identifier(column.name) + " IS NOT OLD." + identifier(column.name);
    }
    return out;
}

using Triggers = std::vector<std::pair<std::string, std::string>>;

void add(Triggers& triggers, const Table& table, std::string_view kind, std::string_view rest) {
    const std::string name =
        "_satchel_" + std::to_string(table.mark_number()) + "_" + std::string(kind);
    triggers.emplace_back(name, "CREATE TRIGGER " + name + " " + std::string(rest));
}

void add_triggers(Triggers& triggers, const Table& table) {
    const std::string on = " ON " + identifier(table.name) + " ";
    add(triggers, table, "ai", "AFTER INSERT" + on + "BEGIN " + mark_key(table, "NEW.") + "END");
    add(triggers, table, "ad", "AFTER DELETE" + on + "BEGIN " + mark_key(table, "OLD.") + "END");
    add(triggers, table, "au", "AFTER UPDATE" + on + "BEGIN " + mark_change(table) + "END");
    add(triggers,
        table,
        "bu",
        "BEFORE UPDATE" + on + "WHEN " + differs(table.key) + " BEGIN " + mark_key(table, "NEW.") +
            mark_key(table, "OLD.") + "END");
    int number = 0;
    for (const UniqueRule& rule : table.uniques) {
        ++number;
        if (!rule.is_exact) continue;
        const std::string holders = mark_holders(table, rule);
        add(triggers,
            table,
            "bi" + std::to_string(number),
            "BEFORE INSERT" + on + "BEGIN " + holders + "END");
        add(triggers,
            table,
            "bu" + std::to_string(number),
            "BEFORE UPDATE" + on + "WHEN " + differs(rule.columns) + " BEGIN " + holders + "END");
    }
}

std::string mark_table_sql(std::size_t width) {
    std::string sql = "CREATE TABLE _satchel_mark (seq INTEGER PRIMARY KEY, tab INT, at REAL";
    for (std::size_t i = 1; i <= width; ++i) {
        const std::string number = i == 1 ? "" : std::to_string(i);
        sql += ", k" + number + ", k" + number + "_old";
    }
    return sql + ")";
}

using Objects = std::vector<std::pair<std::string, std::string>>;  // name, text

Result<Objects> find_objects(Database& database, std::string_view type) {
    Objects found;
    SATCHEL_TRY(rows,
                database.query("SELECT name, sql FROM main.sqlite_schema WHERE type = ?1 "
                               "AND name LIKE '\\_satchel\\_%' ESCAPE '\\' ORDER BY name"));
    rows.bind(1, type);
    int code = SQLITE_ROW;
    while ((code = rows.step_code()) == SQLITE_ROW)
        found.emplace_back(std::string(rows.text(0)), std::string(rows.text(1)));
    if (code != SQLITE_DONE) return database.error(code, "read the schema of");
    return found;
}

Status drop_objects(Database& database) {
    SATCHEL_TRY(triggers, find_objects(database, "trigger"));
    for (const auto& [name, sql] : triggers)
        if (const Status done = database.run("DROP TRIGGER main." + identifier(name)); !done)
            return done;
    SATCHEL_TRY(tables, find_objects(database, "table"));
    for (const auto& [name, sql] : tables)
        if (const Status done = database.run("DROP TABLE main." + identifier(name)); !done)
            return done;
    return ok();
}

}  // namespace

std::string mark_key_columns(std::size_t count, bool is_old) {
    std::string out;
    for (std::size_t i = 1; i <= count; ++i) {
        if (i > 1) out += ", ";
        out += "k" + (i == 1 ? std::string{} : std::to_string(i)) + (is_old ? "_old" : "");
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> mark_triggers(const Schema& schema) {
    Triggers triggers;
    for (const Table& table : schema.tables)
        if (!table.is_by_content()) add_triggers(triggers, table);
    std::ranges::sort(triggers);
    return triggers;
}

Result<bool> has_mark_objects(Database& database) {
    SATCHEL_TRY(triggers, find_objects(database, "trigger"));
    SATCHEL_TRY(tables, find_objects(database, "table"));
    return !triggers.empty() || !tables.empty();
}

Result<bool> are_marks_installed(Database& database, const Schema& schema) {
    SATCHEL_TRY(triggers, find_objects(database, "trigger"));
    SATCHEL_TRY(tables, find_objects(database, "table"));
    const Objects wanted_tables = {{"_satchel_mark", mark_table_sql(schema.key_width())}};
    return triggers == mark_triggers(schema) && tables == wanted_tables;
}

Status install_marks(Database& database, const Schema& schema) {
    SATCHEL_TRY(transaction, Transaction::start(database, "BEGIN IMMEDIATE"));
    if (const Status done = drop_objects(database); !done) return done;
    if (const Status made = database.run(mark_table_sql(schema.key_width())); !made) return made;
    for (const auto& [name, sql] : mark_triggers(schema))
        if (const Status done = database.run(sql); !done) return done;
    return transaction.commit();
}

Status remove_marks(Database& database) {
    SATCHEL_TRY(transaction, Transaction::start(database, "BEGIN IMMEDIATE"));
    if (const Status done = drop_objects(database); !done) return done;
    return transaction.commit();
}

}  // namespace satchel::sources::sqlite
