// What a crash, an editor or another system leaves in files of lines: nothing of it is lost,
// changed or doubled on its way.
#include "tests/unit/file_tree/two_homes.h"

#include <filesystem>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

std::vector<std::unique_ptr<TreeDevice>> two_devices(std::string_view profile) {
    std::vector<std::unique_ptr<TreeDevice>> devices;
    for (std::uint8_t i = 1; i <= 2; ++i) {
        devices.push_back(std::make_unique<TreeDevice>(i, profile));
        devices.back()->dir.write("AGENTS.md", "be brief");
    }
    return devices;
}

constexpr const char* kRollout = "sessions/2026/03/01/rollout-1.jsonl";

/// Lines that no JSON parser takes, or that two take differently.
const std::vector<std::string> kOdd = {
    "{\"a\":1,\"a\":2}",
    "{\"a\":1} // a comment",
    "\xEF\xBB\xBF{\"a\":1}",
    "{\"a\":[1,2,],}",
    "{\"a\":1e400,\"b\":1180591620717411303424}",
    "{\"a\":\"\\ud800\"}",
    "{\"cwd\":\"\\ud800/home\",\"cwd\":\"/home/a\"}",
    "{\"a\":\"half of a li",
    "{\"cwd\":",
    std::string(5000, '\0'),
    "{\"a\":\"\0\"}"s,
    "\xC3\x28\xFF\xFE \x80",
    "windows\r",
    "\r",
    "",
    std::string(100'000, '['),
};

std::string all_odd() {
    std::string text;
    for (const std::string& line : kOdd) text += line + "\n";
    return text;
}

}  // namespace

TEST_SUITE("file_tree/bad_lines") {
    TEST_CASE("lines that are no JSON arrive byte by byte and those around them too") {
        auto devices = two_devices("codex");
        const std::string text = "{\"first\":1}\n" + all_odd() + "{\"last\":1}\n";
        devices[0]->dir.write(kRollout, text);
        settle(devices);
        CHECK(devices[1]->dir.read(kRollout) == text);
        // What is appended stands behind them, on the other device as well.
        devices[1]->dir.append(kRollout, all_odd() + "{\"more\":1}\n");
        settle(devices);
        CHECK(devices[0]->dir.read(kRollout) == text + all_odd() + "{\"more\":1}\n");
        CHECK(devices[1]->dir.read(kRollout) == devices[0]->dir.read(kRollout));
        CHECK(devices[0]->count_pending() == 0);
    }

    TEST_CASE("lines that are no JSON come back from another home as they were") {
        Homes homes({"home/a", "Users/b"});
        const std::string session = homes.file(0, "dev/app", "s.jsonl");
        const std::string first = record(homes.path(0, "dev/app"), "hello");
        fs::create_directories((homes.at(0).dir / session).parent_path());
        homes.at(0).dir.write(session, first + all_odd());
        settle(homes.devices);
        const std::string there = homes.file(1, "dev/app", "s.jsonl");
        const std::string shown = homes.at(1).dir.read(there);
        CHECK(shown.ends_with(all_odd()));
        const std::string more = record(homes.path(1, "dev/app"), "more");
        homes.at(1).dir.append(there, more);
        settle(homes.devices);
        // Of a record only the folder at its top is another one here.
        std::string moved = more;
        const std::string folder = homes.path(1, "dev/app");
        moved.replace(moved.find(folder), folder.size(), homes.path(0, "dev/app"));
        CHECK(homes.at(0).dir.read(session) == first + all_odd() + moved);
    }

    TEST_CASE("a run of zeros that a crash left at the end waits for the line's end") {
        auto devices = two_devices("codex");
        devices[0]->dir.write(kRollout, "{\"a\":1}\n");
        settle(devices);
        devices[0]->dir.append(kRollout, std::string(3000, '\0'));
        REQUIRE(devices[0]->capture().has_value());
        CHECK(devices[0]->take_new_ops().empty() == false);
        devices[1]->pull(*devices[0]);
        devices[1]->project();
        CHECK(devices[1]->dir.read(kRollout) == "{\"a\":1}\n");
        devices[0]->dir.append(kRollout, "{\"b\":2}\n");
        settle(devices);
        CHECK(devices[1]->dir.read(kRollout) ==
              "{\"a\":1}\n" + std::string(3000, '\0') + "{\"b\":2}\n");
    }

    TEST_CASE(
        "lines in another order are an edit that is backed up elsewhere and doubles nothing") {
        auto devices = two_devices("codex");
        std::string text;
        for (int i = 0; i < 50; ++i) text += "{\"n\":" + std::to_string(i) + "}\n";
        devices[0]->dir.write(kRollout, text);
        settle(devices);
        std::string other = "{\"n\":49}\n";
        for (int i = 0; i < 49; ++i) other += "{\"n\":" + std::to_string(i) + "}\n";
        devices[0]->dir.write(kRollout, other);
        settle(devices);
        CHECK(devices[1]->dir.read(kRollout) == other);
        CHECK(devices[1]->backups == std::vector<std::string>{kRollout});
    }

    TEST_CASE("a file that is renamed while lines come is under its new name with all of them") {
        auto devices = two_devices("codex");
        devices[0]->dir.write(kRollout, "{\"a\":1}\n");
        settle(devices);
        // Moved here; the other one appends before it hears.
        fs::create_directories(devices[0]->dir / "archived_sessions");
        fs::rename(devices[0]->dir / kRollout,
                   devices[0]->dir / "archived_sessions/rollout-1.jsonl");
        devices[1]->dir.append(kRollout, "{\"b\":2}\n");
        settle(devices);
        CHECK(devices[0]->dir.read("archived_sessions/rollout-1.jsonl") == "{\"a\":1}\n");
        CHECK(devices[1]->dir.read("archived_sessions/rollout-1.jsonl") == "{\"a\":1}\n");
        // The line of the other device stays where it was written, on both.
        CHECK(devices[1]->dir.read(kRollout) == "{\"b\":2}\n");
        CHECK(devices[0]->dir.files() == devices[1]->dir.files());
    }
}

}  // namespace satchel::sources::test
