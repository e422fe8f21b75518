// Conflicts a person decides.
#include "daemon/engine/explain.h"

#include "tests/unit/engine/replica_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

/// Two devices that wrote the same cell without talking.
struct Conflicted {
    Workspace workspace{2};
    Device left{workspace, 0};
    Device right{workspace, 1};

    Conflicted() {
        left.insert(1);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        left.application.set({0, 1}, 1, workspace.writes.fresh(0));
        right.application.set({0, 1}, 1, workspace.writes.fresh(1));
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        REQUIRE(list_conflicts(right.replica, {}, 10).value().size() == 1);
        right.log();
    }

    std::string id() { return list_conflicts(right.replica, {}, 10).value().at(0).id; }
};

}  // namespace

TEST_SUITE("engine/explain") {
    TEST_CASE("the version a person takes is shown and sent") {
        Conflicted world;
        const auto before = world.right.application.tables[0].rows.at(1);
        resolve_conflict(world.right.replica, world.id(), 2).value();
        CHECK(world.right.application.tables[0].rows.at(1) != before);
        CHECK(world.right.log().size() == 1);
        CHECK(list_conflicts(world.right.replica, {}, 10).value().empty());
    }

    TEST_CASE("a conflict of a halted source waits") {
        Conflicted world;
        const auto before = world.right.tables();
        world.right.slot().state = SourceState::halted;
        const Status resolved = resolve_conflict(world.right.replica, world.id(), 2);
        REQUIRE_FALSE(resolved.has_value());
        CHECK(resolved.error().code == ErrorCode::halted);
        CHECK(world.right.tables() == before);
        CHECK(world.right.log().empty());
        CHECK(list_conflicts(world.right.replica, {}, 10).value().size() == 1);
    }

    TEST_CASE("a choice that cannot be written is an error and no op") {
        Conflicted world;
        const auto before = world.right.tables();
        const std::string id = world.id();
        world.workspace.faults.source_busy = 1'000'000;
        CHECK_FALSE(resolve_conflict(world.right.replica, id, 2).has_value());
        world.workspace.faults.source_busy = 0;
        CHECK(world.right.tables() == before);
        CHECK(world.right.log().empty());
        CHECK(list_conflicts(world.right.replica, {}, 10).value().size() == 1);
    }
}
