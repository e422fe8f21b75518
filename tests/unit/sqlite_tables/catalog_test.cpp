// Rows named by people meet, columns of one machine stay, and a database is explained before it is
// declared.
#include "daemon/sources/sqlite_tables/catalog_schema.h"
#include "daemon/sources/sqlite_tables/explain.h"
#include "tests/unit/sqlite_tables/fixture.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::test {

using sources::Capture;
using sources::CollectionInfo;
using sources::ColumnInfo;
using sources::explain_database;

namespace {

sources::SqliteTablesSettings catalog_at(const std::filesystem::path& path) {
    auto settings = settings_for(path);
    settings.is_owned = true;
    settings.capture = Capture::automatic;
    for (const std::string_view table : sources::kCatalogTables)
        settings.tables.emplace_back(table);
    settings.seed_columns = {"environment.project_path",
                             "environment.version_id",
                             "version.path",
                             "database.last_synced_at"};
    settings.secret_rules = {{"setting", "name", "value"}};
    return settings;
}

/// Two devices with an empty catalog each.
struct Pair {
    Pair() {
        left.capture();
        right.capture();
    }

    TempFolder folder;
    Bench left{catalog_at(folder / "a.db"), 1};
    Bench right{catalog_at(folder / "b.db"), 2};
    App left_app{folder / "a.db"};
    App right_app{folder / "b.db"};
};

const sources::PlannedTable& table_in(const sources::DatabasePlan& plan, const std::string& name) {
    const auto at = std::ranges::find(plan.tables, name, &sources::PlannedTable::name);
    REQUIRE(at != plan.tables.end());
    return *at;
}

}  // namespace

TEST_SUITE("sqlite_tables/natural keys") {
    TEST_CASE("a setting made on two devices is one row") {
        Pair pair;
        pair.left_app.run("INSERT INTO setting(name, value) VALUES('theme', 'dark')");
        pair.right_app.run(
            "INSERT INTO setting(name, value) VALUES('other', 'x'), "
            "('theme', 'light')");
        pair.left.capture();
        pair.right.capture();
        const char* id = "SELECT sync_id FROM setting WHERE name = 'theme'";
        CHECK(pair.left_app.ask(id) == pair.right_app.ask(id));
        CHECK(pair.left_app.ask(id).size() == 36);
        CHECK(pair.right_app.ask("SELECT count(DISTINCT sync_id) FROM setting") == "2");
    }

    TEST_CASE("a name of several columns counts with the row it refers to") {
        Pair pair;
        pair.left_app.run(
            "INSERT INTO project(id, name) VALUES(1, 'p'), (2, 'q');"
            "INSERT INTO environment(name, project_id) VALUES('dev', 1), ('dev', 2)");
        pair.right_app.run(
            "INSERT INTO project(id, name) VALUES(7, 'q');"
            "INSERT INTO environment(name, project_id) VALUES('dev', 7)");
        pair.left.capture();
        pair.right.capture();
        const char* id =
            "SELECT e.sync_id FROM environment e JOIN project p ON p.id = "
            "e.project_id WHERE p.name = 'q'";
        CHECK(pair.left_app.ask(id) == pair.right_app.ask(id));
        CHECK(pair.left_app.ask("SELECT count(DISTINCT sync_id) FROM environment") == "2");
    }

    TEST_CASE("a renamed row keeps its identity and its old name is free for another") {
        Pair pair;
        pair.left_app.run("INSERT INTO setting(name, value) VALUES('theme', 'dark')");
        pair.left.capture();
        pair.left_app.run("UPDATE setting SET name = 'theme2'");
        pair.left_app.run("INSERT INTO setting(name, value) VALUES('theme', 'new')");
        CHECK(pair.left.capture() == 2);
        CHECK(pair.left_app.ask("SELECT count(DISTINCT sync_id) FROM setting") == "2");
    }

    TEST_CASE("rows without a whole name get an identity of their own") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, sync_id TEXT, name TEXT, part TEXT, "
            "UNIQUE(name, part)); CREATE UNIQUE INDEX some ON t(part) WHERE part > 'm';"
            "INSERT INTO t(name, part) VALUES('a', NULL), ('a', NULL), ('b', 'n')");
        Bench bench(settings_for(folder / "a.db"));
        CHECK(bench.capture() == 3);
        CHECK(app.ask("SELECT count(DISTINCT sync_id) FROM t") == "3");
    }
}

