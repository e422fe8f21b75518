// Conflicts a person decides.
#include "daemon/engine/conflicts.h"
#include "tests/unit/engine/replica_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

using core::Value;

/// What `from` did reaches `to`, and what `to` has to say of it stays with it.
void carry(Device& from, Device& to) {
    to.replica.receive(from.log()).value();
    to.apply();
}

/// Two devices that wrote the same cells without talking.
struct Conflicted {
    Workspace workspace{2};
    Device left{workspace, 0};
    Device right{workspace, 1};

    explicit Conflicted(std::int64_t rows = 1) {
        for (std::int64_t key = 1; key <= rows; ++key) left.insert(key);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        for (std::int64_t key = 1; key <= rows; ++key) {
            left.application.set({0, key}, 1, workspace.writes.fresh(0));
            right.application.set({0, key}, 1, workspace.writes.fresh(1));
        }
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        REQUIRE(list_conflicts(right.replica, {}, 100).value().size() ==
                static_cast<std::size_t>(rows));
        right.log();
    }

    Conflict conflict() { return list_conflicts(right.replica, {}, 10).value().at(0); }
};

}  // namespace

TEST_SUITE("engine/explain") {
    TEST_CASE("the version a person takes is shown and sent") {
        Conflicted world;
        const auto before = world.right.application.tables[0].rows.at(1);
        resolve_conflict(world.right.replica, world.conflict(), {2, false, {}}).value();
        CHECK(world.right.application.tables[0].rows.at(1) != before);
        CHECK(world.right.log().size() == 1);
        CHECK(list_conflicts(world.right.replica, {}, 10).value().empty());
    }

    TEST_CASE("a conflict of a halted source waits") {
        Conflicted world;
        const auto before = world.right.tables();
        world.right.slot().state = SourceState::halted;
        const Status resolved =
            resolve_conflict(world.right.replica, world.conflict(), {2, false, {}});
        REQUIRE_FALSE(resolved.has_value());
        CHECK(resolved.error().code == ErrorCode::halted);
        CHECK(world.right.tables() == before);
        CHECK(world.right.log().empty());
        CHECK(list_conflicts(world.right.replica, {}, 10).value().size() == 1);
    }

    TEST_CASE("a choice that cannot be written is an error and no op") {
        Conflicted world;
        const auto before = world.right.tables();
        const Conflict conflict = world.conflict();
        world.workspace.faults.source_busy = 1'000'000;
        CHECK_FALSE(resolve_conflict(world.right.replica, conflict, {2, false, {}}).has_value());
        world.workspace.faults.source_busy = 0;
        CHECK(world.right.tables() == before);
        CHECK(world.right.log().empty());
        CHECK(list_conflicts(world.right.replica, {}, 10).value().size() == 1);
    }

    TEST_CASE("texts can be kept both and another value can be given") {
        Conflicted world;
        const Conflict conflict = world.conflict();
        const auto shown = [&] { return world.right.application.tables[0].rows.at(1)[1]; };
        SUBCASE("both") {
            const Value first = version_value(world.right.replica, conflict, 1).value();
            const Value second = version_value(world.right.replica, conflict, 2).value();
            const Status both = resolve_conflict(world.right.replica, conflict, {0, true, {}});
            if (first.kind() != core::ValueKind::text || second.kind() != core::ValueKind::text) {
                CHECK(both.error().code == ErrorCode::invalid_argument);
                return;
            }
            CHECK(shown() ==
                  Value::text(std::string(first.as_text()) + "\n" + std::string(second.as_text())));
        }
        SUBCASE("value") {
            resolve_conflict(world.right.replica, conflict, {0, false, Value::integer(7)}).value();
            CHECK(shown() == Value::integer(7));
        }
        CHECK(list_conflicts(world.right.replica, {}, 10).value().empty());
    }

    TEST_CASE("a conflict beyond the listed ones is found and resolved by its id") {
        Conflicted world(40);
        const auto all = list_conflicts(world.right.replica, {}, 100).value();
        REQUIRE(all.size() == 40);
        CHECK(list_conflicts(world.right.replica, {}, 10).value().size() == 10);
        CHECK(count_listed(world.right.replica, {}).value() == 40);
        const Conflict found = find_conflict(world.right.replica, all.back().id).value();
        resolve_conflict(world.right.replica, found, {1, false, {}}).value();
        CHECK(count_listed(world.right.replica, {}).value() == 39);
        CHECK(find_conflict(world.right.replica, all.back().id).error().code ==
              ErrorCode::not_found);
        CHECK(find_conflict(world.right.replica, "").error().code == ErrorCode::not_found);
    }

    TEST_CASE("a row deleted here and edited there is listed on both until somebody decides") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        left.insert(1);
        left.capture();
        right.capture();
        carry(left, right);
        left.application.remove({0, 1});
        right.application.set({0, 1}, 1, workspace.writes.fresh(1));
        left.capture();
        right.capture();
        const auto deletion = left.log();
        carry(right, left);
        right.replica.receive(deletion).value();
        right.apply();
        carry(right, left);
        REQUIRE(left.rows() == 1);
        REQUIRE(right.rows() == 1);
        const auto here = list_conflicts(left.replica, {}, 10).value();
        const auto there = list_conflicts(right.replica, {}, 10).value();
        REQUIRE(here.size() == 1);
        REQUIRE(there.size() == 1);
        CHECK(here[0].id == there[0].id);
        CHECK(here[0].kind == ConflictKind::deletion);
        REQUIRE(there[0].versions.size() == 2);
        CHECK(there[0].versions[1].device == device_name(right.replica, left.identity.device));
        CHECK(there[0].versions[1].time_ms == workspace.clock.now_ms());

        std::size_t rows = 1;
        SUBCASE("kept") {
            resolve_conflict(left.replica, here[0], {1, false, {}}).value();
        }
        SUBCASE("deleted") {
            resolve_conflict(left.replica, here[0], {2, false, {}}).value();
            rows = 0;
        }
        carry(left, right);
        CHECK(left.rows() == rows);
        CHECK(right.rows() == rows);
        CHECK(count_conflicts(left.replica).value() == 0);
        CHECK(count_conflicts(right.replica).value() == 0);
        CHECK(left.tables() == right.tables());
        CHECK(right.count_pending() == 0);
    }

    TEST_CASE("a row hidden by a unique value is listed and either row can be taken") {
        Workspace workspace(1);
        Device device(workspace, 0);
        device.insert(1);
        device.insert(2);
        device.capture();
        device.log();
        const CollectionId id = device.slot().source->collections()[0].id;
        const store::Collection collection = device.replica.ledger().collections().at(id);
        const auto rows = store::Rows(*device.database).all(collection.ord, {}, 10).value();
        REQUIRE(rows.size() == 2);
        device.replica
            .in_step([&](Step& step) {
                store::Parked parked;
                parked.collection = collection.ord;
                parked.sid = rows[0].sid;
                parked.outcome = 1;
                parked.reason = "its name is claimed";
                parked.kind = "unique";
                parked.against = rows[1].sid;
                return store::park(step.transaction, parked);
            })
            .value();
        const auto listed = list_conflicts(device.replica, {}, 10).value();
        REQUIRE(listed.size() == 1);
        CHECK(listed[0].kind == ConflictKind::unique);
        CHECK(listed[0].item == item_name(device.replica, collection, rows[0]));
        CHECK(count_conflicts(device.replica).value() == 1);
        CHECK_FALSE(resolve_conflict(device.replica, listed[0], {0, true, {}}).has_value());
        bool takes_shown = true;
        SUBCASE("the one shown") {}
        SUBCASE("the one hidden") {
            takes_shown = false;
        }
        const std::size_t take = takes_shown ? 1 : 2;
        resolve_conflict(device.replica, listed[0], {take, false, {}}).value();
        CHECK(device.rows() == 1);
        const Sid gone = rows[takes_shown ? 0 : 1].sid;
        CHECK_FALSE(store::Rows(*device.database).find(collection.ord, gone).value().has_value());
    }
}
