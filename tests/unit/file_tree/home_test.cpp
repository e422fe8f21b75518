// The settings in Claude's home folder: a few values of one file travel, the folder is not looked
// into, and what a running assistant does to the file on one machine stays there.
#include "daemon/profiles/profile.h"
#include "tests/support/result_text.h"
#include "tests/unit/file_tree/tree_device.h"

#include <filesystem>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

namespace fs = std::filesystem;
using Devices = std::vector<std::unique_ptr<TreeDevice>>;

FileTreeSettings home_settings() {
    const auto profile = profiles::find_shipped("claude-home");
    REQUIRE(profile);
    FileTreeSettings settings{"claude-home", {}, rules_of(*profile)};
    settings.is_walked = profile->is_walked;
    settings.names = profiles::named_files(*profile);
    return settings;
}

Devices make_homes() {
    Devices devices;
    for (std::uint8_t i = 1; i <= 2; ++i)
        devices.push_back(std::make_unique<TreeDevice>(i, home_settings()));
    return devices;
}

/// As Claude does: the whole file anew, under a later time.
void rewrite(TreeDevice& device, const std::string& text) {
    static int turn = 0;
    device.dir.write(".claude.json", text);
    fs::last_write_time(device.dir / ".claude.json",
                        fs::file_time_type::clock::now() - std::chrono::seconds(1000 - ++turn));
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

constexpr std::string_view kLaptop = R"x({
  "numStartups": 41,
  "theme": "dark",
  "oauthAccount": {"emailAddress": "canary@example.org"},
  "userID": "canary",
  "projects": {"/srv/canary": {"allowedTools": ["Bash(canary)"], "mcpServers": {}}},
  "tipsHistory": {"canary": 3},
  "mcpServers": {
    "docs": {"type": "stdio", "command": "docs-server", "args": ["--quiet"],
             "env": {"DOCS_TOKEN": "canary"}},
    "mine": {"type": "stdio", "command": "/opt/canary/run", "args": ["canary"]},
    "web": {"type": "http", "url": "https://example.org/mcp", "headers": {"x": "canary"}}
  }
}
)x";

}  // namespace

TEST_SUITE("file_tree/home") {
    TEST_CASE("servers and preferences travel and everything else stays") {
        auto devices = make_homes();
        rewrite(*devices[0], std::string(kLaptop));
        rewrite(*devices[1], "{\n\t\"userID\": \"other\",\n\t\"numStartups\": 2\n}\n");
        devices[0]->dir.write("diary.txt", "canary");
        devices[0]->dir.write(".ssh/config", "canary");
        settle(devices);
        const std::string text = devices[1]->dir.read(".claude.json");
        INFO(text);
        CHECK(text.starts_with("{\n\t\"userID\": \"other\",\n\t\"numStartups\": 2,\n"));
        for (const char* part : {"docs-server", "--quiet", "https://example.org/mcp", "dark"})
            CHECK(has(text, part));
        CHECK_FALSE(has(text, "canary"));
        // A server that is half of this machine is not torn apart.
        CHECK_FALSE(has(text, "mine"));
        CHECK(devices[0]->dir.read(".claude.json") == kLaptop);
        for (const LoggedOp& logged : devices[0]->log)
            for (const core::ColumnValue& cell : logged.op.columns)
                CHECK_FALSE(has(std::string(as_text(cell.value.encoded())), "canary"));
        CHECK_FALSE(fs::exists(devices[1]->dir / "diary.txt"));
    }

    TEST_CASE("a server of this machine is not mixed with one of the same name elsewhere") {
        auto devices = make_homes();
        rewrite(*devices[0], R"({"mcpServers": {"x": {"command": "npx", "args": ["-y", "x"]}}})");
        rewrite(*devices[1], R"({"mcpServers": {"x": {"command": "/opt/x/run"}}})");
        for (auto& device : devices) REQUIRE(device->capture().has_value());
        devices[0]->pull(*devices[1]);
        CHECK(devices[0]->project().empty());
        devices[1]->pull(*devices[0]);
        CHECK(devices[1]->project().size() == 2);
        CHECK(devices[1]->dir.read(".claude.json") ==
              R"({"mcpServers": {"x": {"command": "/opt/x/run"}}})");
        CHECK(has(devices[0]->dir.read(".claude.json"), "npx"));
        CHECK(devices[1]->count_pending() == 2);
    }

    TEST_CASE("what an assistant changes all day makes nothing travel") {
        auto devices = make_homes();
        rewrite(*devices[0], std::string(kLaptop));
        settle(devices);
        const std::size_t before = devices[0]->log.size();
        std::string next(kLaptop);
        next.replace(next.find("41"), 2, "42");
        rewrite(*devices[0], next);
        settle(devices);
        CHECK(devices[0]->log.size() == before);
        CHECK(devices[0]->dir.read(".claude.json") == next);
    }

    TEST_CASE(
        "a file that is made anew or deleted takes nothing from others and comes back asked") {
        auto devices = make_homes();
        rewrite(*devices[0], std::string(kLaptop));
        settle(devices);
        const std::string there = devices[1]->dir.read(".claude.json");
        SUBCASE("made anew") {
            rewrite(*devices[0], R"({"numStartups": 1})");
        }
        SUBCASE("deleted") {
            fs::remove(devices[0]->dir / ".claude.json");
            devices[0]->dir.write("other", "x");
        }
        for (int i = 0; i < 3; ++i) {
            settle(devices);
            for (auto& device : devices) device->clock.advance(std::chrono::minutes(2));
        }
        CHECK(devices[1]->dir.read(".claude.json") == there);
        const auto swept = devices[0]->tree.swept("", false, *devices[0]);
        REQUIRE(swept);
        CHECK(swept->size() == 1);
    }

    TEST_CASE("the folder is neither walked nor watched") {
        TreeDevice device(1, home_settings());
        CHECK(device.tree.watch_roots().empty());
        CHECK_FALSE(device.tree.needs_watch());
        fs::create_directories(device.dir / "closed");
        fs::permissions(device.dir / "closed", fs::perms::none);
        device.dir.write("a.json", "{}");
        rewrite(device, R"({"theme": "dark"})");
        REQUIRE(device.capture().has_value());
        CHECK(device.tree.health().detail.empty());
        CHECK(device.log.size() == 2);
        // Nobody tells of the next change; it is found all the same.
        rewrite(device, R"({"theme": "light"})");
        const auto changes = device.tree.has_changes();
        REQUIRE(changes);
        CHECK(*changes);
        REQUIRE(device.capture().has_value());
        CHECK(device.log.size() == 3);
        device.tree.hint(device.dir / "a.json");
        REQUIRE(device.capture().has_value());
        CHECK(device.log.size() == 3);
        fs::permissions(device.dir / "closed", fs::perms::owner_all);
    }
}

}  // namespace satchel::sources::test
