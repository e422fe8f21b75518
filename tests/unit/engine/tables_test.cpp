// Replicas over real databases: rows in each other's way end the same on every device, and nothing
// of them is lost.
#include "tests/unit/engine/tables_fixture.h"

#include <random>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using satchel::test::App;

namespace {

constexpr const char* kUnique = "CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT UNIQUE, v TEXT)";

}  // namespace

TEST_SUITE("engine/tables") {
    TEST_CASE("of two rows with one unique value all devices show the same and keep the other") {
        Team team(3, kUnique);
        team.app(0).run("INSERT INTO n VALUES (1, 'x', 'zero')");
        team.app(1).run("INSERT INTO n VALUES (1, 'x', 'one'), (2, 'y', 'other')");
        team.settle();
        const std::string shown = team.same("SELECT v FROM n WHERE u = 'x'");
        CHECK((shown == "zero" || shown == "one"));
        CHECK(team.same("SELECT count(*) FROM n") == "2");
        CHECK(team.devices[2]->kinds() == "unique;");
        const auto parked = team.devices[0]->parked();
        CHECK(parked[0].reason.find("claimed it earlier") != std::string::npos);
        // The winner goes: the other one comes, whole, on every device.
        team.app(2).run("DELETE FROM n WHERE u = 'x'");
        team.settle();
        CHECK(team.same("SELECT v FROM n WHERE u = 'x'") == (shown == "one" ? "zero" : "one"));
        CHECK(team.devices[2]->kinds().empty());
    }

    TEST_CASE("values exchanged between rows arrive on all devices") {
        Team team(2, kUnique);
        team.app(0).run("INSERT INTO n VALUES (1, 'a', 'p'), (2, 'b', 'q')");
        team.settle();
        team.app(0).run(
            "UPDATE n SET u = 't' WHERE id = 1; UPDATE n SET u = 'a' WHERE id = 2;"
            "UPDATE n SET u = 'b' WHERE id = 1");
        team.settle();
        CHECK(team.same("SELECT u, v FROM n ORDER BY u") == "a|q;b|p");
    }

    TEST_CASE("a row whose parent was deleted meanwhile is hidden and comes back with it") {
        Team team(3,
                  "CREATE TABLE p (k TEXT PRIMARY KEY, v);"
                  "CREATE TABLE c (id INTEGER PRIMARY KEY, k REFERENCES p(k) ON DELETE CASCADE, v);"
                  "CREATE TABLE g (id INTEGER PRIMARY KEY, c REFERENCES c(id) ON DELETE CASCADE)");
        team.app(0).run("INSERT INTO p VALUES ('a', 1); INSERT INTO c VALUES (1, 'a', 'first')");
        team.settle();
        team.app(0).run("DELETE FROM p");
        team.app(1).run("INSERT INTO c VALUES (2, 'a', 'second'); INSERT INTO g VALUES (9, 2)");
        team.settle();
        CHECK(team.same("SELECT count(*) FROM c") == "0");
        CHECK(team.devices[0]->kinds() == "orphan;orphan;");
        team.app(2).run("INSERT INTO p VALUES ('a', 2)");
        team.settle();
        CHECK(team.same("SELECT c.v FROM c JOIN g ON g.c = c.id") == "second");
        CHECK(team.devices[0]->kinds().empty());
    }

    TEST_CASE("a renamed parent arrives where a child of the old name was added meanwhile") {
        for (const auto mode : {sources::Capture::scan, sources::Capture::trigger}) {
            Team team(3,
                      "CREATE TABLE k (k TEXT PRIMARY KEY, u TEXT UNIQUE) WITHOUT ROWID;"
                      "CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT REFERENCES k(k) ON DELETE"
                      " CASCADE ON UPDATE CASCADE)",
                      mode);
            team.app(0).run("INSERT INTO k VALUES ('x', 'u'); INSERT INTO c (k) VALUES ('x')");
            team.settle();
            // Where something else arrives with it, a first try is made without putting all
            // together.
            team.app(0).run("UPDATE k SET k = 'y'; INSERT INTO k VALUES ('z', 'other')");
            team.app(1).run("INSERT INTO c (id, k) VALUES (9, 'x')");
            team.settle();
            CHECK(team.same("SELECT * FROM k") == "y|u;z|other");
            CHECK(team.same("SELECT k FROM c") == "y");
            CHECK(team.devices[2]->kinds() == "orphan;");
        }
    }

    TEST_CASE("what others put below a removed row of a table that refers to itself is kept") {
        Team team(3,
                  "CREATE TABLE f (id INTEGER PRIMARY KEY, n TEXT,"
                  " up INT REFERENCES f(id) ON DELETE CASCADE)");
        team.app(0).run(
            "INSERT INTO f VALUES (1, 'root', NULL), (11, 'x1', NULL), (12, 'x2', 11),"
            " (13, 'x3', 12)");
        team.settle();
        team.app(1).run(
            "INSERT INTO f VALUES (2, 'a', 1), (3, 'b', 2), (4, 'c', 3), (14, 'd', 13)");
        team.app(0).run("DELETE FROM f");
        team.settle();
        CHECK(team.same("SELECT count(*) FROM f") == "0");
        for (const auto& device : team.devices) {
            CHECK(device->kinds() == "orphan;orphan;orphan;orphan;");
            for (const store::Parked& row : device->parked()) CHECK(row.against.has_value());
        }
    }

    TEST_CASE("removals below one another go deepest first whatever their order") {
        Team team(2,
                  "CREATE TABLE f (id INTEGER PRIMARY KEY, up INT REFERENCES f(id) ON DELETE"
                  " CASCADE, other INT REFERENCES f(id) DEFERRABLE INITIALLY DEFERRED)");
        // The last fifty are a chain, which bites its tail.
        team.app(0).run(
            "PRAGMA foreign_keys = OFF; WITH RECURSIVE s(i) AS (VALUES(300) UNION ALL SELECT i - 1"
            " FROM s WHERE i > 1) INSERT INTO f SELECT i, CASE WHEN i > 251 THEN i - 1 END,"
            " CASE WHEN i = 251 THEN 299 END FROM s; PRAGMA foreign_keys = ON");
        team.settle();
        REQUIRE(team.same("SELECT count(*) FROM f") == "300");
        team.app(1).run("INSERT INTO f VALUES (1000, 300, NULL)");
        team.app(0).run("PRAGMA foreign_keys = OFF; DELETE FROM f WHERE id > 250");
        team.settle();
        CHECK(team.same("SELECT count(*) FROM f") == "250");
        CHECK(team.devices[1]->kinds() == "orphan;");
    }

    TEST_CASE("more children than one look finds and deeper ones than one round are hidden") {
        const char* const fills[] = {"i, 1, NULL", "i, CASE i WHEN 1 THEN 1 END, nullif(i - 1, 0)"};
        for (const int shape : {0, 1, 2, 3}) {
            INFO("shape " << shape);
            const bool is_claim = shape >= 2;
            Team team(
                2,
                "CREATE TABLE p (id INTEGER PRIMARY KEY, u TEXT UNIQUE);"
                "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE CASCADE,"
                " up REFERENCES c(id) ON DELETE CASCADE)");
            const std::string many =
                "WITH RECURSIVE s(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM s WHERE i < 300)"
                " INSERT INTO c SELECT " +
                std::string(fills[shape % 2]) + " FROM s";
            team.app(0).run("INSERT INTO p VALUES (1, 'x')");
            is_claim ? team.devices[0]->capture() : team.settle();
            team.workspace.clock.pass(1000);
            if (is_claim)
                team.app(1).run("INSERT INTO p VALUES (1, 'x')");
            else
                team.app(0).run("DELETE FROM p");
            team.app(1).run(many);
            team.settle();
            CHECK(team.same("SELECT count(*) FROM p") == (is_claim ? "1" : "0"));
            CHECK(team.same("SELECT count(*) FROM c") == "0");
        }
    }

    TEST_CASE("a parent that forbids it comes back when a child was added meanwhile") {
        Team team(3,
                  "CREATE TABLE p (id INTEGER PRIMARY KEY, v);"
                  "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p(id))");
        team.app(0).run("INSERT INTO p VALUES (1, 'kept'), (2, 'gone')");
        team.settle();
        team.app(0).run("DELETE FROM p");
        team.app(1).run("INSERT INTO c VALUES (5, 1)");
        team.settle();
        CHECK(team.same("SELECT p.v FROM c JOIN p ON p.id = c.p") == "kept");
        CHECK(team.same("SELECT count(*) FROM p") == "1");
        CHECK(team.devices[2]->kinds().empty());
    }

    TEST_CASE("a row hidden by a step cut short is no deletion") {
        Team team(2, kUnique);
        team.app(0).run("INSERT INTO n VALUES (1, 'x', 'kept')");
        team.settle();
        TablesDevice& device = *team.devices[0];
        const CollectionId collection = device.replica.ids().collection("app", "n");
        device.replica
            .in_step([&](Step& step) -> Status {
                const std::int64_t ord = step.ledger.find(collection)->ord;
                store::Rows rows(step.transaction.database());
                SATCHEL_TRY(all, rows.all(ord, Sid{}, 10));
                REQUIRE(all.size() == 1);
                SATCHEL_TRY(edit, RowEdit::open(step, collection, all[0].sid));
                edit.stored.row.lagging = core::held_shadow(edit.stored.row);
                for (core::Sibling& sibling : edit.stored.row.siblings)
                    if (!sibling.value && sibling.value_hash == core::Value::text("x").hash())
                        sibling.value = core::Value::text("x");
                    else if (!sibling.value)
                        sibling.value = core::Value::text("kept");
                store::Parked parked{ord, all[0].sid, 1, "test", 0, "unique"};
                parked.is_being_hidden = true;
                if (auto noted = store::park(step.transaction, parked); !noted) return noted;
                return edit.close(step);
            })
            .value();
        device.app.run("DELETE FROM n");
        device.capture();
        CHECK(device.log().empty());
        team.settle();
        CHECK(team.same("SELECT v FROM n") == "kept");
    }

    TEST_CASE("rows written by a daemon that died before it noted them are not there twice") {
        for (const auto mode : {sources::Capture::scan, sources::Capture::trigger}) {
            Team team(2,
                      "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, body TEXT,"
                      " next INT REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED);"
                      "CREATE TABLE c (id INTEGER PRIMARY KEY, t INT REFERENCES t(id), x TEXT);"
                      "CREATE TABLE w (a, b)",
                      mode);
            const std::string many =
                "WITH RECURSIVE s(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM"
                " s WHERE i < 400) INSERT INTO ";
            // Taken numbers, equal rows, circles and columns that nobody gave a value.
            team.app(1).run(many + "t (name) SELECT 'B' || i FROM s");
            team.devices[1]->capture();
            team.app(0).run("PRAGMA foreign_keys = OFF; " + many +
                            "t (id, name, next) SELECT i, 'A' || (i / 4), i % 400 + 1 FROM s; " +
                            many + "c (t, x) SELECT i, 'c' FROM s; " + many +
                            "w SELECT i / 2, NULL FROM s");
            TablesDevice& device = *team.devices[1];
            team.devices[0]->capture();
            device.replica.receive(team.devices[0]->log()).value();
            device.tables->deaths = 2;
            for (int life = 0; life < 3; ++life) {
                CHECK(device.replica.apply_received(kNeverStop).has_value());
                // The application goes on meanwhile, with the next numbers.
                device.app.run(
                    "INSERT INTO t (name) VALUES ('later'); INSERT INTO c (x) VALUES ('l')");
                device.replica.distrust_sources();
                device.capture();
            }
            team.settle();
            CHECK(team.same("SELECT count(*), count(DISTINCT name) FROM t") == "803|502");
            CHECK(team.same("SELECT count(*) FROM c") == "403");
            CHECK(team.same("SELECT count(*) FROM t JOIN t AS n ON n.id = t.next WHERE"
                            " t.name = n.name OR substr(t.name, 2) + 1 = substr(n.name, 2) + 0"
                            " OR n.name = 'A0'") == "400");
            CHECK(team.same("SELECT count(*) FROM c JOIN t ON t.id = c.t WHERE t.name LIKE 'A%'") ==
                  "400");
            CHECK(team.same("SELECT count(*), count(DISTINCT a) FROM w") == "400|201");
        }
    }

    TEST_CASE("rows of two tables that refer to each other arrive") {
        Team team(2,
                  "CREATE TABLE a (id INTEGER PRIMARY KEY,"
                  " b INT NOT NULL REFERENCES b DEFERRABLE INITIALLY DEFERRED);"
                  "CREATE TABLE b (id INTEGER PRIMARY KEY,"
                  " a INT NOT NULL REFERENCES a DEFERRABLE INITIALLY DEFERRED)");
        team.app(1).run(
            "PRAGMA foreign_keys = OFF; INSERT INTO a VALUES (1, 1), (2, 2);"
            "INSERT INTO b VALUES (1, 2), (2, 1)");
        team.app(0).run(
            "PRAGMA foreign_keys = OFF; WITH RECURSIVE s(i) AS (VALUES(1) UNION ALL"
            " SELECT i + 1 FROM s WHERE i < 700) INSERT INTO a SELECT i, 701 - i FROM s;"
            " INSERT INTO b SELECT id, 701 - b FROM a");
        team.settle();
        CHECK(team.same("SELECT count(*) FROM a JOIN b ON b.id = a.b JOIN a AS c ON c.id = b.a") ==
              "702");
    }

    TEST_CASE("a row that could not be hidden is deleted by who deletes it") {
        Team team(2, kUnique);
        team.app(0).run("INSERT INTO n VALUES (1, 'x', 'zero')");
        team.devices[0]->capture();
        team.workspace.clock.pass(1000);
        team.app(1).run("INSERT INTO n VALUES (1, 'x', 'one')");
        TablesDevice& device = *team.devices[1];
        device.capture();
        team.devices[0]->replica.receive(device.log()).value();
        device.replica.receive(team.devices[0]->log()).value();
        // The rows that clash are asked for alone, then together.
        device.app.run("CREATE TRIGGER no BEFORE DELETE ON n BEGIN SELECT RAISE(ABORT, 'no'); END");
        device.capture();
        device.replica.apply_received(kNeverStop).value();
        device.app.run("DROP TRIGGER no; DELETE FROM n");
        device.capture();
        team.settle();
        CHECK(team.same("SELECT v FROM n") == "zero");
        CHECK(team.devices[0]->kinds().empty());
    }

    TEST_CASE("who was there first stays whatever is edited later") {
        Team team(2,
                  "CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT UNIQUE, w INT UNIQUE, v TEXT)");
        team.app(0).run("INSERT INTO n VALUES (1, 'x', 1, 'zero')");
        team.devices[0]->capture();
        team.workspace.clock.pass(1000);
        team.app(1).run("INSERT INTO n VALUES (1, 'x', 2, 'one')");
        team.settle();
        team.app(1).run("UPDATE n SET w = 3");
        team.settle();
        CHECK(team.same("SELECT w, v FROM n") == "3|zero");
    }

    TEST_CASE("rows kept out by a rule over some rows or over expressions are listed") {
        for (const char* rule : {"(u) WHERE v <> 'gone'", "(lower(u))"}) {
            Team team(2,
                      ("CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT, v TEXT);"
                       "CREATE UNIQUE INDEX rule ON n " +
                       std::string(rule))
                          .c_str());
            team.app(0).run("INSERT INTO n VALUES (1, 'x', 'zero')");
            team.app(1).run("INSERT INTO n VALUES (1, 'x', 'one')");
            team.settle();
            CHECK(team.devices[0]->kinds() == "unique;");
            CHECK(team.devices[1]->kinds() == "unique;");
        }
    }

    TEST_CASE("rows that wait are tried again when something changed and not before") {
        Team team(2, kUnique);
        team.app(0).run("INSERT INTO n VALUES (1, 'x', 'zero')");
        team.app(1).run("INSERT INTO n VALUES (1, 'x', 'one')");
        team.settle();
        for (auto& device : team.devices) {
            const int calls = device->tables->calls;
            for (int cycle = 0; cycle < 3; ++cycle) {
                device->capture();
                const StepReport report = device->replica.apply_received(kNeverStop).value();
                CHECK(report.projected.parked == 1);
            }
            CHECK(device->tables->calls == calls);
            device->app.run("UPDATE n SET v = v || '!'");
            device->capture();
            device->replica.apply_received(kNeverStop).value();
            CHECK(device->tables->calls > calls);
        }
    }

    TEST_CASE("random work with unique values and parents ends the same everywhere") {
        const char* asked = std::getenv("SATCHEL_TEAMS");
        const unsigned teams = asked == nullptr ? 40 : static_cast<unsigned>(std::atoi(asked));
        std::size_t kept = 0;
        for (unsigned seed = 1; seed <= teams; ++seed) {
            INFO("seed " << seed);
            std::mt19937 random(seed);
            Team team(
                3,
                "CREATE TABLE p (id INTEGER PRIMARY KEY, u TEXT UNIQUE, v);"
                "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON DELETE CASCADE,"
                " u TEXT UNIQUE, v);"
                "CREATE TABLE f (id INTEGER PRIMARY KEY, p INT REFERENCES p(id), v)");
            const auto text = [&] { return "'" + std::string(1, "xyzw"[random() % 4]) + "'"; };
            int token = 0;
            for (int step = 0; step < 25; ++step) {
                App& app = team.app(random() % 3);
                const std::string next = std::to_string(++token);
                const std::string parent = "(SELECT id FROM p ORDER BY random() LIMIT 1)";
                switch (random() % 7) {
                    case 0:
                    case 1:
                        app.try_run("INSERT INTO p (u, v) VALUES (" + text() + ", " + next + ")");
                        break;
                    case 2:
                        app.try_run("INSERT INTO c (p, u, v) VALUES (" + parent + ", " + text() +
                                    ", " + next + ")");
                        break;
                    case 3:
                        app.try_run("INSERT INTO f (p, v) VALUES (" + parent + ", " + next + ")");
                        break;
                    case 4:
                        app.try_run("UPDATE p SET u = " + text() + ", v = " + next +
                                    " WHERE id = " + parent);
                        break;
                    case 5:
                        app.try_run("DELETE FROM p WHERE id = " + parent);
                        break;
                    default:
                        app.try_run("UPDATE c SET p = " + parent + ", u = " + text());
                        break;
                }
                if (random() % 4 == 0) team.exchange();
            }
            team.settle();
            team.settle();
            kept += team.devices[0]->parked().size();
            team.same("SELECT u, v FROM p ORDER BY u");
            team.same("SELECT p.u, c.u, c.v FROM c LEFT JOIN p ON p.id = c.p ORDER BY c.v, c.u");
            team.same("SELECT p.u, f.v FROM f LEFT JOIN p ON p.id = f.p ORDER BY f.v");
        }
        MESSAGE("teams=" << teams << " rows hidden at the end=" << kept);
    }
}
