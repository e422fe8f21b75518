// Files that wait until their program is away.
#include "daemon/sources/file_tree/process_gate.h"
#include "tests/unit/file_tree/tree_device.h"

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

using platform::RunState;

}  // namespace

TEST_SUITE("file_tree/gate") {
    TEST_CASE("the way is free once the program was missing for two seconds") {
        OffsetClock clock;
        RunState now = RunState::running;
        ProcessGate gate([&] { return now; }, "Claude Code", clock);
        CHECK(gate.why_closed()->find("Claude Code runs") == 0);
        now = RunState::stopped;
        CHECK(gate.why_closed().has_value());
        clock.advance(milliseconds(1'900));
        CHECK(gate.why_closed().has_value());
        clock.advance(milliseconds(100));
        CHECK_FALSE(gate.why_closed().has_value());
        CHECK(gate.word() == "stopped");
        // Seen again for a moment: the time begins anew.
        now = RunState::running;
        gate.look();
        now = RunState::stopped;
        CHECK(gate.why_closed().has_value());
        clock.advance(milliseconds(2'000));
        now = RunState::unknown;
        CHECK(gate.why_closed()->find("cannot be told") != std::string::npos);
        CHECK(gate.word() == "unknown");
    }

    TEST_CASE("without a program the way is free") {
        OffsetClock clock;
        ProcessGate gate({}, "any folder", clock);
        CHECK_FALSE(gate.why_closed().has_value());
        CHECK(gate.word().empty());
    }

    TEST_CASE("only what is marked waits while the program runs") {
        TreeDevice other(1);
        RunState now = RunState::running;
        FileRule rule{"settings.json", FileClass::opaque};
        rule.waits_for_closed = true;
        FileTreeSettings settings{"home", {}, {rule, {"**", FileClass::opaque}}};
        settings.find_program = [&now] { return now; };
        settings.program_title = "Claude Code";
        TreeDevice device(2, std::move(settings));
        other.dir.write("settings.json", "{}");
        other.dir.write("CLAUDE.md", "be brief");
        REQUIRE(other.capture().has_value());
        device.pull(other);
        auto refused = device.project();
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].outcome == Outcome::deferred);
        CHECK(refused[0].reason.find("Claude Code runs") == 0);
        CHECK(device.dir.files().size() == 1);
        CHECK(device.tree.traits().gate == "running");
        now = RunState::stopped;
        CHECK(device.project().size() == 1);
        device.clock.advance(milliseconds(2'000));
        CHECK(device.project().empty());
        CHECK(device.dir.read("settings.json") == "{}");
        CHECK(device.tree.traits().gate == "stopped");
        // A deletion waits as well.
        now = RunState::running;
        std::filesystem::remove(other.dir / "settings.json");
        for (int i = 0; i < 3; ++i) {
            other.clock.advance(milliseconds(61'000));
            other.tree.look_again();
            REQUIRE(other.capture().has_value());
        }
        device.pull(other);
        CHECK(device.project().size() == 1);
        CHECK(device.dir.read("settings.json") == "{}");
    }
}

}  // namespace satchel::sources::test
