// Replicas over real databases: rows in each other's way end the same on every device, and nothing
// of them is lost.
#include "daemon/sources/sqlite_tables/sqlite_tables.h"
#include "tests/unit/engine/replica_fixture.h"
#include "tests/unit/sqlite_tables/fixture.h"

#include <random>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using satchel::test::App;
using satchel::test::settings_for;
using satchel::test::TempFolder;

namespace {

/// A device whose application keeps an SQLite database.
struct TablesDevice {
    TablesDevice(Workspace& shared, std::size_t number, const char* schema)
        : workspace(shared),
          path(shared_folder / ("app.db")),
          app(path),
          store(std::move(store::Database::open(":memory:").value())),
          identity{
              "device",
              {},
              crypto::DeviceKeys(shared.keys[number]),
              shared.keyring.clone(),
              std::move(crypto::Members::verify(std::span(shared.members), std::nullopt).value())},
          replica(*store, identity, shared.clock, shared.random, "test") {
        identity.device = identity.keys.device();
        app.run("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON");
        app.run(schema);
        replica.load().value();
        store::Declaration declaration;
        declaration.name = "app";
        declaration.kind = "tables";
        declaration.lane = replica.ids().lane("app");
        replica
            .in_step(
                [&](Step& step) { return store::add_declaration(step.transaction, declaration); })
            .value();
        sources::SqliteTables::Surroundings world{
            replica.ids(), shared.clock, [](std::span<Byte>) {}, [] { return ok(); }};
        replica.add_source(declaration,
                           std::make_unique<sources::SqliteTables>(settings_for(path), world));
        capture();
    }

    void capture() { replica.capture(kNeverStop).value(); }

    std::vector<Bytes> log() {
        std::vector<Bytes> bodies;
        const auto unpushed = replica.unpushed(1u << 26).value();
        for (const store::OwnSegment& segment : unpushed.segments) bodies.push_back(segment.body);
        replica.mark_pushed(unpushed.segments).value();
        return bodies;
    }

    std::vector<store::Parked> parked() { return store::list_parked(*store, 100).value(); }

    /// Kinds of what is parked, sorted.
    std::string kinds() {
        std::multiset<std::string> kinds;
        for (const store::Parked& row : parked()) kinds.insert(row.kind);
        std::string text;
        for (const std::string& kind : kinds) text += kind + ";";
        return text;
    }

    Workspace& workspace;
    TempFolder shared_folder;
    std::filesystem::path path;
    App app;
    std::unique_ptr<store::Database> store;
    engine::Identity identity;
    Replica replica;
};

struct Team {
    Team(std::size_t count, const char* schema) : workspace(count) {
        for (std::size_t i = 0; i < count; ++i)
            devices.push_back(std::make_unique<TablesDevice>(workspace, i, schema));
    }

    App& app(std::size_t number) { return devices[number]->app; }

    void exchange() {
        std::vector<std::vector<Bytes>> logs;
        for (auto& device : devices) {
            device->capture();
            logs.push_back(device->log());
        }
        for (std::size_t to = 0; to < devices.size(); ++to) {
            for (std::size_t from = 0; from < devices.size(); ++from)
                if (from != to) devices[to]->replica.receive(logs[from]).value();
            const StepReport report = devices[to]->replica.apply_received(kNeverStop).value();
            for (const std::string& note : report.notes) FAIL(note);
        }
        workspace.clock.pass(1000);
    }

    void settle() {
        for (int round = 0; round < 4; ++round) exchange();
    }

    /// The same answer everywhere, nothing dangling and nothing more to send.
    std::string same(const std::string& question) {
        const std::string answer = app(0).ask(question);
        for (auto& device : devices) {
            CHECK(device->app.ask(question) == answer);
            CHECK(device->app.ask("PRAGMA foreign_key_check") == "");
            CHECK(device->kinds() == devices[0]->kinds());
            device->capture();
            CHECK(device->log().empty());
        }
        return answer;
    }

    Workspace workspace;
    std::vector<std::unique_ptr<TablesDevice>> devices;
};

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
