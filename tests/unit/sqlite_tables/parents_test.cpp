// Rows and the rows they refer to: removals and renames of parents, and what becomes of the
// children.
#include "tests/unit/sqlite_tables/pair.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::sources;
using namespace satchel::test;

namespace {

std::vector<Obstacle> obstacles_of(const std::vector<ProjectedRow>& results) {
    std::vector<Obstacle> all;
    for (const ProjectedRow& result : results) {
        if (result.outcome == Outcome::changed_meanwhile) FAIL(result.reason);
        all.insert(all.end(), result.obstacles.begin(), result.obstacles.end());
    }
    return all;
}

}  // namespace

TEST_SUITE("sqlite_tables/parents") {
    TEST_CASE("a row that would take others along is not removed but names them") {
        for (const char* schema :
             {"CREATE TABLE p (id INTEGER PRIMARY KEY, v);"
              "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON DELETE CASCADE)",
              "CREATE TABLE p (id INTEGER PRIMARY KEY, v);"
              "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT);"
              "CREATE TRIGGER gone AFTER DELETE ON p BEGIN DELETE FROM c WHERE p = OLD.id; END",
              "CREATE TABLE p (id TEXT PRIMARY KEY, v);"
              "CREATE TABLE c (id TEXT PRIMARY KEY, p TEXT REFERENCES p(id) ON DELETE CASCADE)"
              " WITHOUT ROWID"}) {
            Pair pair(schema, Capture::scan);
            pair.left_app.run(
                "INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 1), (2, 2)");
            pair.send();
            pair.right_app.run("INSERT INTO c VALUES (7, 1)");
            pair.left_app.run("PRAGMA foreign_keys = ON; DELETE FROM p");
            pair.left.capture();
            pair.right.capture();
            const auto results = pair.right.project_from(pair.left);
            for (const ProjectedRow& result : results) MESSAGE(result.reason);
            CHECK(pair.right_app.ask("SELECT id FROM p UNION ALL SELECT id FROM c") == "1;7");
            const auto found = obstacles_of(results);
            REQUIRE(found.size() == 1);
            CHECK(found[0].kind == Obstacle::Kind::child);
            CHECK(found[0].collection == pair.right.collection("c"));
        }
    }

    TEST_CASE("a removed parent lets go of a child that moves in the same call") {
        for (const char* action : {"", "ON DELETE CASCADE"}) {
            Pair pair(
                "CREATE TABLE p (id INTEGER PRIMARY KEY);"
                "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p(id) " +
                    std::string(action) + ")",
                Capture::scan);
            pair.left_app.run("INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1)");
            pair.send();
            pair.left_app.run("UPDATE c SET p = 2; DELETE FROM p WHERE id = 1");
            pair.send();
            CHECK(pair.right_app.ask("SELECT * FROM c") == "1|2");
            CHECK(pair.right_app.ask("SELECT * FROM p") == "2");
        }
    }

    TEST_CASE("a renamed row has its unique value though its children still refer to the old one") {
        for (const char* action : {"", "ON DELETE CASCADE ON UPDATE CASCADE"}) {
            Pair pair(
                "CREATE TABLE k (k TEXT PRIMARY KEY, u TEXT UNIQUE) WITHOUT ROWID;"
                "CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT REFERENCES k(k) " +
                    std::string(action) + ")",
                Capture::scan);
            pair.left_app.run("INSERT INTO k VALUES ('x', 'u'); INSERT INTO c VALUES (1, 'x')");
            pair.send();
            // Nothing of it can be written first: each step waits for the one before.
            pair.left_app.run("UPDATE k SET k = 'y'; UPDATE c SET k = 'y'");
            pair.send();
            CHECK(pair.right_app.ask("SELECT * FROM k") == "y|u");
            CHECK(pair.right_app.ask("SELECT * FROM c") == "1|y");
        }
    }

    TEST_CASE("children of a row that forbid its removal are named as such") {
        Pair pair(
            "CREATE TABLE p (id INTEGER PRIMARY KEY);"
            "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p(id))",
            Capture::scan);
        pair.left_app.run("INSERT INTO p VALUES (1)");
        pair.send();
        pair.right_app.run("INSERT INTO c VALUES (1, 1)");
        pair.left_app.run("DELETE FROM p");
        pair.left.capture();
        pair.right.capture();
        const auto results = pair.right.project_from(pair.left);
        REQUIRE(obstacles_of(results).size() == 1);
        CHECK(obstacles_of(results)[0].kind == Obstacle::Kind::forbids);
        CHECK(pair.right_app.ask("SELECT count(*) FROM p") == "1");
    }
}
