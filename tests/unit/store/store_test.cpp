// Every repository of the store, against databases in memory.
#include "daemon/store/collections.h"
#include "daemon/store/declarations.h"
#include "daemon/store/forget.h"
#include "daemon/store/inbox.h"
#include "daemon/store/lanes.h"
#include "daemon/store/meta.h"
#include "daemon/store/notes.h"
#include "daemon/store/pieces.h"
#include "daemon/store/query.h"
#include "daemon/store/rows.h"
#include "daemon/store/segments.h"
#include "tests/support/temp_dir.h"

#include <fstream>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::store;

namespace {

/// A fresh store in memory with one open transaction.
struct Fixture {
    std::unique_ptr<Database> database = Database::open(":memory:").value();
    Transaction transaction = Transaction::begin(*database).value();
};

Sid sid(Byte first) {
    Sid id;
    id.bytes[0] = first;
    return id;
}

Bytes bytes(std::string_view text) {
    return to_bytes(as_bytes(text));
}

StoredRow stored(Byte first, std::string_view key, std::uint64_t held_hash = 7) {
    StoredRow row;
    row.sid = sid(first);
    row.key = bytes(key);
    row.held_hash = held_hash;
    row.row.siblings.push_back({core::kRowMarker, {DeviceId{}, 1}, {}, 0, true, core::Value()});
    return row;
}

}  // namespace

