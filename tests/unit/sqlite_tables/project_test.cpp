// Writing rows: references, constraints, triggers of the application, and what must not be touched.
#include "tests/unit/sqlite_tables/pair.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace satchel;
using namespace satchel::sources;
using satchel::test::App;
using satchel::test::Bench;
using satchel::test::Pair;
using satchel::test::settings_for;
using satchel::test::TempFolder;

namespace {

const Capture kBoth[] = {Capture::scan, Capture::trigger};

}  // namespace

TEST_SUITE("sqlite_tables/project") {
    TEST_CASE("rows travel with their references though the numbers differ") {
        for (const Capture mode : kBoth) {
            Pair pair(
                "CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a(id), t);"
                "CREATE TABLE a (id INTEGER PRIMARY KEY, up INT REFERENCES a(id), n TEXT)",
                mode);
            pair.right_app.run("INSERT INTO a VALUES (1, NULL, 'mine'), (2, 1, 'mine too')");
            pair.left.capture();
            pair.right.capture();
            pair.left_app.run(
                "INSERT INTO a VALUES (1, 3, 'x'), (2, 2, 'y'), (3, 1, 'z');"
                "INSERT INTO b VALUES (1, 2, 'child'), (7, 1, 'other')");
            pair.send();
            CHECK(pair.right_app.ask("SELECT x.n, y.n FROM a x JOIN a y ON x.up = y.id "
                                     "WHERE x.n IN ('x', 'y', 'z') ORDER BY 1") == "x|z;y|y;z|x");
            CHECK(
                pair.right_app.ask("SELECT b.id, t, n FROM b JOIN a ON a.id = b.a ORDER BY b.id") ==
                "1|child|y;7|other|x");
            CHECK(pair.right_app.ask("PRAGMA foreign_key_check") == "");
            CHECK_FALSE(pair.right.source.has_changes().value());
            pair.right.reopen();
            CHECK(pair.right.capture() == 0);

            pair.left_app.run(
                "UPDATE b SET a = 3 WHERE id = 7; DELETE FROM b WHERE id = 1;"
                "DELETE FROM a WHERE id = 2");
            pair.send();
            CHECK(pair.right_app.ask("SELECT b.id, t, n FROM b JOIN a ON a.id = b.a") ==
                  "7|other|z");
            CHECK(pair.right.backups >= 2);
        }
    }

    TEST_CASE("a trigger that sets updated_at does not win over the origin's value") {
        for (const Capture mode : kBoth) {
            Pair pair(
                "CREATE TABLE n (id INTEGER PRIMARY KEY, t, updated_at INT);"
                "CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);"
                "CREATE VIRTUAL TABLE search USING fts5(t);"
                "CREATE TRIGGER n_u AFTER UPDATE OF t ON n BEGIN"
                " UPDATE n SET updated_at = abs(random()) WHERE id = NEW.id;"
                " INSERT INTO log (what) VALUES ('update ' || NEW.t); END;"
                "CREATE TRIGGER n_i AFTER INSERT ON n BEGIN"
                " UPDATE n SET updated_at = abs(random()) WHERE id = NEW.id;"
                " INSERT INTO search (rowid, t) VALUES (NEW.id, NEW.t);"
                " INSERT INTO log (what) VALUES ('insert ' || NEW.t); END",
                mode);
            pair.left_app.run(
                "INSERT INTO n VALUES (1, 'a', 0), (2, 'b', 0);"
                "UPDATE n SET t = 'c' WHERE id = 1");
            pair.send();
            const std::string all = "SELECT * FROM n UNION ALL SELECT id, what, 0 FROM log";
            CHECK(pair.right_app.ask(all) == pair.left_app.ask(all));
            CHECK(pair.right_app.ask("SELECT rowid FROM search WHERE search MATCH 'b'") == "2");
            CHECK(pair.right.capture() == 0);
            pair.left_app.run("UPDATE n SET t = 'd' WHERE id = 2");
            pair.send();
            CHECK(pair.right_app.ask(all) == pair.left_app.ask(all));
            CHECK(pair.right.capture() == 0);
            pair.right.reopen();
            CHECK(pair.right.capture() == 0);
        }
    }

    TEST_CASE("a row that breaks a constraint is parked and the others arrive") {
        for (const Capture mode : kBoth) {
            Pair pair(
                "CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT UNIQUE, c INT CHECK (c < 10))",
                mode);
            pair.right_app.run("INSERT INTO n VALUES (50, 'taken', 1)");
            pair.right_app.run(
                "CREATE TRIGGER no BEFORE INSERT ON n WHEN NEW.u = 'no'"
                " BEGIN SELECT RAISE(ROLLBACK, 'not this one'); END");
            pair.left.capture();
            pair.left_app.run(
                "PRAGMA ignore_check_constraints = ON;"
                "INSERT INTO n VALUES (1, 'a', 1), (2, 'taken', 2), (3, 'c', 30),"
                " (4, 'no', 4), (5, 'e', 5)");
            pair.left.capture();
            pair.right.capture();
            std::map<std::string, int> reasons;
            for (const ProjectedRow& result : pair.right.project_from(pair.left))
                ++reasons[result.outcome == Outcome::applied
                              ? "applied"
                              : result.reason.substr(0, result.reason.find(": n id="))];
            CHECK(reasons["applied"] == 2);
            CHECK(reasons["UNIQUE constraint failed: n.u"] == 1);
            CHECK(reasons["CHECK constraint failed: c < 10"] == 1);
            CHECK(reasons["not this one"] == 1);
            CHECK(pair.right_app.ask("SELECT u FROM n ORDER BY u") == "a;e;taken");
            CHECK(pair.right.capture() == 0);
        }
    }

    TEST_CASE("unique values may be handed on from row to row") {
        Pair pair("CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT UNIQUE)", Capture::scan);
        pair.left_app.run("INSERT INTO n VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')");
        pair.send();
        pair.left_app.run(
            "UPDATE n SET u = 'e' WHERE id = 1; UPDATE n SET u = 'a' WHERE id = 2;"
            "UPDATE n SET u = 'b' WHERE id = 3; DELETE FROM n WHERE id = 4;"
            "INSERT INTO n VALUES (5, 'd')");
        pair.send();
        CHECK(pair.right_app.ask("SELECT id, u FROM n") == "1|e;2|a;3|b;5|d");
    }

    TEST_CASE("a change made here meanwhile is neither overwritten nor deleted") {
        Pair pair("CREATE TABLE n (id INTEGER PRIMARY KEY, t, v)", Capture::scan);
        pair.left_app.run("INSERT INTO n VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
        pair.send();
        pair.left_app.run(
            "UPDATE n SET t = 'left' WHERE id = 1; DELETE FROM n WHERE id = 2;"
            "UPDATE n SET t = 'same' WHERE id = 3");
        pair.left.capture();
        pair.right_app.run(
            "UPDATE n SET t = 'right' WHERE id < 3;"
            "UPDATE n SET t = 'same' WHERE id = 3");
        int kept = 0;
        for (const ProjectedRow& result : pair.right.project_from(pair.left))
            kept += result.outcome == Outcome::changed_meanwhile ? 1 : 0;
        CHECK(kept == 2);
        CHECK(pair.right_app.ask("SELECT t FROM n") == "right;right;same");
    }

    TEST_CASE("what was overwritten or deleted comes back as displaced") {
        Pair pair("CREATE TABLE n (id INTEGER PRIMARY KEY, t, v)", Capture::trigger);
        pair.left_app.run("INSERT INTO n VALUES (1, 'a', 1), (2, 'b', 2)");
        pair.send();
        pair.left_app.run("UPDATE n SET t = 'x' WHERE id = 1; DELETE FROM n WHERE id = 2");
        pair.left.capture();
        std::size_t values = 0;
        for (const ProjectedRow& result : pair.right.project_from(pair.left))
            values += result.displaced.size();
        CHECK(values == 3);
    }

    TEST_CASE("a child whose parent has not come is parked until it has") {
        Pair pair(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, n);"
            "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p(id))",
            Capture::scan);
        pair.left_app.run("INSERT INTO p VALUES (3, 'p'); INSERT INTO c VALUES (1, 3)");
        pair.left.capture();
        pair.right.capture();
        auto wanted = pair.right.engine.wanted_from(pair.left.engine);
        std::stable_partition(wanted.begin(), wanted.end(), [&](const WantedRow& row) {
            return row.collection == pair.left.collection("c");
        });
        REQUIRE(wanted.size() == 2);
        auto alone = pair.right.source.project(std::span(wanted).first(1), pair.right.engine);
        REQUIRE(alone.has_value());
        CHECK((*alone)[0].outcome == Outcome::parked);
        CHECK((*alone)[0].reason == "the row of p that p refers to is not here");
        pair.send();
        CHECK(pair.right_app.ask("SELECT n FROM c JOIN p ON p.id = c.p") == "p");
    }

    TEST_CASE("a deleted parent with children that forbid it stays") {
        Pair pair(
            "CREATE TABLE p (k TEXT PRIMARY KEY, v);"
            "CREATE TABLE c (id INTEGER PRIMARY KEY, p TEXT REFERENCES p(k))",
            Capture::scan);
        pair.left_app.run("INSERT INTO p VALUES ('a', 1), ('b', 2)");
        pair.send();
        pair.right_app.run("INSERT INTO c VALUES (1, 'a')");
        pair.left_app.run(
            "DELETE FROM p WHERE k = 'a'; UPDATE p SET v = 3; "
            "INSERT INTO c VALUES (9, 'gone')");
        pair.left.capture();
        pair.right.capture();
        int parked = 0;
        for (const ProjectedRow& result : pair.right.project_from(pair.left))
            parked += result.outcome == Outcome::parked ? 1 : 0;
        CHECK(parked == 1);
        CHECK(pair.right_app.ask("SELECT * FROM p ORDER BY k") == "a|1;b|3");
        CHECK(pair.right_app.ask("SELECT p FROM c WHERE id = 9") == "gone");
    }

    TEST_CASE("key tables arrive and a row that is there already is no clash") {
        for (const Capture mode : kBoth) {
            Pair pair(
                "CREATE TABLE s (id INTEGER PRIMARY KEY, n);"
                "CREATE TABLE m (s INT REFERENCES s(id), n INT, body, PRIMARY KEY (s, n));"
                "CREATE TABLE kv (k TEXT UNIQUE ON CONFLICT REPLACE, v)",
                mode);
            pair.right_app.run("INSERT INTO s VALUES (1, 'own')");
            pair.right.capture();
            pair.left.capture();
            pair.left_app.run(
                "INSERT INTO s VALUES (1, 's'); INSERT INTO m VALUES (1, 1, 'hi');"
                "INSERT INTO kv VALUES ('same', 1), ('other', 2), ('new', 3)");
            pair.right_app.run("INSERT INTO kv VALUES ('same', 1), ('other', 9)");
            pair.left.capture();
            int meanwhile = 0;
            for (const ProjectedRow& result : pair.right.project_from(pair.left))
                meanwhile += result.outcome == Outcome::changed_meanwhile ? 1 : 0;
            CHECK(meanwhile == 1);
            CHECK(pair.right_app.ask("SELECT body, s.n FROM m JOIN s ON s.id = m.s") == "hi|s");
            CHECK(pair.right_app.ask("SELECT * FROM kv ORDER BY k") == "new|3;other|9;same|1");
            pair.left_app.run("DELETE FROM m; DELETE FROM kv WHERE k = 'new'");
            pair.left.capture();
            pair.right.capture();
            pair.right.project_from(pair.left);
            CHECK(pair.right_app.ask("SELECT count(*) FROM m") == "0");
            CHECK(pair.right_app.ask("SELECT count(*) FROM kv") == "2");
        }
    }

    TEST_CASE("a projection cut short before it was remembered is recognised") {
        Pair pair("CREATE TABLE n (id INTEGER PRIMARY KEY, t)", Capture::scan);
        pair.left_app.run("INSERT INTO n VALUES (1, 'a'), (2, 'b')");
        pair.left.capture();
        pair.right.capture();
        const auto wanted = pair.right.engine.wanted_from(pair.left.engine);
        REQUIRE(pair.right.source.project(wanted, pair.right.engine).has_value());
        // The engine forgot. Asked again, the source finds the rows instead of doubling them.
        for (const ProjectedRow& result : pair.right.project_from(pair.left)) {
            CHECK(result.outcome == Outcome::applied);
            CHECK(result.key.has_value());
        }
        CHECK(pair.right_app.ask("SELECT * FROM n") == "1|a;2|b");
    }

    TEST_CASE("a locked database is busy and nothing is written") {
        Pair pair("CREATE TABLE n (id INTEGER PRIMARY KEY, t)", Capture::scan);
        pair.left_app.run("INSERT INTO n VALUES (1, 'a')");
        pair.left.capture();
        pair.right.capture();
        pair.right_app.run("BEGIN IMMEDIATE");
        const auto wanted = pair.right.engine.wanted_from(pair.left.engine);
        const auto results = pair.right.source.project(wanted, pair.right.engine);
        REQUIRE_FALSE(results.has_value());
        CHECK(results.error().code == ErrorCode::busy);
        pair.right_app.run("ROLLBACK");
        pair.send();
    }

    TEST_CASE("columns and tables that are not here do no harm") {
        TempFolder folder;
        App left_app(folder / "a.db");
        App right_app(folder / "b.db");
        left_app.run(
            "CREATE TABLE n (id INTEGER PRIMARY KEY, t, more); CREATE TABLE x (k TEXT PRIMARY KEY);"
            "INSERT INTO n VALUES (1, 'a', 'b'); INSERT INTO x VALUES ('k')");
        right_app.run("CREATE TABLE n (id INTEGER PRIMARY KEY, t, d INT DEFAULT 7)");
        Bench left(settings_for(folder / "a.db"), 1);
        Bench right(settings_for(folder / "b.db"), 2);
        left.capture();
        right.capture();
        int parked = 0;
        for (const ProjectedRow& result : right.project_from(left))
            parked += result.outcome == Outcome::parked ? 1 : 0;
        CHECK(parked == 1);
        CHECK(right_app.ask("SELECT * FROM n") == "1|a|7");
    }
}
