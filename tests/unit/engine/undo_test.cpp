// What changes displace is kept, told and brought back.
#include "daemon/engine/undo.h"

#include "daemon/engine/explain.h"
#include "tests/unit/engine/replica_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

/// Two devices that hold the same rows.
struct Pair {
    Workspace workspace{2};
    Device left{workspace, 0};
    Device right{workspace, 1};

    explicit Pair(std::int64_t rows = 1) {
        for (std::int64_t key = 1; key <= rows; ++key) left.insert(key);
        right.capture();
        carry(left, right);
        REQUIRE(right.application.tables[0].rows.size() == static_cast<std::size_t>(rows));
    }

    /// A cycle of each: what `from` did reaches `to`.
    static void carry(Device& from, Device& to) {
        from.capture();
        from.replica.rest();
        to.capture();
        to.replica.receive(from.log()).value();
        to.apply();
        to.replica.rest();
    }

    core::Value cell(Device& device, std::int64_t key) {
        return device.application.tables[0].rows.at(key)[1];
    }

    void change(Device& device, std::int64_t key) {
        device.application.set({0, key}, 1, workspace.writes.fresh(0));
    }
};

}  // namespace

TEST_SUITE("engine/undo") {
    TEST_CASE("a value that another device replaced is told and comes back on both") {
        Pair pair;
        const core::Value before = pair.cell(pair.right, 1);
        pair.change(pair.left, 1);
        Pair::carry(pair.left, pair.right);
        REQUIRE(pair.cell(pair.right, 1) != before);

        const auto why = explain_item(pair.right.replica,
                                      list_displaced(pair.right.replica, {}, 10).value().at(0).item,
                                      {})
                             .value();
        bool is_told = false;
        for (const auto& cell : why.cells)
            for (const Replaced& replaced : cell.replaced)
                is_told = is_told || replaced.value == before.to_display();
        CHECK(is_told);

        UndoWish trial;
        trial.is_dry_run = true;
        CHECK(undo(pair.right.replica, trial).value().rows == 1);
        CHECK(pair.cell(pair.right, 1) != before);

        const UndoReport report = undo(pair.right.replica, {}).value();
        CHECK(report.rows == 1);
        REQUIRE(report.cells.size() == 1);
        CHECK(report.cells[0].value == before.to_display());
        CHECK(pair.cell(pair.right, 1) == before);
        Pair::carry(pair.right, pair.left);
        CHECK(pair.cell(pair.left, 1) == before);
    }

    TEST_CASE("an undo can be undone") {
        Pair pair;
        pair.change(pair.left, 1);
        Pair::carry(pair.left, pair.right);
        const core::Value after = pair.cell(pair.right, 1);
        undo(pair.right.replica, {}).value();
        pair.right.replica.rest();
        REQUIRE(pair.cell(pair.right, 1) != after);
        undo(pair.right.replica, {}).value();
        CHECK(pair.cell(pair.right, 1) == after);
    }

    TEST_CASE("a row that another device removed comes back whole") {
        Pair pair(3);
        const auto before = pair.right.tables();
        pair.left.application.remove({0, 2});
        Pair::carry(pair.left, pair.right);
        REQUIRE(pair.right.rows() == 2);
        CHECK(undo(pair.right.replica, {}).value().rows == 1);
        CHECK(pair.right.tables() == before);
        Pair::carry(pair.right, pair.left);
        CHECK(pair.left.tables() == before);
    }

    TEST_CASE("undo since a time goes back over several cycles") {
        Pair pair;
        const core::Value before = pair.cell(pair.right, 1);
        pair.workspace.clock.pass(3'600'000);
        UndoWish wish;
        wish.since_ms = pair.workspace.clock.now_ms();
        for (int i = 0; i < 3; ++i) {
            pair.change(pair.left, 1);
            Pair::carry(pair.left, pair.right);
        }
        CHECK(undo(pair.right.replica, wish).value().rows == 1);
        CHECK(pair.cell(pair.right, 1) == before);
    }

    TEST_CASE("undo of one item or one cycle leaves the others") {
        Pair pair(2);
        const core::Value first = pair.cell(pair.right, 1);
        const core::Value second = pair.cell(pair.right, 2);
        pair.change(pair.left, 1);
        Pair::carry(pair.left, pair.right);
        const std::string item = list_displaced(pair.right.replica, {}, 10).value().at(0).item;
        pair.change(pair.left, 2);
        Pair::carry(pair.left, pair.right);
        UndoWish wish;
        SUBCASE("item") {
            wish.item = item;
        }
        SUBCASE("cycle") {
            wish.cycle = list_displaced(pair.right.replica, {}, 10).value().back().cycle;
        }
        CHECK(undo(pair.right.replica, wish).value().rows == 1);
        CHECK(pair.cell(pair.right, 1) == first);
        CHECK(pair.cell(pair.right, 2) != second);
        wish.item = "nothing";
        CHECK(undo(pair.right.replica, wish).error().code == ErrorCode::not_found);
    }

    TEST_CASE("what its own program overwrote cannot come back here and is said") {
        Pair pair;
        const UnixMs start = pair.workspace.clock.now_ms();
        pair.change(pair.left, 1);
        pair.left.capture();
        UndoWish wish;
        CHECK(undo(pair.left.replica, wish).error().code == ErrorCode::not_found);
        wish.since_ms = start;
        const UndoReport report = undo(pair.left.replica, wish).value();
        CHECK(report.rows == 0);
        CHECK(report.skipped.size() == 1);
    }

    TEST_CASE("a value displaced while the application is open gets its bytes when it is shown") {
        Pair pair;
        const core::Value before = pair.cell(pair.right, 1);
        pair.change(pair.left, 1);
        pair.right.application.is_open = true;
        Pair::carry(pair.left, pair.right);
        REQUIRE(pair.cell(pair.right, 1) == before);
        pair.right.application.is_open = false;
        pair.right.apply();
        REQUIRE(pair.cell(pair.right, 1) != before);
        undo(pair.right.replica, {}).value();
        CHECK(pair.cell(pair.right, 1) == before);
    }

    TEST_CASE("a halted source is not undone into") {
        Pair pair;
        pair.change(pair.left, 1);
        Pair::carry(pair.left, pair.right);
        const auto before = pair.right.tables();
        pair.right.slot().state = SourceState::halted;
        CHECK(undo(pair.right.replica, {}).error().code == ErrorCode::halted);
        CHECK(pair.right.tables() == before);
    }

    TEST_CASE("cycles that displace nothing take no number and history ends after its time") {
        Pair pair;
        pair.change(pair.left, 1);
        Pair::carry(pair.left, pair.right);
        const std::uint64_t cycle = list_displaced(pair.right.replica, {}, 1).value().at(0).cycle;
        for (int i = 0; i < 5; ++i) pair.right.replica.rest();
        pair.change(pair.left, 1);
        Pair::carry(pair.left, pair.right);
        CHECK(list_displaced(pair.right.replica, {}, 1).value().at(0).cycle == cycle + 1);
        pair.workspace.clock.pass(UnixMs{89} * 24 * 3'600'000);
        pair.right.replica.rest();
        CHECK(list_displaced(pair.right.replica, {}, 10).value().size() == 2);
        pair.workspace.clock.pass(UnixMs{2} * 24 * 3'600'000);
        pair.right.replica.rest();
        CHECK(list_displaced(pair.right.replica, {}, 10).value().empty());
    }
}
