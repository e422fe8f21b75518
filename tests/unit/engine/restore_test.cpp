// A database that went back, and values that only it had: a person says what counts, and what the
// workspace has is read from the logs again.
#include "daemon/engine/restore.h"

#include "tests/unit/engine/tables_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;

namespace {

constexpr const char* kSchema = "CREATE TABLE n (id INTEGER PRIMARY KEY, v TEXT, w)";
constexpr const char* kThirtyRows =
    "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 30) "
    "INSERT INTO n SELECT x, 'old', x FROM i";

SourceSlot& slot_of(TablesDevice& device) {
    return device.replica.slots().front();
}

void put(const std::filesystem::path& copy, const std::filesystem::path& file) {
    std::filesystem::copy_file(copy, file, std::filesystem::copy_options::overwrite_existing);
}

/// The pages a hub gives: everything, until nothing is asked for any more.
void refill(TablesDevice& device, const std::vector<Bytes>& logs) {
    for (int page = 0; page < 3 && !device.replica.lacked().value().empty(); ++page)
        device.replica.refill(logs).value();
    device.replica.end_refill();
    device.replica.show_waiting().value();
}

}  // namespace

TEST_SUITE("engine/restore") {
    TEST_CASE("an older copy is filled up again from the logs when a person says so") {
        Team team(2, kSchema);
        TablesDevice& mine = *team.devices[0];
        team.app(0).run(kThirtyRows);
        team.settle();
        std::filesystem::copy_file(mine.path, mine.shared_folder / "copy");
        team.app(0).run(
            "UPDATE n SET v = 'mine' WHERE id <= 20; INSERT INTO n VALUES (31, 'late', 1);"
            "DELETE FROM n WHERE id = 30; INSERT INTO n VALUES (30, 'other', 1)");
        team.app(1).run("UPDATE n SET v = 'theirs' WHERE id = 25");
        team.devices[1]->capture();
        const std::vector<Bytes> theirs = team.devices[1]->log();
        mine.replica.receive(theirs).value();
        mine.replica.apply_received(kNeverStop).value();
        team.settle();
        const std::string newest = team.same("SELECT group_concat(id || v || w) FROM n");

        put(mine.shared_folder / "copy", mine.path);
        mine.capture();
        REQUIRE(slot_of(mine).state == SourceState::halted);
        const auto unsaid = mine.replica.resume("app", ResumeWord::unsaid);
        REQUIRE(unsaid.has_error());
        CHECK(unsaid.error().code == ErrorCode::invalid_argument);
        CHECK(slot_of(mine).state == SourceState::halted);
        CHECK(mine.replica.resume("app", ResumeWord::restore).value());
        mine.capture();
        CHECK(slot_of(mine).state == SourceState::ok);
        CHECK(team.app(0).ask("SELECT count(*) FROM n WHERE v = 'mine'") == "20");
        CHECK(team.app(0).ask("SELECT v FROM n WHERE id = 31") == "late");
        CHECK(team.app(0).ask("SELECT v FROM n WHERE id = 25") == "old");
        CHECK(mine.log().empty());
        refill(mine, theirs);
        CHECK(team.app(0).ask("SELECT v FROM n WHERE id = 25") == "theirs");
        team.settle();
        CHECK(team.same("SELECT group_concat(id || v || w) FROM n") == newest);
    }

    TEST_CASE("an older copy of a database in write-ahead mode is noticed by what went back") {
        for (const bool is_toggled : {false, true}) {
            CAPTURE(is_toggled);
            Team team(2, kSchema);
            TablesDevice& mine = *team.devices[0];
            team.app(0).run("PRAGMA journal_mode = WAL");
            team.app(0).run(kThirtyRows);
            team.settle();
            team.app(0).run("PRAGMA wal_checkpoint(TRUNCATE)");
            std::filesystem::copy_file(mine.path, mine.shared_folder / "copy");
            team.app(0).run("UPDATE n SET v = 'new'; INSERT INTO n VALUES (40, 'later', 1)");
            team.settle();
            if (is_toggled) {
                // The same by the application itself is its own business.
                team.app(0).run("UPDATE n SET v = 'old'; DELETE FROM n WHERE id = 40");
                mine.capture();
                CHECK(slot_of(mine).state == SourceState::ok);
                continue;
            }
            std::filesystem::rename(mine.shared_folder / "copy", mine.path);
            for (const char* beside : {"-wal", "-shm"})
                std::filesystem::remove(mine.path.string() + beside);
            mine.capture();
            REQUIRE(slot_of(mine).state == SourceState::halted);
            CHECK(mine.log().empty());
            CHECK(mine.replica.resume("app", ResumeWord::restore).value());
            mine.capture();
            test::App again(mine.path);
            CHECK(again.ask("SELECT count(*) FROM n WHERE v = 'new'") == "30");
            CHECK(again.ask("SELECT v FROM n WHERE id = 40") == "later");
        }
    }

    TEST_CASE("an edit of a row that waits to be written back replaces nothing unseen") {
        Team team(2, kSchema);
        TablesDevice& mine = *team.devices[0];
        team.app(0).run(kThirtyRows);
        team.settle();
        std::filesystem::copy_file(mine.path, mine.shared_folder / "copy");
        team.app(1).run("UPDATE n SET v = 'theirs' WHERE id = 25");
        team.devices[1]->capture();
        const std::vector<Bytes> theirs = team.devices[1]->log();
        mine.replica.receive(theirs).value();
        mine.replica.apply_received(kNeverStop).value();
        // Nothing was captured since the copy: what was shown counts, too.
        put(mine.shared_folder / "copy", mine.path);
        mine.capture();
        CHECK(mine.replica.resume("app", ResumeWord::restore).value());
        mine.capture();
        team.app(0).run("UPDATE n SET v = 'edited' WHERE id = 25");
        team.exchange();
        refill(mine, theirs);
        team.settle();
        const std::string shown = team.same("SELECT v FROM n WHERE id = 25");
        CHECK((shown == "edited" || shown == "theirs"));
        const auto& [id, collection] = *mine.replica.ledger().collections().begin();
        CHECK(store::Rows(*mine.store).count_conflicted(collection.ord).value() == 1);
    }

    TEST_CASE("rows deleted by the hundred come back instead of being deleted everywhere") {
        Team team(2, kSchema);
        TablesDevice& mine = *team.devices[0];
        team.app(0).run(kThirtyRows);
        team.settle();
        team.app(0).run("DELETE FROM n");
        mine.capture();
        REQUIRE(slot_of(mine).state == SourceState::halted);
        CHECK(mine.replica.resume("app", ResumeWord::restore).value());
        mine.capture();
        CHECK(mine.log().empty());
        team.settle();
        CHECK(team.same("SELECT count(*) || max(id) FROM n WHERE v = 'old'") == "3030");
    }

    TEST_CASE("what went with a column comes back with the column") {
        Team team(2, kSchema);
        TablesDevice& mine = *team.devices[0];
        team.app(0).run(kThirtyRows);
        team.settle();
        team.app(1).run("UPDATE n SET w = 'theirs' WHERE id = 7");
        team.devices[1]->capture();
        const std::vector<Bytes> theirs = team.devices[1]->log();
        mine.replica.receive(theirs).value();
        mine.replica.apply_received(kNeverStop).value();
        team.app(0).run("ALTER TABLE n DROP COLUMN w");
        team.exchange();
        team.app(0).run("ALTER TABLE n ADD COLUMN w");
        mine.capture();
        mine.replica.show_waiting().value();
        CHECK(mine.parked().size() == 30);
        refill(mine, theirs);
        CHECK(mine.parked().empty());
        CHECK(team.app(0).ask("SELECT sum(w) FROM n WHERE id <> 7") == "458");
        CHECK(team.app(0).ask("SELECT w FROM n WHERE id = 7") == "theirs");
    }

    TEST_CASE("a table that goes deletes nothing and has its rows again when it comes back") {
        Team team(2,
                  "CREATE TABLE k (name TEXT PRIMARY KEY, v); CREATE TABLE other (id INTEGER "
                  "PRIMARY KEY)");
        TablesDevice& mine = *team.devices[0];
        team.app(0).run("INSERT INTO k VALUES ('a', 1), ('b', 2); INSERT INTO other VALUES (1)");
        team.settle();
        team.app(0).run("DROP TABLE k");
        mine.capture();
        CHECK(mine.log().empty());
        team.app(0).run("CREATE TABLE k (name TEXT PRIMARY KEY, v); INSERT INTO k VALUES ('b', 2)");
        mine.capture();
        mine.replica.show_waiting().value();
        refill(mine, {});
        team.settle();
        CHECK(team.same("SELECT group_concat(name || v) FROM (SELECT * FROM k ORDER BY name)") ==
              "a1,b2");
    }

    TEST_CASE("what no log has any more is asked for again only after a while") {
        Team team(2, kSchema);
        TablesDevice& other = *team.devices[1];
        team.app(0).run(kThirtyRows);
        team.settle();
        team.app(1).run("ALTER TABLE n DROP COLUMN w");
        team.exchange();
        team.app(1).run("ALTER TABLE n ADD COLUMN w");
        other.capture();
        other.replica.show_waiting().value();
        const auto asked = other.replica.lacked().value();
        REQUIRE(asked.size() == 1);
        CHECK(asked[0].device == team.devices[0]->identity.device);
        other.replica.refill({}).value();
        CHECK(other.replica.lacked().value() == asked);
        other.replica.end_refill();
        CHECK(other.replica.lacked().value().empty());
        team.workspace.clock.pass(6 * 60 * 1'000);
        CHECK(other.replica.lacked().value() == asked);
    }

    TEST_CASE("a word that does not fit is refused") {
        SourceSlot slot;
        slot.declaration.name = "home";
        slot.declaration.kind = "files";
        CHECK(check_word(slot, ResumeWord::unsaid).has_value());
        CHECK(check_word(slot, ResumeWord::restore).has_error());
        slot.declaration.kind = "tables";
        CHECK(check_word(slot, ResumeWord::restore).has_value());
        slot.is_halted_inward = true;
        CHECK(check_word(slot, ResumeWord::restore).has_error());
        slot.is_halted_inward = false;
        slot.is_older_copy = true;
        CHECK(check_word(slot, ResumeWord::unsaid).has_error());
        CHECK(check_word(slot, ResumeWord::publish).has_value());
    }
}
