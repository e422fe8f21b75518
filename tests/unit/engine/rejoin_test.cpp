// Removing a source and declaring it again: nothing is deleted anywhere, whatever lies there now.
#include "tests/unit/engine/replica_fixture.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

/// What came from `other` since the last call.
StepReport hear(Device& device, Device& other) {
    device.replica.receive(other.log()).value();
    return device.apply();
}

/// Two devices that show the same twenty rows of a `key` table and of a `mapped` table.
struct Pair {
    Workspace workspace{2};
    Device left{workspace, 0};
    Device right{workspace, 1};

    Pair() {
        for (std::int64_t key = 1; key <= 20; ++key) left.insert(key);
        for (std::int64_t key = 1; key <= 20; ++key) left.insert_project(key);
        left.capture();
        right.capture();
        hear(right, left);
        REQUIRE(right.tables() == left.tables());
    }

    void exchange() {
        for (int i = 0; i < 3; ++i) {
            left.capture();
            hear(right, left);
            right.capture();
            hear(left, right);
        }
    }
};

}  // namespace

TEST_SUITE("engine/rejoin") {
    TEST_CASE("a source that comes back unchanged is recognised") {
        Pair pair;
        pair.right.remove_source();
        CHECK(pair.right.replica.ledger().collections().begin()->second.held == 0);
        pair.right.declare_source();
        CHECK(pair.right.capture().captured == 0);
        CHECK(pair.right.tables() == pair.left.tables());
        pair.exchange();
        CHECK(pair.right.tables() == pair.left.tables());
        CHECK(pair.left.rows() == 20);
        CHECK(pair.right.count_pending() == 0);
    }

    TEST_CASE("a source that comes back emptied is filled again and deletes nothing") {
        Pair pair;
        const auto before = pair.left.tables();
        pair.right.remove_source();
        for (auto& table : pair.right.application.tables) table.rows.clear();
        pair.right.declare_source();
        const StepReport report = pair.right.capture();
        CHECK(report.captured == 0);
        CHECK(pair.right.tables() == before);
        pair.exchange();
        CHECK(pair.left.tables() == before);
        CHECK(pair.right.tables() == before);
        CHECK(pair.right.log().empty());
    }

    TEST_CASE("the device that wrote the rows gets them back as well") {
        Pair pair;
        const auto before = pair.left.tables();
        pair.left.remove_source();
        for (auto& table : pair.left.application.tables) table.rows.clear();
        pair.left.declare_source();
        pair.exchange();
        CHECK(pair.left.tables() == before);
        CHECK(pair.right.tables() == before);
    }

    TEST_CASE("rows of another database are added and not taken for ours") {
        Pair pair;
        pair.right.remove_source();
        auto& projects = pair.right.application.tables[2].rows;
        const auto first = projects.begin()->second;
        projects.clear();
        projects[1] = first;  // one is in both
        for (std::int64_t key = 2; key <= 6; ++key)
            projects[key] = {pair.workspace.writes.fresh(1), core::Value()};
        pair.right.declare_source();
        pair.exchange();
        CHECK(pair.left.application.tables[2].rows.size() == 25);
        CHECK(pair.right.application.tables[2].rows.size() == 25);
        CHECK(pair.right.count_conflicts() == 0);
        CHECK(pair.left.rows() == 20);
    }

    TEST_CASE("an item edited while its source was removed keeps both values") {
        Pair pair;
        pair.right.remove_source();
        const core::Value edited = pair.workspace.writes.fresh(1);
        const core::Value theirs = pair.left.application.tables[0].rows.at(3)[1];
        pair.right.application.tables[0].rows.at(3)[1] = edited;
        pair.right.application.tables[0].rows.erase(4);
        pair.right.insert(50);
        pair.right.declare_source();
        pair.exchange();
        CHECK(pair.right.tables() == pair.left.tables());
        CHECK(pair.left.rows() == 21);
        CHECK(pair.left.count_conflicts() == 1);
        CHECK(pair.right.count_conflicts() == 1);
        const auto shown = pair.left.application.tables[0].rows.at(3)[1];
        CHECK((shown == edited || shown == theirs));
    }

    TEST_CASE("changes made elsewhere meanwhile arrive when the source comes back") {
        Pair pair;
        pair.right.remove_source();
        pair.left.application.set({0, 1}, 1, pair.workspace.writes.fresh(0));
        pair.left.application.remove({0, 2});
        pair.left.insert(60);
        pair.left.capture();
        // The lane is asked for again from the moment somebody declares it.
        pair.right.declare_source();
        pair.exchange();
        CHECK(pair.right.application.tables[0].rows.at(1) ==
              pair.left.application.tables[0].rows.at(1));
        CHECK(pair.left.application.tables[0].rows.contains(60));
        CHECK(pair.right.application.tables[0].rows.contains(60));
        CHECK(pair.right.tables() == pair.left.tables());
    }

    TEST_CASE("rows are not shown before the place was captured") {
        Pair pair;
        pair.right.remove_source();
        pair.right.application.tables[0].rows.at(5)[1] = pair.workspace.writes.fresh(1);
        pair.right.declare_source();
        pair.right.replica.open_source("app").value();
        const StepReport shown = pair.right.replica.show_waiting().value();
        CHECK(shown.projected.applied == 0);
        pair.exchange();
        CHECK(pair.right.tables() == pair.left.tables());
    }

    TEST_CASE("content that went with an unreadable source is not made up") {
        Pair pair;
        const auto before = pair.left.tables();
        pair.right.workspace.faults.source_busy = 1'000'000;
        for (auto& table : pair.right.application.tables) table.rows.clear();
        pair.right.remove_source();
        pair.right.workspace.faults.source_busy = 0;
        pair.right.declare_source();
        pair.exchange();
        CHECK(pair.left.tables() == before);
        CHECK(pair.right.rows() == 0);
        CHECK(pair.right.count_pending() == 40);
        // A change elsewhere brings the row back as far as it is known; the file itself does too.
        pair.right.application.tables = pair.left.application.tables;
        pair.right.slot().source->hint(std::nullopt);
        pair.exchange();
        CHECK(pair.right.count_pending() == 0);
        CHECK(pair.right.tables() == before);
        CHECK(pair.left.tables() == before);
    }
}
