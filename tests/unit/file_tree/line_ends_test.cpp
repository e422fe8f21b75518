// The end of a file of lines: a line that is being written, one left without a newline, and an
// append that a crash cut off.
#include "tests/unit/file_tree/lines_fixture.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::sources::test {

TEST_SUITE("file_tree/line_ends") {
    TEST_CASE("a torn line waits for its end") {
        TreeDevice device(1);
        device.dir.write("a.jsonl", "one\ntw");
        REQUIRE(device.capture().has_value());
        CHECK(TreeDevice::count_bytes(device.take_new_ops()) == 4 + 17);
        device.dir.append("a.jsonl", "o\n");
        REQUIRE(device.capture().has_value());
        const auto ops = device.take_new_ops();
        REQUIRE(ops.size() == 1);
        CHECK(TreeDevice::count_bytes(ops) == 4 + 17);
    }

    TEST_CASE("a last line without a newline travels once the file is quiet") {
        auto devices = make_devices(2);
        TreeDevice& device = *devices[0];
        device.dir.write("one.jsonl", "{\"only\":1}");
        device.dir.write("two.jsonl", "a\nb");
        REQUIRE(device.capture().has_value());
        CHECK(TreeDevice::count_bytes(device.take_new_ops()) == 2 + 17);
        CHECK(device.tree.health().detail.find("one.jsonl") != std::string::npos);
        settle(devices);
        CHECK(devices[1]->dir.files() == device.dir.files());
        CHECK(device.dir.read("two.jsonl") == "a\nb");
        CHECK(devices[1]->log.empty());
        CHECK(device.tree.health().detail.empty());
        CHECK_FALSE(*device.tree.has_changes());
        SUBCASE("the line goes on here") {
            device.dir.append("two.jsonl", "c\nd\n");
            settle(devices);
            CHECK(device.dir.read("two.jsonl") == "a\nbc\nd\n");
        }
        SUBCASE("the line goes on there") {
            devices[1]->dir.append("two.jsonl", "c\nd");
            settle(devices);
            CHECK(device.dir.read("two.jsonl") == "a\nbc\nd");
        }
        SUBCASE("the line goes on and is still unfinished") {
            device.dir.append("two.jsonl", "c");
            settle(devices);
            CHECK(device.dir.read("two.jsonl") == "a\nbc");
        }
        SUBCASE("a line comes behind it from elsewhere") {
            devices[1]->dir.write("two.jsonl", "a\nb\nfar\n");
            settle(devices);
            CHECK(device.dir.read("two.jsonl") == "a\nb\nfar\n");
        }
        SUBCASE("the file is saved again as it was") {
            device.take_new_ops();
            device.dir.write("two.jsonl", "a\nb");
            settle(devices);
            CHECK(device.take_new_ops().empty());
        }
        CHECK(devices[1]->dir.files() == device.dir.files());
    }

    TEST_CASE("last lines without newlines from two devices both show and end alike") {
        auto devices = make_devices(3);
        devices[0]->dir.write("a.jsonl", "common\n");
        settle(devices);
        devices[0]->dir.append("a.jsonl", "left");
        devices[1]->dir.append("a.jsonl", "right");
        settle(devices);
        std::string text = devices[2]->dir.read("a.jsonl");
        CHECK((text == "common\nleft\nright" || text == "common\nright\nleft"));
        for (auto& device : devices) CHECK(device->dir.read("a.jsonl") == text);
        devices[2]->dir.append("a.jsonl", " end\n");
        settle(devices);
        text += " end\n";
        for (auto& device : devices) CHECK(device->dir.read("a.jsonl") == text);
    }

    TEST_CASE("a whole line and its copy without a newline are one line") {
        auto devices = make_devices(2);
        devices[0]->dir.write("a.jsonl", "one\ntwo");
        devices[1]->dir.write("a.jsonl", "one\ntwo\nthree\n");
        SUBCASE("the whole line is older") {
            const auto past = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
            std::filesystem::last_write_time(devices[1]->dir / "a.jsonl", past);
        }
        SUBCASE("the whole line is newer") {
            const auto past = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
            std::filesystem::last_write_time(devices[0]->dir / "a.jsonl", past);
        }
        settle(devices);
        for (auto& device : devices) CHECK(device->dir.read("a.jsonl") == "one\ntwo\nthree\n");
    }

    TEST_CASE("a long last line without a newline travels") {
        auto devices = make_devices(2);
        const std::string text = "a\n" + std::string(2'500'000, 'x');
        devices[0]->dir.write("a.jsonl", text);
        settle(devices);
        CHECK(devices[1]->dir.read("a.jsonl") == text);
        devices[0]->dir.append("a.jsonl", "y\nb\n");
        settle(devices);
        CHECK(devices[1]->dir.read("a.jsonl") == text + "y\nb\n");
    }

    TEST_CASE("an append that a crash cut off is finished at once and nothing is doubled") {
        const std::string before = lines("a", 0, 3);
        const std::string more = lines("b", 0, 3);
        for (std::size_t cut = 1; cut < more.size(); ++cut) {
            CAPTURE(cut);
            auto devices = make_devices(2);
            devices[0]->dir.write("a.jsonl", before);
            settle(devices);
            devices[0]->dir.append("a.jsonl", more);
            REQUIRE(devices[0]->capture().has_value());
            devices[1]->pull(*devices[0]);
            devices[1]->project_and_crash();
            devices[1]->dir.write("a.jsonl", before + more.substr(0, cut));
            REQUIRE(devices[1]->capture().has_value());
            devices[1]->project();
            CHECK(devices[1]->dir.read("a.jsonl") == before + more);
            CHECK(devices[1]->count_pending() == 0);
            settle(devices);
            CHECK(devices[0]->dir.read("a.jsonl") == before + more);
            CHECK(devices[1]->dir.files() == devices[0]->dir.files());
        }
    }

    TEST_CASE("a line begun here is not taken for what comes from elsewhere") {
        auto devices = make_devices(2);
        devices[0]->dir.write("a.jsonl", "common\n");
        settle(devices);
        devices[0]->dir.append("a.jsonl", "far 1\n");
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->pull(*devices[0]);
        devices[1]->dir.append("a.jsonl", "fa");
        REQUIRE(devices[1]->capture().has_value());
        for (int i = 0; i < 2; ++i) devices[1]->project();
        CHECK(devices[1]->dir.read("a.jsonl") == "common\nfa");
        devices[1]->dir.append("a.jsonl", "st forward\n");
        settle(devices);
        for (const std::string line : {"far 1\n", "fast forward\n"})
            for (auto& device : devices)
                CHECK(device->dir.read("a.jsonl").find(line) != std::string::npos);
    }

    TEST_CASE("a line that is being written holds back lines from elsewhere") {
        auto devices = make_devices(2);
        devices[0]->dir.write("a.jsonl", "one\n");
        settle(devices);
        devices[0]->dir.append("a.jsonl", "two\n");
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->dir.append("a.jsonl", "half");  // the later one, so it stands behind
        REQUIRE(devices[1]->capture().has_value());
        devices[1]->pull(*devices[0]);
        const auto refused = devices[1]->project();
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].outcome == Outcome::deferred);
        CHECK(devices[1]->dir.read("a.jsonl") == "one\nhalf");
        devices[1]->clock.advance(std::chrono::minutes(11));
        settle(devices);
        const std::string text = devices[0]->dir.read("a.jsonl");
        CHECK(text == devices[1]->dir.read("a.jsonl"));
        CHECK(text == "one\ntwo\nhalf");  // nobody but its writer ends the line
    }
}

}  // namespace satchel::sources::test
