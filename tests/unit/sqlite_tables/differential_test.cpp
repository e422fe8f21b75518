// Random work of an application; after every capture the engine's picture must equal the table.
// SATCHEL_SCHEDULES sets how many schedules each schema gets, SATCHEL_SEED the first of them.
#include "tests/unit/sqlite_tables/fixture.h"
#include "tests/unit/sqlite_tables/shapes.h"

#include <cstdlib>
#include <random>

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace satchel;
using namespace satchel::sources;
using satchel::test::App;
using satchel::test::Bench;
using satchel::test::settings_for;
using satchel::test::Shape;
using satchel::test::shapes;
using satchel::test::TempFolder;

namespace {

class Schedule {
  public:
    Schedule(const Shape& shape, std::uint64_t seed) : shape_(shape), random_(seed) {}

    std::string statement() {
        std::string sql;
        for (const char c : shape_.statements[pick(shape_.statements.size())]) {
            if (c == '#')
                sql += std::to_string(pick(8));
            else if (c == '$')
                sql += "'" + std::string(1 + pick(2), static_cast<char>('a' + pick(4))) + "'";
            else
                sql += c;
        }
        return sql;
    }

    std::size_t pick(std::size_t count) { return random_() % count; }

  private:
    const Shape& shape_;
    std::mt19937_64 random_;
};

std::string listed(const std::multiset<std::string>& rows) {
    std::string out;
    for (const std::string& row : rows) out += "\n    " + row;
    return out;
}

/// The columns that the table has now and that travel.
std::set<ColumnId> travelling(Bench& bench, const std::string& table) {
    std::set<ColumnId> columns;
    for (const CollectionInfo& info : bench.source.collections())
        if (info.id == bench.collection(table))
            for (const ColumnInfo& column : info.columns) columns.insert(column.id);
    return columns;
}

/// Every row of a table as the engine has it, references as numbers, sorted.
std::multiset<std::string> pictured(Bench& bench, const std::string& table) {
    std::multiset<std::string> rows;
    const std::set<ColumnId> columns = travelling(bench, table);
    const CollectionId collection = bench.collection(table);
    const auto at = bench.engine.tables.find(collection);
    if (at == bench.engine.tables.end()) return rows;
    const auto number_of = [&](const core::Value& value) {
        if (value.kind() != core::ValueKind::reference) return value;
        for (const auto& [id, other] : bench.engine.tables) {
            const auto item = other.items.find(value.as_reference());
            if (item == other.items.end() || !item->second.key) continue;
            return core::Value::integer(static_cast<std::int64_t>(
                ByteReader(*item->second.key).u64() ^ (std::uint64_t{1} << 63)));
        }
        return value;
    };
    for (const auto& [sid, item] : at->second.items) {
        if (!item.is_present) continue;
        std::string row;
        for (const auto& [column, value] : item.values)
            if (columns.contains(column))
                row += std::to_string(static_cast<std::uint32_t>(column)) + "=" +
                       number_of(value).to_display() + " ";
        rows.insert(row);
    }
    return rows;
}

/// The same, read from the table.
std::multiset<std::string> actual(App& app, Bench& bench, const std::string& table) {
    std::multiset<std::string> rows;
    const std::set<ColumnId> columns = travelling(bench, table);
    sqlite3_stmt* statement = nullptr;
    const std::string sql = "SELECT * FROM " + table;
    REQUIRE(sqlite3_prepare_v2(app.handle(), sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        std::map<ColumnId, std::string> cells;
        for (int i = 0; i < sqlite3_column_count(statement); ++i) {
            const std::string name = sqlite3_column_name(statement, i);
            const ColumnId id = bench.ids.column(bench.collection(table), name);
            if (name == "id" || !columns.contains(id)) continue;
            core::Value value;
            const int type = sqlite3_column_type(statement, i);
            if (type == SQLITE_INTEGER)
                value = core::Value::integer(sqlite3_column_int64(statement, i));
            if (type == SQLITE_FLOAT)
                value = core::Value::real(sqlite3_column_double(statement, i));
            const std::string_view bytes{
                static_cast<const char*>(sqlite3_column_blob(statement, i)),
                static_cast<std::size_t>(sqlite3_column_bytes(statement, i))};
            if (type == SQLITE_TEXT) value = core::Value::text(bytes);
            if (type == SQLITE_BLOB) value = core::Value::blob(as_bytes(bytes));
            cells[id] = value.to_display();
        }
        std::string row;
        for (const auto& [column, text] : cells)
            row += std::to_string(static_cast<std::uint32_t>(column)) + "=" + text + " ";
        rows.insert(row);
    }
    sqlite3_finalize(statement);
    return rows;
}

void run_schedule(const Shape& shape, Capture mode, std::uint64_t seed) {
    CAPTURE(std::string(shape.schema));
    CAPTURE(seed);
    Schedule schedule(shape, seed);
    TempFolder folder;
    App app(folder / "a.db");
    app.run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
    app.run(shape.schema);
    for (int i = 0; i < 5; ++i) app.try_run(schedule.statement());
    Bench bench(settings_for(folder / "a.db", mode));
    std::string history;
    for (int round = 0; round < 6; ++round) {
        bench.capture();
        for (const std::string& table : shape.tables) {
            const auto engine_has = pictured(bench, table);
            const auto table_has = actual(app, bench, table);
            INFO("round " << round << " of " << table << " after " << history);
            REQUIRE(listed(engine_has) == listed(table_has));
        }
        REQUIRE_FALSE(bench.source.has_changes().value());
        history.clear();
        const bool is_grouped = schedule.pick(3) == 0;
        if (is_grouped) app.run("BEGIN");
        const std::size_t count = 1 + schedule.pick(6);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string sql = schedule.statement();
            history += sql + (app.try_run(sql) ? "; " : " (failed); ");
        }
        if (is_grouped) app.run(schedule.pick(4) == 0 ? "ROLLBACK" : "COMMIT");
        if (schedule.pick(12) == 0) app.run("VACUUM");
        if (schedule.pick(8) == 0) bench.reopen();
    }
}

std::uint64_t setting(const char* name, std::uint64_t fallback) {
    const char* text = std::getenv(name);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_SUITE("sqlite_tables/differential") {
    TEST_CASE("a scan always gives the table as it is") {
        for (const Shape& shape : shapes())
            for (std::uint64_t i = 0; i < setting("SATCHEL_SCHEDULES", 20); ++i)
                run_schedule(shape, Capture::scan, setting("SATCHEL_SEED", 1) + i);
    }

    TEST_CASE("marks always give the table as it is") {
        for (const Shape& shape : shapes())
            for (std::uint64_t i = 0; i < setting("SATCHEL_SCHEDULES", 20); ++i)
                run_schedule(shape, Capture::trigger, setting("SATCHEL_SEED", 1) + i);
    }
}
