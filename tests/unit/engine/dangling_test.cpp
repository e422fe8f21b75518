// Applications that do not ask SQLite to look at foreign keys: what they leave standing stands
// everywhere, and what they delete stays deleted.
#include "tests/unit/engine/tables_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;

namespace {

constexpr const char* kSchema =
    "CREATE TABLE p (k TEXT PRIMARY KEY, v);"
    "CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT REFERENCES p(k) ON DELETE CASCADE, v);"
    "CREATE TABLE n (id INTEGER PRIMARY KEY, k TEXT REFERENCES p(k), v);"
    "CREATE TABLE s (id INTEGER PRIMARY KEY, k TEXT REFERENCES p(k) ON DELETE SET NULL, v)";
constexpr const char* kAll =
    "SELECT 'p', k, v FROM p UNION ALL SELECT 'c', k, v FROM c UNION ALL SELECT 'n', k, v FROM n"
    " UNION ALL SELECT 's', k, v FROM s ORDER BY 1, 2, 3";
constexpr const char* kOff = "PRAGMA foreign_keys = OFF";

constexpr sources::Capture kBoth[] = {sources::Capture::scan, sources::Capture::trigger};

/// The same answer everywhere, and nothing more to send.
std::string same(Team& team, const std::string& question) {
    const std::string answer = team.app(0).ask(question);
    for (auto& device : team.devices) {
        INFO(device->reasons());
        CHECK(device->app.ask(question) == answer);
        CHECK(device->kinds() == team.devices[0]->kinds());
        device->capture();
        CHECK(device->log().empty());
    }
    return answer;
}

}  // namespace

TEST_SUITE("engine/dangling") {
    TEST_CASE("a parent deleted by an application that lets its children dangle stays deleted") {
        for (const auto mode : kBoth) {
            // The application of the last device looks at foreign keys.
            Team team(3, kSchema, mode);
            team.app(0).run(
                "INSERT INTO p VALUES ('a', 1), ('b', 2); INSERT INTO c VALUES (1, 'a', 'x');"
                "INSERT INTO n VALUES (1, 'b', 'y'); INSERT INTO s VALUES (1, 'a', 'z')");
            team.settle();
            team.app(1).run(std::string(kOff) + "; DELETE FROM p");
            team.settle();
            CHECK(same(team, kAll) == "c|a|x;n|b|y;s|a|z");
            CHECK(team.devices[0]->kinds().empty());
            // They go on living.
            team.app(2).run("UPDATE n SET v = 'later'; DELETE FROM s");
            team.settle();
            CHECK(same(team, kAll) == "c|a|x;n|b|later");
            team.app(2).run("INSERT INTO p VALUES ('a', 3)");
            team.settle();
            CHECK(same(team, kAll) == "c|a|x;n|b|later;p|a|3");
        }
    }

    TEST_CASE("a row that never had a parent is shown everywhere") {
        for (const auto mode : kBoth) {
            Team team(2, kSchema, mode);
            team.app(0).run(std::string(kOff) +
                            "; INSERT INTO n VALUES (1, 'never', 'x');"
                            "INSERT INTO c VALUES (2, 'never', 'y')");
            team.settle();
            CHECK(same(team, kAll) == "c|never|y;n|never|x");
            team.app(0).run("UPDATE n SET k = 'other'");
            team.settle();
            CHECK(same(team, kAll) == "c|never|y;n|other|x");
            CHECK(team.devices[1]->kinds().empty());
        }
    }

    TEST_CASE("children that the deleter could not know of are treated as ever") {
        for (const auto mode : kBoth) {
            Team team(3, kSchema, mode);
            team.app(0).run(
                "INSERT INTO p VALUES ('a', 1), ('b', 2); INSERT INTO c VALUES (1, 'a', 'known');"
                "INSERT INTO n VALUES (1, 'b', 'known')");
            team.settle();
            team.app(1).run(std::string(kOff) + "; DELETE FROM p");
            team.app(2).run(
                "INSERT INTO c VALUES (2, 'a', 'new'); INSERT INTO n VALUES (2, 'b', 'new');"
                "INSERT INTO s VALUES (1, 'a', 'new')");
            team.settle();
            CHECK(same(team, kAll) == "c|a|known;n|b|known;n|b|new;p|b|2");
            CHECK(team.devices[0]->kinds() == "orphan;orphan;");
        }
    }

    TEST_CASE("a number that refers to nothing stays what it is") {
        for (const auto mode : kBoth) {
            Team team(2,
                      "CREATE TABLE p (id INTEGER PRIMARY KEY, v);"
                      "CREATE TABLE n (id INTEGER PRIMARY KEY, p INT REFERENCES p(id), v)",
                      mode);
            team.app(0).run("INSERT INTO p VALUES (5, 'x'); INSERT INTO n VALUES (1, 5, 'y')");
            team.settle();
            team.app(0).run(std::string(kOff) + "; DELETE FROM p");
            team.settle();
            CHECK(same(team, "SELECT p, v FROM n") == "5|y");
            CHECK(same(team, "SELECT count(*) FROM p") == "0");
            CHECK(team.devices[1]->kinds().empty());
        }
    }
}
