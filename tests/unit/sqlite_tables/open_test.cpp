// Opening: what is no database, what has lost its tables, our own catalog, stamping, uninstalling.
#include "daemon/sources/sqlite_tables/catalog_schema.h"
#include "tests/unit/sqlite_tables/fixture.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>

using namespace satchel;
using namespace satchel::sources;
using satchel::test::App;
using satchel::test::Bench;
using satchel::test::settings_for;
using satchel::test::TempFolder;

namespace {

void write_file(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

ErrorCode error_of(const Status& status) {
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().message != "");
    CHECK(status.error().hint != "");
    return status.error().code;
}

SqliteTablesSettings catalog_at(const std::filesystem::path& path) {
    SqliteTablesSettings settings = settings_for(path, Capture::automatic);
    settings.is_owned = true;
    for (const std::string_view table : kCatalogTables) settings.tables.emplace_back(table);
    return settings;
}

}  // namespace

TEST_SUITE("sqlite_tables/open") {
    TEST_CASE("a missing file is not found and deletes nothing") {
        TempFolder folder;
        Bench bench(settings_for(folder / "none.db"));
        CHECK(error_of(bench.source.open(bench.engine)) == ErrorCode::not_found);
        CHECK(error_of(bench.source.capture(bench.engine, bench.engine)) == ErrorCode::not_found);
        CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
    }

    TEST_CASE("a source tells how each table is treated and what is left out") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT);"
            "CREATE TABLE pair(a TEXT NOT NULL, b TEXT NOT NULL, c, PRIMARY KEY(a, b));"
            "CREATE TABLE own(id INTEGER PRIMARY KEY, sync_id TEXT, x);"
            "CREATE TABLE log(line TEXT);"
            "CREATE TABLE odd(rowid, oid, _rowid_)");
        for (const Capture capture : {Capture::scan, Capture::trigger}) {
            Bench bench(settings_for(folder / "a.db", capture));
            bench.capture();
            const SourceTraits traits = bench.source.traits();
            const auto told = [&](const std::string& table) {
                const auto found = std::ranges::find(
                    traits.collections, bench.collection(table), &CollectionTraits::collection);
                REQUIRE(found != traits.collections.end());
                const bool is_scanned = capture == Capture::scan || table == "log";
                CHECK(found->capture == (is_scanned ? "scan" : "marks"));
                std::string text = found->identity;
                for (const std::string& name : found->key) text += " " + name;
                return text;
            };
            CHECK(told("note") == "mapped id");
            CHECK(told("pair") == "key a b");
            CHECK(told("own") == "column sync_id");
            CHECK(told("log") == "content");
            REQUIRE(traits.left_out.size() == 1);
            CHECK(traits.left_out[0].find("odd") != std::string::npos);
        }
    }

    TEST_CASE("a file that is no database is corrupt") {
        const std::vector<std::string> contents = {
            std::string(4096, '\0'),
            "SQLite format 3",
            std::string("SQLite format 3\0", 16) + std::string(4080, '\x41'),
            std::string(20'000, 'x'),
        };
        for (const std::string& content : contents) {
            TempFolder folder;
            write_file(folder / "a.db", content);
            Bench bench(settings_for(folder / "a.db"));
            CHECK(error_of(bench.source.open(bench.engine)) == ErrorCode::corrupt);
        }
    }

    TEST_CASE("a page damaged in the middle stops the capture without deletions") {
        TempFolder folder;
        {
            App app(folder / "a.db");
            app.run(
                "CREATE TABLE n (id INTEGER PRIMARY KEY, t);"
                "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 5000)"
                " INSERT INTO n SELECT i, hex(randomblob(50)) FROM c");
        }
        Bench bench(settings_for(folder / "a.db"));
        CHECK(bench.capture() == 5000);
        {
            std::fstream file(folder / "a.db", std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(4096 * 60);
            file << std::string(4096 * 20, '\xee');
        }
        bench.reopen();
        const std::size_t before = bench.engine.ops;
        CHECK(error_of(bench.source.capture(bench.engine, bench.engine)) == ErrorCode::corrupt);
        CHECK(bench.engine.ops == before);
    }

    TEST_CASE("an emptied or replaced file halts instead of deleting everything") {
        for (const Capture mode : {Capture::scan, Capture::trigger}) {
            TempFolder folder;
            {
                App app(folder / "a.db");
                app.run("CREATE TABLE n (id INTEGER PRIMARY KEY, t); INSERT INTO n VALUES (1, 2)");
            }
            Bench bench(settings_for(folder / "a.db", mode));
            CHECK(bench.capture() == 1);
            SUBCASE("tables dropped") {
                App app(folder / "a.db");
                app.run("DROP TABLE n");
            }
            SUBCASE("file empty") {
                std::filesystem::remove(folder / "a.db");
                write_file(folder / "a.db", "");
            }
            SUBCASE("another database in its place") {
                std::filesystem::remove(folder / "a.db");
                App app(folder / "a.db");
                app.run("CREATE VIEW other AS SELECT 1");
            }
            CHECK(error_of(bench.source.capture(bench.engine, bench.engine)) == ErrorCode::halted);
            CHECK(error_of(bench.source.capture(bench.engine, bench.engine)) == ErrorCode::halted);
            CHECK(error_of(bench.source.open(bench.engine)) == ErrorCode::halted);
            CHECK(bench.engine.state(bench.collection("n")).size() == 1);
        }
    }

    TEST_CASE("a declared table that is missing is listed and its rows are kept") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, t); CREATE TABLE b (k TEXT PRIMARY KEY);"
            "INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES ('x')");
        SqliteTablesSettings settings = settings_for(folder / "a.db");
        settings.tables = {"a", "b", "c"};
        Bench bench(settings);
        CHECK(bench.capture() == 2);
        app.run("DROP TABLE b");
        CHECK(bench.capture() == 0);
        const std::string detail = bench.source.health().detail;
        CHECK(detail.find("table b is not there") != std::string::npos);
        CHECK(detail.find("table c is not there") != std::string::npos);
    }

    TEST_CASE("the catalog is made private and complete and marks its changes") {
        TempFolder folder;
        Bench bench(catalog_at(folder / "catalog.db"));
        CHECK(bench.capture() == 0);
        CHECK(bench.source.uses_triggers());
        CHECK(bench.source.collections().size() == kCatalogTables.size());

        struct stat info {};

        REQUIRE(::stat((folder / "catalog.db").c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0600);
        App app(folder / "catalog.db");
        CHECK(app.ask("PRAGMA journal_mode") == "wal");
        app.run(
            "INSERT INTO workspace VALUES (1, 'w');"
            "INSERT INTO project (id, name, workspace_id) VALUES (4, 'atlas', 1);"
            "INSERT INTO environment (name, project_id) VALUES ('dev', 4)");
        CHECK(bench.source.count_unstamped().value() == 2);
        CHECK(bench.capture() == 2);
        CHECK(bench.source.count_unstamped().value() == 0);
        CHECK(bench.source.describe(bench.collection("project"), bench.engine.last[0].key) ==
              "project id=4 name=\"atlas\"");
        const auto& columns = bench.source.collections();
        for (const CollectionInfo& info_of : columns)
            for (const ColumnInfo& column : info_of.columns) {
                CHECK(column.name != "synced_at");
                CHECK(column.name != "workspace_id");  // workspaces are not synced
                CHECK(column.name != "id");
            }
        app.run("UPDATE project SET synced_at = 'now'");
        CHECK(bench.capture() == 0);
    }

    TEST_CASE("catalog rows arrive on another machine") {
        TempFolder folder;
        Bench left(catalog_at(folder / "a.db"), 1);
        Bench right(catalog_at(folder / "b.db"), 2);
        left.capture();
        right.capture();
        App left_app(folder / "a.db");
        App right_app(folder / "b.db");
        right_app.run("INSERT INTO project (name) VALUES ('own')");
        left_app.run(
            "INSERT INTO project (name) VALUES ('p');"
            "INSERT INTO environment (name, project_id) VALUES ('e', 1)");
        left.capture();
        right.capture();
        for (const ProjectedRow& result : right.project_from(left)) {
            INFO(result.reason);
            const bool is_deletion_of_own = result.reason.empty() && !result.key;
            CHECK((result.outcome == Outcome::applied || is_deletion_of_own));
        }
        CHECK(right_app.ask("SELECT e.name, p.name FROM environment e JOIN project p"
                            " ON p.id = e.project_id") == "e|p");
        CHECK(right.capture() == 0);
    }

    TEST_CASE("stamping twice stamps once and copies agree") {
        TempFolder folder;
        const char* schema =
            "CREATE TABLE n (id INTEGER PRIMARY KEY, sync_id TEXT, t);"
            "INSERT INTO n VALUES (1, NULL, 'a'), (2, '', 'a'), (3, 'mine', 'b'), (4, NULL, 'a')";
        for (const char* file : {"a.db", "b.db"}) App(folder / file).run(schema);
        Bench left(settings_for(folder / "a.db"), 1);
        Bench right(settings_for(folder / "b.db"), 2);
        left.reopen();
        right.reopen();
        CHECK(left.source.count_unstamped().value() == 3);
        CHECK(left.source.stamp(left.engine).value() == 3);
        CHECK(left.source.stamp(left.engine).value() == 0);
        CHECK(right.source.stamp(right.engine).value() == 3);
        App app(folder / "a.db");
        App other(folder / "b.db");
        const char* all = "SELECT id, sync_id FROM n";
        CHECK(app.ask(all) == other.ask(all));
        CHECK(app.ask("SELECT count(DISTINCT sync_id), min(length(sync_id)) FROM n") == "4|4");
        CHECK(left.capture() == 4);
        CHECK(right.capture() == 4);
        CHECK(left.dump("n") == right.dump("n"));

        app.run("INSERT INTO n (t) VALUES ('later')");
        other.run("INSERT INTO n (t) VALUES ('later')");
        CHECK(left.capture() == 1);
        CHECK(right.capture() == 1);
        CHECK(app.ask(all) != other.ask(all));
    }

    TEST_CASE("a repeated sync_id is skipped and listed") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE n (id INTEGER PRIMARY KEY, sync_id TEXT, t);"
            "INSERT INTO n VALUES (1, 'x', 'a'), (2, 'x', 'b')");
        Bench bench(settings_for(folder / "a.db"));
        CHECK(bench.capture() == 1);
        CHECK(bench.source.health().detail.find("1 rows repeat") != std::string::npos);
        bench.reopen();
        CHECK(bench.capture() == 0);
    }

    TEST_CASE("uninstalling leaves the schema as it was") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT UNIQUE);"
            "CREATE TABLE \"odd \"\"name\" (\"a b\" TEXT, 'c' INT, PRIMARY KEY (\"a b\", c));"
            "CREATE TRIGGER mine AFTER INSERT ON n BEGIN SELECT 1; END;"
            "INSERT INTO n VALUES (1, 'a'); INSERT INTO \"odd \"\"name\" VALUES ('x', 1)");
        const char* schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid";
        const std::string before = app.ask(schema);
        Bench bench(settings_for(folder / "a.db", Capture::trigger));
        CHECK(bench.capture() == 2);
        CHECK(bench.backups > 0);
        CHECK(app.ask(schema) != before);
        app.run("INSERT INTO n VALUES (2, 'b')");
        REQUIRE(bench.source.uninstall().has_value());
        CHECK(app.ask(schema) == before);
        app.run("INSERT INTO n VALUES (3, 'c')");
        REQUIRE(bench.source.uninstall().has_value());
        CHECK(bench.capture() == 2);  // installed anew, nothing missed
    }

    TEST_CASE("a foreign database keeps its journal mode and its log") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
            "CREATE TABLE n (id INTEGER PRIMARY KEY, t); INSERT INTO n VALUES (1, 'a')");
        const auto size = std::filesystem::file_size(folder / "a.db");
        {
            Bench bench(settings_for(folder / "a.db", Capture::trigger));
            CHECK(bench.capture() == 1);
        }
        CHECK(app.ask("PRAGMA journal_mode") == "wal");
        CHECK(std::filesystem::file_size(folder / "a.db") == size);  // nothing was checkpointed
    }
}