TEST_SUITE("sqlite_tables/seeds") {
    TEST_CASE("a new row brings its seeds and later ones stay where they are") {
        Pair pair;
        pair.right_app.run("INSERT INTO version(id, name, path) VALUES(9, 'other', '/v/o')");
        pair.right.capture();
        pair.left_app.run(
            "INSERT INTO version(id, name, path) VALUES(1, '17.0', '/left/17');"
            "INSERT INTO project(id, name) VALUES(1, 'p');"
            "INSERT INTO environment(name, project_id, version_id, project_path, "
            "notes) VALUES('dev', 1, 1, '/left/p', 'n')");
        CHECK(pair.left.capture() == 3);
        pair.right.project_from(pair.left);
        const char* all =
            "SELECT e.name, v.name, v.path, e.project_path FROM environment e LEFT "
            "JOIN version v ON v.id = e.version_id";
        CHECK(pair.right_app.ask(all) == "dev|17.0|/left/17|/left/p");
        CHECK(pair.right.capture() == 0);

        pair.right_app.run("UPDATE environment SET project_path = '/right/p', version_id = 9");
        CHECK(pair.right.capture() == 0);
        pair.left_app.run("UPDATE environment SET project_path = '/left/q', notes = 'm'");
        CHECK(pair.left.capture() == 1);
        pair.right.project_from(pair.left);
        CHECK(pair.right_app.ask(all) == "dev|other|/v/o|/right/p");
        CHECK(pair.right_app.ask("SELECT notes FROM environment") == "m");
        CHECK(pair.right.capture() == 0);
    }

    TEST_CASE("planting wakes no trigger of the application") {
        TempFolder folder;
        const char* schema =
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a, place TEXT, changed TEXT);"
            "CREATE TRIGGER touch AFTER UPDATE ON t BEGIN UPDATE t SET changed = 'yes' WHERE id = "
            "new.id; END;";
        App from(folder / "a.db");
        App to(folder / "b.db");
        from.run(schema);
        to.run(schema);
        const auto with_seed = [&](const char* file) {
            auto settings = settings_for(folder / file);
            settings.seed_columns = {"T.Place"};
            return settings;
        };
        Bench left(with_seed("a.db"), 1);
        Bench right(with_seed("b.db"), 2);
        from.run("INSERT INTO t VALUES(1, 'x', '/here', NULL)");
        left.capture();
        right.project_from(left);
        CHECK(to.ask("SELECT a, place, changed FROM t") == "x|/here|NULL");
        CHECK(right.capture() == 0);
        for (const CollectionInfo& info : right.source.collections()) {
            CHECK(!std::ranges::count(info.columns, "place", &ColumnInfo::name));
            CHECK(std::ranges::count(info.seeds, "place", &ColumnInfo::name) == 1);
        }
    }

    TEST_CASE("a column that may not be empty travels as any other") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run("CREATE TABLE t(id INTEGER PRIMARY KEY, place TEXT NOT NULL)");
        auto settings = settings_for(folder / "a.db");
        settings.seed_columns = {"t.place"};
        Bench bench(settings);
        bench.capture();
        app.run("INSERT INTO t VALUES(1, 'a')");
        CHECK(bench.capture() == 1);
        app.run("UPDATE t SET place = 'b'");
        CHECK(bench.capture() == 1);
    }
}

