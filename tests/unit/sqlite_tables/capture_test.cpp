// What capture reports, for each way rows are named and both ways changes are found.
#include "daemon/core/dangling.h"
#include "tests/unit/sqlite_tables/fixture.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace satchel;
using namespace satchel::sources;
using satchel::test::App;
using satchel::test::Bench;
using satchel::test::FakeEngine;
using satchel::test::settings_for;
using satchel::test::TempFolder;

namespace {

const Capture kBoth[] = {Capture::scan, Capture::trigger};

/// The value of a column of the one row that was reported last.
core::Value cell(const Bench& bench, const LocalRow& row, const std::string& column) {
    const ColumnId id = bench.ids.column(row.collection, column);
    for (const auto& cell : row.columns)
        if (cell.column == id) return cell.value;
    FAIL("no column " << column);
    return {};
}

}  // namespace

TEST_SUITE("sqlite_tables/capture") {
    TEST_CASE("rows of a numbered table are found once and then only when they change") {
        for (const Capture mode : kBoth) {
            TempFolder folder;
            App app(folder / "a.db");
            app.run(
                "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, size INT);"
                "INSERT INTO note VALUES (4, 'one', 1), (-7, 'two', 2)");
            Bench bench(settings_for(folder / "a.db", mode));
            bench.reopen();
            CHECK(bench.source.has_changes().value());
            CHECK(bench.capture() == 2);
            CHECK_FALSE(bench.source.has_changes().value());
            CHECK(bench.capture() == 0);

            app.run("UPDATE note SET body = 'three' WHERE id = 4");
            CHECK(bench.source.has_changes().value());
            CHECK(bench.capture() == 1);
            CHECK(bench.engine.last.size() == 1);
            const LocalRow& row = bench.engine.last.front();
            CHECK(cell(bench, row, "body") == core::Value::text("three"));
            CHECK(row.marker == core::Value::integer(4));
            CHECK(row.columns.size() == 2);  // the number itself is no column
            CHECK(row.edited_ms > 1'600'000'000'000);

            app.run("DELETE FROM note WHERE id = -7; INSERT INTO note VALUES (5, 'x', NULL)");
            CHECK(bench.capture() == 2);
            CHECK(bench.engine.state(bench.collection("note")).size() == 2);
            CHECK_FALSE(bench.source.has_changes().value());
        }
    }

    TEST_CASE("a hint that names nothing makes everything be read again") {
        for (const Capture mode : kBoth) {
            TempFolder folder;
            App app(folder / "a.db");
            app.run(
                "CREATE TABLE note (id INTEGER PRIMARY KEY, t); INSERT INTO note VALUES (1, 2)");
            Bench bench(settings_for(folder / "a.db", mode));
            bench.capture();
            app.run("DELETE FROM note");
            const FakeEngine before = bench.engine;
            CHECK(bench.capture() == 1);
            REQUIRE_FALSE(bench.source.has_changes().value());
            // The engine rolled back what it was told: only a hint brings it up again.
            bench.engine = before;
            bench.source.hint(folder / "a.db-wal");
            CHECK_FALSE(bench.source.has_changes().value());
            bench.source.hint(std::nullopt);
            CHECK(bench.source.has_changes().value());
            CHECK(bench.capture() == 1);
        }
    }

    TEST_CASE("the same database on two machines gives the same identities") {
        TempFolder folder;
        for (const char* file : {"a.db", "b.db"}) {
            App app(folder / file);
            app.run(
                "CREATE TABLE note (id INTEGER PRIMARY KEY, parent INT REFERENCES note(id), t);"
                "INSERT INTO note VALUES (1, 2, 'a'), (2, NULL, 'a'), (3, 3, 'b')");
        }
        Bench first(settings_for(folder / "a.db"), 1);
        Bench second(settings_for(folder / "b.db"), 2);
        CHECK(first.capture() == 3);
        CHECK(second.capture() == 3);
        CHECK(first.dump("note") == second.dump("note"));
    }

    TEST_CASE("REPLACE and upsert and cascades are seen in both modes") {
        for (const Capture mode : kBoth) {
            TempFolder folder;
            App app(folder / "a.db");
            app.run(
                "CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INT);"
                "CREATE TABLE link (id INTEGER PRIMARY KEY,"
                " tag INT REFERENCES tag(id) ON DELETE CASCADE ON UPDATE CASCADE);"
                "INSERT INTO tag VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);"
                "INSERT INTO link VALUES (10, 1), (11, 2), (12, 3)");
            Bench bench(settings_for(folder / "a.db", mode));
            CHECK(bench.capture() == 6);
            const auto held = [&](const std::string& table) {
                return bench.engine.state(bench.collection(table)).size();
            };
            SUBCASE("a row displaced by its unique name is gone") {
                app.run("INSERT OR REPLACE INTO tag VALUES (4, 'a', 9)");
                CHECK(bench.capture() == 3);  // and the link to it dangles
                CHECK(held("tag") == 3);
            }
            SUBCASE("an update can displace too") {
                app.run("UPDATE OR REPLACE tag SET name = 'a' WHERE id = 2");
                CHECK(bench.capture() == 3);
                CHECK(held("tag") == 2);
            }
            SUBCASE("an upsert is one change") {
                app.run(
                    "INSERT INTO tag VALUES (9, 'c', 7) ON CONFLICT (name) DO UPDATE SET n = 8");
                CHECK(bench.capture() == 1);
            }
            SUBCASE("a cascade takes children along") {
                app.run("PRAGMA foreign_keys = ON; DELETE FROM tag WHERE id = 3");
                CHECK(bench.capture() == 2);
                CHECK(held("link") == 2);
            }
            SUBCASE("replacing the number of another row deletes that one") {
                app.run("UPDATE OR REPLACE tag SET id = 3 WHERE id = 2");
                CHECK(bench.capture() >= 1);
                CHECK(held("tag") == 2);
            }
        }
    }

    TEST_CASE("triggers keep the identity of a row whose number changes") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);"
            "INSERT INTO note VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        Bench bench(settings_for(folder / "a.db", Capture::trigger));
        CHECK(bench.capture() == 3);
        const std::string before = bench.dump("note");
        SUBCASE("one row moves") {
            app.run("UPDATE note SET id = 9 WHERE id = 2");
        }
        SUBCASE("all move up") {
            app.run("UPDATE note SET id = -id; UPDATE note SET id = 1 - id");
        }
        SUBCASE("a row moves twice") {
            app.run("UPDATE note SET id = 9 WHERE id = 2; UPDATE note SET id = 12 WHERE id = 9");
        }
        CHECK(bench.capture() == 0);
        CHECK(bench.dump("note") == before);
    }

    TEST_CASE("key tables follow their key") {
        for (const Capture mode : kBoth) {
            TempFolder folder;
            App app(folder / "a.db");
            app.run(
                "CREATE TABLE kv (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);"
                "CREATE TABLE pair (a INT, b TEXT COLLATE NOCASE, v, PRIMARY KEY (a, b))"
                " WITHOUT ROWID;"
                "INSERT INTO kv VALUES ('x', 1), ('y', 2), (NULL, 3);"
                "INSERT INTO pair VALUES (1, 'Key', 'v'), (2, 'k2', 'w')");
            Bench bench(settings_for(folder / "a.db", mode));
            CHECK(bench.capture() == 4);
            app.run("INSERT INTO kv VALUES ('x', 5)");
            app.run("UPDATE pair SET b = 'KEY' WHERE a = 1");
            CHECK(bench.capture() == 2);
            CHECK(bench.engine.state(bench.collection("pair")).size() == 2);
            app.run("UPDATE pair SET a = 3 WHERE a = 1");
            CHECK(bench.capture() == 2);  // one gone, one new
            CHECK(bench.engine.state(bench.collection("kv")).size() == 2);
            if (mode == Capture::scan)
                CHECK(bench.source.health().detail.find("1 rows without") != std::string::npos);
        }
    }

    TEST_CASE("foreign keys become references and dangling ones stay numbers") {
        for (const Capture mode : kBoth) {
            TempFolder folder;
            App app(folder / "a.db");
            app.run(
                "CREATE TABLE child (id INTEGER PRIMARY KEY, p INT REFERENCES parent);"
                "CREATE TABLE parent (id INTEGER PRIMARY KEY, n TEXT);"
                "INSERT INTO parent VALUES (5, 'p'); INSERT INTO child VALUES (1, 5), (2, 77)");
            Bench bench(settings_for(folder / "a.db", mode));
            CHECK(bench.capture() == 4);
            REQUIRE(bench.engine.last.size() == 4);
            CHECK(bench.engine.last[0].collection == bench.collection("parent"));
            CHECK(cell(bench, bench.engine.last[1], "p") ==
                  core::Value::reference(*bench.engine.last[0].sid));
            CHECK(cell(bench, bench.engine.last[2], "p") == core::Value::integer(77));
            // Once, and for one of them, it is told that the application minds no foreign keys.
            CHECK(bench.engine.last[3].key == bench.engine.last[2].key);
            CHECK(bench.engine.last[3].columns.back().column == core::kDangles);
            bench.source.hint({});
            CHECK(bench.capture() == 0);
        }
    }

    TEST_CASE("rows that dangle are found in a large table with an index and without") {
        for (const Capture mode : kBoth) {
            for (const bool has_index : {false, true}) {
                TempFolder folder;
                App app(folder / "a.db");
                app.run(
                    "CREATE TABLE p (k TEXT PRIMARY KEY); INSERT INTO p VALUES ('a'), ('b');"
                    "CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT REFERENCES p(k));"
                    "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i <"
                    " 45000) INSERT INTO c SELECT i, CASE WHEN i % 15000 = 7 THEN 'a' ELSE 'b' END"
                    " FROM s");
                if (has_index) app.run("CREATE INDEX ck ON c (k)");
                Bench bench(settings_for(folder / "a.db", mode));
                CHECK(bench.capture() == 45'002);
                app.run("DELETE FROM p WHERE k = 'a'");
                CHECK(bench.capture() == 4);
                app.run("UPDATE c SET k = 'none' WHERE id = 44999");
                CHECK(bench.capture() == 2);
                CHECK(bench.engine.last.back().columns.back().column == core::kDangles);
                CHECK(bench.capture() == 0);
            }
        }
    }

    TEST_CASE("a row per parent row is named by the parent") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, n TEXT);"
            "CREATE TABLE detail (user_id INTEGER PRIMARY KEY REFERENCES user(id), d TEXT);"
            "CREATE TABLE more (id INTEGER PRIMARY KEY, u INT REFERENCES detail(user_id));"
            "INSERT INTO user VALUES (3, 'u'); INSERT INTO detail VALUES (3, 'd');"
            "INSERT INTO more VALUES (1, 3)");
        Bench bench(settings_for(folder / "a.db"));
        CHECK(bench.capture() == 3);
        const core::Value user = core::Value::reference(*bench.engine.last[0].sid);
        CHECK(cell(bench, bench.engine.last[1], "user_id") == user);
        CHECK(cell(bench, bench.engine.last[2], "u") == user);
    }

    TEST_CASE("the application may rebuild a table that has triggers") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, old TEXT);"
            "INSERT INTO note VALUES (1, 'a', ''), (2, 'b', '')");
        Bench bench(settings_for(folder / "a.db", Capture::trigger));
        CHECK(bench.capture() == 2);
        app.run("ALTER TABLE note DROP COLUMN old");
        app.run(
            "BEGIN; CREATE TABLE fresh (id INTEGER PRIMARY KEY, body TEXT, n INT);"
            "INSERT INTO fresh SELECT id, body, NULL FROM note WHERE id <> 2;"
            "DROP TABLE note; ALTER TABLE fresh RENAME TO note; COMMIT");
        CHECK(bench.capture() == 1);  // row 2 went unmarked; the scan finds it
        app.run("UPDATE note SET n = 3");
        CHECK(bench.capture() == 1);
        CHECK(bench.engine.last.size() == 1);
    }

    TEST_CASE("views and shadow tables and columns that compute are left out") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, len INT AS (length(body)));"
            "CREATE VIRTUAL TABLE search USING fts5(body);"
            "CREATE VIEW v AS SELECT * FROM note;"
            "CREATE TABLE heap (rowid, _rowid_, oid);"
            "INSERT INTO note (body) VALUES ('a')");
        Bench bench(settings_for(folder / "a.db"));
        CHECK(bench.capture() == 1);
        REQUIRE(bench.source.collections().size() == 1);
        CHECK(bench.source.collections()[0].columns.size() == 1);
        CHECK(bench.source.health().detail.find("table heap is skipped") != std::string::npos);
    }

    TEST_CASE("a table can be told by its content though it numbers its rows") {
        TempFolder folder;
        for (const char* name : {"a.db", "b.db"}) {
            App app(folder / name);
            app.run(
                "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);"
                "CREATE TABLE parent (id INTEGER PRIMARY KEY, v);"
                "CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES parent)");
            app.run(name[0] == 'a' ? "INSERT INTO note VALUES (1, 'x'), (2, 'y'), (3, 'x')"
                                   : "INSERT INTO note VALUES (7, 'x'), (8, 'x'), (9, 'y')");
        }
        const auto settings = [&](const char* name) {
            auto made = settings_for(folder / name);
            made.identity = {{"note", Identity::content}, {"parent", Identity::content}};
            return made;
        };
        Bench left(settings("a.db"), 1);
        Bench right(settings("b.db"), 2);
        left.capture();
        right.capture();
        CHECK(left.dump("note") == right.dump("note"));
        CHECK(left.engine.state(left.collection("note")).size() == 3);
        CHECK(left.source.health().detail.find("table parent is skipped") != std::string::npos);
    }

    TEST_CASE("a table with more columns than can be read at once is skipped and the rest is not") {
        TempFolder folder;
        App app(folder / "a.db");
        std::string columns;
        for (int i = 1; i < 2'000; ++i) columns += ", c" + std::to_string(i);
        app.run("CREATE TABLE wide (id INTEGER PRIMARY KEY" + columns + ");" +
                "CREATE TABLE note (id INTEGER PRIMARY KEY, body); INSERT INTO note VALUES (1, 2)");
        Bench bench(settings_for(folder / "a.db"));
        CHECK(bench.capture() == 1);
        CHECK(bench.source.health().detail.find("table wide is skipped") != std::string::npos);
    }

    TEST_CASE("names are the same whatever their case") {
        TempFolder folder;
        App(folder / "a.db").run("CREATE TABLE Note (ID INTEGER PRIMARY KEY, Body TEXT)");
        App(folder / "b.db").run("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)");
        Bench left(settings_for(folder / "a.db")), right(settings_for(folder / "b.db"));
        left.capture();
        right.capture();
        REQUIRE(left.source.collections().size() == 1);
        CHECK(left.source.collections()[0].id == right.source.collections()[0].id);
        CHECK(left.source.collections()[0].columns[0].id ==
              right.source.collections()[0].columns[0].id);
    }

    TEST_CASE("rows with NULL in their key are counted and named") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE nk (k TEXT PRIMARY KEY, v);"
            "INSERT INTO nk VALUES ('a', 1), (NULL, 2), (NULL, 3)");
        Bench bench(settings_for(folder / "a.db"));
        CHECK(bench.capture() == 1);
        const std::string detail = bench.source.health().detail;
        CHECK(detail.find("2 rows without a complete key are skipped: nk rowid=2, nk rowid=3") !=
              std::string::npos);
    }

    TEST_CASE("defaults are told as the columns store them") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE t (id INTEGER PRIMARY KEY);"
            "ALTER TABLE t ADD COLUMN a INTEGER DEFAULT '5'; ALTER TABLE t ADD COLUMN b TEXT "
            "DEFAULT 5;"
            "ALTER TABLE t ADD COLUMN c REAL DEFAULT 5; ALTER TABLE t ADD COLUMN d DEFAULT 'it''s';"
            "ALTER TABLE t ADD COLUMN e INT DEFAULT 'x'; ALTER TABLE t ADD COLUMN f DEFAULT "
            "x'00ff';"
            "ALTER TABLE t ADD COLUMN g NUMERIC DEFAULT 5.0; ALTER TABLE t ADD COLUMN h DEFAULT "
            "-1.5;"
            "ALTER TABLE t ADD COLUMN i DEFAULT word; ALTER TABLE t ADD COLUMN j DEFAULT TRUE;"
            "ALTER TABLE t ADD COLUMN k; INSERT INTO t (id) VALUES (1)");
        Bench bench(settings_for(folder / "a.db"));
        bench.capture();
        const auto& info = bench.source.collections()[0];
        std::vector<core::ColumnValue> stored = bench.engine.last[0].columns;
        std::erase_if(stored, [](const core::ColumnValue& cell) { return cell.value.is_null(); });
        CHECK(stored.size() == 10);
        CHECK(info.fills == stored);
    }

    TEST_CASE("a restart goes on from the marks without a scan") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(
            "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);"
            "INSERT INTO note VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        Bench bench(settings_for(folder / "a.db", Capture::trigger));
        CHECK(bench.capture() == 3);
        app.run("DELETE FROM note WHERE id = 2");
        bench.reopen();
        CHECK(bench.source.health().backlog == 1);
        CHECK(bench.capture() == 1);
        CHECK(bench.engine.last.size() == 1);
        CHECK(bench.source.health().backlog == 0);
    }
}