TEST_SUITE("store") {
    TEST_CASE("a membership is forgotten but for sources and whose keys are whose") {
        Fixture test;
        Declaration notes{0, "notes", "tables", "/notes.db", "{}", LaneId{1}};
        REQUIRE(add_declaration(test.transaction, notes).has_value());
        REQUIRE(add_member(test.transaction, 0, bytes("genesis")).has_value());
        REQUIRE(set_fact(test.transaction, "keyring", bytes("sealed")).has_value());
        REQUIRE(set_fact(test.transaction, "enabled", bytes("0")).has_value());
        REQUIRE(set_note(test.transaction, notes.id, as_bytes("n"), as_bytes("v")).has_value());
        REQUIRE(append_segment(test.transaction, {LaneId{1}, 1, 1, 1, bytes("s")}, 0).has_value());
        Rows rows(*test.database);
        REQUIRE(rows.save(test.transaction, 1, stored(1, "k")).has_value());
        StoredRow unknown = stored(2, "");
        unknown.key.reset();
        REQUIRE(rows.save(test.transaction, 1, unknown).has_value());

        REQUIRE(forget_membership(test.transaction).has_value());
        CHECK(load_members(*test.database)->empty());
        CHECK_FALSE(find_fact(*test.database, "keyring")->has_value());
        CHECK(find_fact(*test.database, "enabled")->has_value());
        CHECK_FALSE(find_note(*test.database, notes.id, as_bytes("n"))->has_value());
        CHECK(count_unpushed(*test.database)->empty());
        CHECK(load_declarations(*test.database)->size() == 1);
        CHECK_FALSE(rows.find(1, sid(2))->has_value());
        const auto blank = rows.find(1, sid(1)).value();
        REQUIRE(blank.has_value());
        CHECK(blank->key == bytes("k"));
        CHECK(blank->held_hash == 0);
        CHECK((blank->row == core::Row()));
        CHECK(*rows.count_pending(1) == 0);

        REQUIRE(forget_rows(test.transaction).has_value());
        CHECK_FALSE(rows.find(1, sid(1))->has_value());
    }

    TEST_CASE("a row comes back by sid and by key and goes when erased") {
        Fixture test;
        Rows rows(*test.database);
        CHECK(rows.save(test.transaction, 1, stored(1, "k")).has_value());
        const auto found = rows.find(1, sid(1)).value();
        REQUIRE(found.has_value());
        CHECK((found->row == stored(1, "k").row));
        CHECK(found->key == bytes("k"));
        CHECK(rows.find_held(1, as_bytes("k")).value()->sid == sid(1));
        CHECK_FALSE(rows.find(2, sid(1)).value().has_value());
        CHECK(rows.erase(test.transaction, 1, sid(1)).has_value());
        CHECK_FALSE(rows.find(1, sid(1)).value().has_value());
    }

    TEST_CASE("a key taken over leaves its old owner orphaned until it has a key again") {
        Fixture test;
        Rows rows(*test.database);
        CHECK(rows.save(test.transaction, 1, stored(1, "k")).has_value());
        CHECK(rows.save(test.transaction, 1, stored(2, "k")).has_value());
        CHECK(rows.find_held(1, as_bytes("k")).value()->sid == sid(2));
        CHECK_FALSE(rows.find_key(1, sid(1)).value().has_value());
        CHECK(rows.orphaned(1).value() == std::vector<Sid>{sid(1)});
        CHECK(rows.save(test.transaction, 1, stored(1, "other")).has_value());
        CHECK(rows.orphaned(1).value().empty());
        // A row the source never had is no orphan.
        CHECK(rows.save(test.transaction, 1, stored(3, "x", 0)).has_value());
        CHECK(rows.save(test.transaction, 1, stored(4, "x")).has_value());
        CHECK(rows.orphaned(1).value().empty());
    }

    TEST_CASE("pending and conflicted rows are found and counted by their flags") {
        Fixture test;
        Rows rows(*test.database);
        StoredRow pending = stored(1, "a");
        pending.row.lagging = core::Shadow{};
        StoredRow conflicted = stored(2, "b");
        for (Byte device = 1; device < 3; ++device) {
            core::Dot dot;
            dot.device.bytes[0] = device;
            dot.seq = 1;
            conflicted.row.siblings.push_back(
                {ColumnId{5}, dot, {}, device, true, core::Value::integer(device)});
        }
        CHECK(rows.save(test.transaction, 1, pending).has_value());
        CHECK(rows.save(test.transaction, 1, conflicted).has_value());
        CHECK(rows.count_pending(1).value() == 1);
        CHECK(rows.count_conflicted(1).value() == 1);
        CHECK(rows.pending(1, 0, 10).value().front().sid == sid(1));
        CHECK(rows.conflicted(1, Sid{}, 10).value().front().sid == sid(2));
        CHECK(rows.pending(1, rows.find(1, sid(1)).value()->number, 10).value().empty());
        CHECK(rows.all(1, Sid{}, 10).value().size() == 2);
    }

    TEST_CASE("a page of pending rows ends when it holds many bytes") {
        Fixture test;
        Rows rows(*test.database);
        const std::string large(kPageBytes / 3, 'x');
        for (Byte number = 1; number <= 10; ++number) {
            StoredRow row = stored(number, "");
            row.key.reset();
            row.row.lagging = core::Shadow{};
            row.row.siblings.push_back(
                {ColumnId{5}, {}, {}, number, false, core::Value::text(large)});
            CHECK(rows.save(test.transaction, 1, row).has_value());
        }
        std::size_t count = 0;
        std::int64_t after = 0;
        while (true) {
            const auto page = rows.pending(1, after, 100).value();
            if (page.empty()) break;
            CHECK(page.size() <= 4);
            count += page.size();
            after = page.back().number;
        }
        CHECK(count == 10);
    }

    TEST_CASE("held keys come in order and only of rows the source has") {
        Fixture test;
        Rows rows(*test.database);
        CHECK(rows.save(test.transaction, 1, stored(1, "b")).has_value());
        CHECK(rows.save(test.transaction, 1, stored(2, "a")).has_value());
        CHECK(rows.save(test.transaction, 1, stored(3, "c", 0)).has_value());
        CHECK(rows.held_keys(1, {}, 10).value() == std::vector<Bytes>{bytes("a"), bytes("b")});
        CHECK(rows.held_keys(1, as_bytes("a"), 10).value() == std::vector<Bytes>{bytes("b")});
        CHECK(rows.held_keys(1, {}, 1).value().size() == 1);
    }

    TEST_CASE("parking again keeps since when") {
        Fixture test;
        CHECK(park(test.transaction, {1, sid(1), 1, "first", 10}).has_value());
        CHECK(park(test.transaction, {1, sid(1), 2, "second", 20}).has_value());
        const auto parked = list_parked(*test.database, 10).value();
        REQUIRE(parked.size() == 1);
        CHECK(parked[0].reason == "second");
        CHECK(parked[0].since_ms == 10);
        CHECK(unpark(test.transaction, 1, sid(1)).has_value());
        CHECK(count_parked(*test.database, 1).value() == 0);
    }

    TEST_CASE("what is not committed is gone and what is stays") {
        const std::string name = "file:/store-rollback?vfs=memdb";
        const auto keeper = Database::open(name).value();
        {
            auto transaction = Transaction::begin(*keeper).value();
            CHECK(set_fact(transaction, "kept", as_bytes("1")).has_value());
            CHECK(transaction.commit_and_continue().has_value());
            CHECK(set_fact(transaction, "lost", as_bytes("1")).has_value());
        }
        const auto again = Database::open(name).value();
        CHECK(find_fact(*again, "kept").value() == bytes("1"));
        CHECK_FALSE(find_fact(*again, "lost").value().has_value());
        CHECK(again->check_integrity().has_value());
    }

    TEST_CASE("a run that did not end is noticed by the next one") {
        const std::string name = "file:/store-run?vfs=memdb";
        const auto keeper = Database::open(name).value();
        CHECK(begin_run(*keeper).value());        // the first of all
        CHECK_FALSE(begin_run(*keeper).value());  // killed
        CHECK_FALSE(begin_run(*keeper).value());  // killed again
        CHECK(end_run(*keeper).has_value());
        CHECK(begin_run(*keeper).value());
    }

    TEST_CASE("damage in the file is found by the check") {
        const support::TempDir dir;
        const std::string path = (dir / "store.db").string();
        {
            const auto database = Database::open(path).value();
            auto transaction = Transaction::begin(*database).value();
            for (int i = 0; i < 500; ++i)
                REQUIRE(set_fact(transaction, "fact " + std::to_string(i), Bytes(200, Byte{7}))
                            .has_value());
            REQUIRE(transaction.commit().has_value());
            CHECK(database->check_integrity().has_value());
        }
        {
            std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(-3 * 4096, std::ios::end);
            file << std::string(4096, '\xee');
        }
        const auto damaged = Database::open(path).value();
        const Status checked = damaged->check_integrity();
        REQUIRE_FALSE(checked.has_value());
        CHECK(checked.error().code == ErrorCode::corrupt);
    }

    TEST_CASE("a store of a newer program is refused") {
        const std::string name = "file:/store-newer?vfs=memdb";
        const auto keeper = Database::open(name).value();
        Query(*keeper, "PRAGMA user_version = 9999").run();
        CHECK(Database::open(name).error().code == ErrorCode::version_mismatch);
    }

    TEST_CASE("notes are listed by prefix and in pages") {
        Fixture test;
        for (const char* name : {"a", "p", "p1", "p2", "q"})
            CHECK(set_note(test.transaction, 1, as_bytes(name), as_bytes("v")).has_value());
        CHECK(set_note(test.transaction, 2, as_bytes("p3"), as_bytes("v")).has_value());
        const auto names = [&](std::string_view after, std::size_t limit) {
            std::string text;
            for (const auto& [name, value] :
                 list_notes(*test.database, 1, as_bytes("p"), as_bytes(after), limit).value())
                text += std::string(as_text(name)) + " ";
            return text;
        };
        CHECK(names("", 10) == "p p1 p2 ");
        CHECK(names("p", 10) == "p1 p2 ");
        CHECK(names("p1", 1) == "p2 ");
        CHECK(erase_note(test.transaction, 1, as_bytes("p1")).has_value());
        CHECK(names("", 10) == "p p2 ");
        CHECK(erase_notes(test.transaction, 1).has_value());
        CHECK(names("", 10).empty());
    }

    TEST_CASE("the log gives out what is not pushed and at least one segment") {
        Fixture test;
        const LaneId lane{3};
        for (std::uint64_t i = 1; i < 4; ++i)
            CHECK(append_segment(test.transaction, {lane, i, i, 1, Bytes(100, 1)}, 5).has_value());
        CHECK(load_unpushed(*test.database, 10).value().segments.size() == 1);
        CHECK_FALSE(load_unpushed(*test.database, 250).value().is_all);
        CHECK(mark_pushed(test.transaction, lane, 1).has_value());
        const auto rest = load_unpushed(*test.database, 1'000).value();
        CHECK(rest.is_all);
        REQUIRE(rest.segments.size() == 2);
        CHECK(rest.segments[0].seq_from == 2);
        CHECK(count_unpushed(*test.database).value().at(lane).items == 2);
    }

    TEST_CASE("the log is read again from the segment that holds a place") {
        Fixture test;
        const LaneId lane{3};
        for (const std::uint64_t from : {1, 11, 21})
            CHECK(append_segment(test.transaction, {lane, from, from + 9, 1, Bytes(9, 1)}, 5)
                      .has_value());
        const auto from_of = [&](LaneId log, std::uint64_t seq, std::size_t count) {
            std::string text;
            for (const OwnSegment& one : load_own(*test.database, log, seq, count).value())
                text += std::to_string(one.seq_from) + " ";
            return text;
        };
        CHECK(from_of(lane, 1, 9) == "1 11 21 ");
        CHECK(from_of(lane, 15, 9) == "11 21 ");
        CHECK(from_of(lane, 20, 1) == "11 ");
        CHECK(from_of(lane, 31, 9).empty());
        CHECK(from_of(LaneId{4}, 1, 9).empty());
    }

    TEST_CASE("the inbox keeps a segment once and tells which are quarantined") {
        Fixture test;
        Received segment{LaneId{1}, DeviceId{}, 5, 9, {}, {}, bytes("body")};
        CHECK(put_received(test.transaction, segment).value());
        CHECK_FALSE(put_received(test.transaction, segment).value());
        CHECK(list_received(*test.database).value().size() == 1);
        CHECK(load_received(*test.database, segment).value() == bytes("body"));
        CHECK(quarantine(test.transaction, segment, "bad").has_value());
        // Neither the same again nor something else takes its place.
        Received other = segment;
        other.body = bytes("other");
        CHECK_FALSE(put_received(test.transaction, other).value());
        CHECK(load_received(*test.database, segment).value() == bytes("body"));
        CHECK(list_received(*test.database).value()[0].state == InboxState::quarantined);
        CHECK(release_quarantined(test.transaction).value());
        CHECK(list_received(*test.database).value()[0].state == InboxState::waiting);
        CHECK_FALSE(release_quarantined(test.transaction).value());
        CHECK(remove_received(test.transaction, segment).has_value());
        CHECK(list_received(*test.database).value().empty());
    }

    TEST_CASE("applied segments are kept out of the way and given out in order") {
        Fixture test;
        for (const std::uint64_t from : {1u, 11u, 21u, 31u}) {
            const Received segment{
                LaneId{1}, DeviceId{}, from, from + 9, {}, {}, bytes(std::to_string(from))};
            CHECK(put_received(test.transaction, segment).value());
            if (from < 31) CHECK(mark_applied(test.transaction, segment).has_value());
        }
        CHECK(list_received(*test.database).value().size() == 1);
        const auto from_of = [&](std::uint64_t after, std::size_t bytes_max) {
            std::string text;
            for (const Bytes& body :
                 list_applied(*test.database, DeviceId{}, LaneId{1}, after, bytes_max).value())
                text += std::string(as_text(body)) + " ";
            return text;
        };
        CHECK(from_of(0, 99) == "1 11 21 ");
        CHECK(from_of(10, 99) == "11 21 ");
        CHECK(from_of(15, 99) == "11 21 ");
        CHECK(from_of(29, 99) == "21 ");
        CHECK(from_of(30, 99).empty());
        CHECK(from_of(0, 1) == "1 ");
        CHECK(list_applied(*test.database, DeviceId{}, LaneId{2}, 0, 99).value().empty());
        CHECK_FALSE(release_quarantined(test.transaction).value());
        CHECK(list_received(*test.database).value().size() == 1);
    }

    TEST_CASE("lanes heads collections pieces and members come back") {
        Fixture test;
        Lane lane{LaneId{4}, {}, {}};
        lane.digest.words[0] = 9;
        lane.applied[DeviceId{}] = {12, {}};
        const DeviceId changed[] = {DeviceId{}};
        CHECK(save_lane(test.transaction, lane, changed).has_value());
        const auto lanes = load_lanes(*test.database).value();
        CHECK(lanes.at(LaneId{4}).digest == lane.digest);
        CHECK(lanes.at(LaneId{4}).end_of(DeviceId{}).seq == 12);

        CHECK(save_head(test.transaction, {DeviceId{}, 3, 4, bytes("head")}).has_value());
        CHECK(load_heads(*test.database).value().at(0).counter == 3);

        Collection collection;
        collection.id = CollectionId{~std::uint64_t{0}};
        collection.name = "table";
        collection.columns = {{ColumnId{1}, "one"}};
        CHECK(save_collection(test.transaction, collection).has_value());
        CHECK(collection.ord > 0);
        const auto collections = load_collections(*test.database).value();
        CHECK(collections.at(collection.id).columns == collection.columns);

        const Hash256 content{1};
        CHECK(put_piece(test.transaction, sid(1), content, 0, as_bytes("p")).has_value());
        CHECK(find_piece(*test.database, sid(1), content, 0).value() == bytes("p"));
        CHECK(drop_pieces_except(test.transaction, sid(1), {}).has_value());
        CHECK_FALSE(find_piece(*test.database, sid(1), content, 0).value().has_value());

        CHECK(add_member(test.transaction, 0, as_bytes("m")).has_value());
        CHECK(load_members(*test.database).value() == std::vector<Bytes>{bytes("m")});
    }
}