TEST_SUITE("sqlite_tables/explain") {
    TEST_CASE("a database is explained without being touched") {
        TempFolder folder;
        const auto path = folder / "a.db";
        {
            App app(path);
            app.run(
                "CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
                "CREATE TABLE book(id INTEGER PRIMARY KEY, title TEXT, author_id INTEGER "
                "REFERENCES author(id) ON DELETE CASCADE, shelf INTEGER REFERENCES local(id), "
                "size INTEGER, big INTEGER AS (size > 9), synced_at TEXT);"
                "CREATE TABLE local(id INTEGER PRIMARY KEY);"
                "CREATE TABLE word(word TEXT PRIMARY KEY, n INT);"
                "CREATE TABLE heap(rowid, oid, _rowid_);"
                "CREATE TABLE setting(name TEXT PRIMARY KEY NOT NULL, value TEXT);"
                "CREATE TRIGGER touch AFTER UPDATE ON book BEGIN SELECT 1; END;"
                "INSERT INTO author(name) VALUES('a'), ('b');"
                "INSERT INTO word VALUES('x', 1), (NULL, 2), (NULL, 3);"
                "INSERT INTO setting VALUES('api.key', 'x'), ('theme', 'dark')");
        }
        const auto bytes_before = std::filesystem::file_size(path);
        const auto time_before = std::filesystem::last_write_time(path);
        auto settings = settings_for(path, Capture::automatic);
        settings.tables = {"author", "book", "word", "heap", "setting", "later"};
        settings.secret_rules = {{"setting", "name", "value"}};
        const FakeIds ids;
        const FakeClock clock;
        const auto plan = explain_database(settings, ids, clock);
        REQUIRE(plan.has_value());
        CHECK(plan->capture == "scan");
        CHECK(plan->size_bytes == bytes_before);
        CHECK(plan->tables.size() == 4);
        const auto& book = table_in(*plan, "book");
        CHECK(book.identity == "mapped");
        CHECK(book.columns == std::vector<std::string>{"title", "author_id", "size"});
        CHECK(book.left_out.size() == 3);
        CHECK(book.triggers == std::vector<std::string>{"touch"});
        const auto author = std::ranges::find(
            book.references, std::string("author"), &sources::PlannedReference::parent);
        REQUIRE(author != book.references.end());
        CHECK(author->on_delete == "CASCADE");
        CHECK(author->is_renumbered);
        CHECK(table_in(*plan, "author").rows == 2);
        CHECK(table_in(*plan, "author").uniques.size() == 1);
        CHECK(table_in(*plan, "word").identity == "key");
        CHECK(table_in(*plan, "word").rows_without_key == 2);
        CHECK(plan->missing == std::vector<std::string>{"later"});
        CHECK(plan->secrets == std::vector<std::string>{"api.key"});
        CHECK(std::ranges::count(plan->other_names, "local") == 1);
        CHECK(std::ranges::count(plan->other_names, "heap") == 1);
        CHECK(std::filesystem::last_write_time(path) == time_before);
        CHECK(std::filesystem::file_size(path) == bytes_before);
    }

    TEST_CASE("triggers are announced when they are asked for or already there") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        const FakeIds ids;
        const FakeClock clock;
        const auto wish = settings_for(folder / "a.db", Capture::trigger);
        CHECK(explain_database(wish, ids, clock)->capture == "marks");
        auto automatic = settings_for(folder / "a.db", Capture::automatic);
        CHECK(explain_database(automatic, ids, clock)->capture == "scan");
        Bench bench(wish);
        bench.capture();
        CHECK(explain_database(automatic, ids, clock)->capture == "marks");
    }

    TEST_CASE("what is no database is not explained") {
        TempFolder folder;
        const FakeIds ids;
        const FakeClock clock;
        CHECK(explain_database(settings_for(folder / "none.db"), ids, clock).error().code ==
              ErrorCode::not_found);
    }
}

}  // namespace satchel::test
