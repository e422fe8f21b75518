// Settings documents of two and more devices: keys merge one by one, the files stay their owners'.
#include "daemon/core/conflict.h"
#include "tests/unit/file_tree/tree_device.h"

#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

namespace fs = std::filesystem;
using Devices = std::vector<std::unique_ptr<TreeDevice>>;

Devices make_devices(std::uint8_t count, std::string_view profile = "claude") {
    Devices devices;
    for (std::uint8_t i = 1; i <= count; ++i)
        devices.push_back(std::make_unique<TreeDevice>(i, profile));
    return devices;
}

/// A change that the next capture finds: another time, and the watcher's word.
void edit(TreeDevice& device, const std::string& path, std::string_view text) {
    static int turn = 0;
    device.dir.write(path, std::string(text));
    fs::last_write_time(device.dir / path,
                        fs::file_time_type::clock::now() - std::chrono::seconds(1000 - ++turn));
    device.tree.hint(device.dir / path);
}

std::size_t count_conflicts(const TreeDevice& device) {
    return static_cast<std::size_t>(std::ranges::count_if(
        device.rows, [](const auto& row) { return core::has_conflict(row.second); }));
}

/// True when any op of the device or row in its state holds the text.
bool is_anywhere(const TreeDevice& device, std::string_view text) {
    const auto holds = [&](const core::Value& value) {
        return as_text(value.encoded()).find(text) != std::string_view::npos;
    };
    for (const LoggedOp& logged : device.log)
        for (const core::ColumnValue& cell : logged.op.columns)
            if (holds(cell.value)) return true;
    for (const auto& [id, row] : device.rows)
        for (const core::Sibling& sibling : row.siblings)
            if (sibling.value && holds(*sibling.value)) return true;
    return false;
}

constexpr std::string_view kLeft = R"({
  // mine
  "theme": "dark",
  "model": "big", /* why */
  "permissions": {
    "allow": ["Read"]
  }
}
)";

constexpr std::string_view kRight = "{\"verbose\":true,\n\t\"theme\" : \"dark\"}";

}  // namespace

TEST_SUITE("file_tree/documents") {
    TEST_CASE("keys of two documents unite and each file keeps its own look") {
        auto devices = make_devices(2);
        edit(*devices[0], "settings.json", kLeft);
        edit(*devices[1], "settings.json", kRight);
        settle(devices);
        CHECK(devices[0]->dir.read("settings.json") == R"({
  // mine
  "theme": "dark",
  "model": "big", /* why */
  "permissions": {
    "allow": ["Read"]
  },
  "verbose": true
}
)");
        CHECK(devices[1]->dir.read("settings.json") ==
              "{\"verbose\":true,\n\t\"theme\" : \"dark\",\n\t\"model\":\"big\",\n\t\"permissions\""
              ":{\n\t\t\"allow\":[\n\t\t\t\"Read\"\n\t\t]\n\t}}");
        CHECK(count_conflicts(*devices[0]) == 0);
        CHECK(devices[0]->backups == std::vector<std::string>{"settings.json"});
        // A second look finds nothing, and nothing waits.
        for (auto& device : devices) {
            const std::size_t before = device->log.size();
            device->tree.look_again();
            REQUIRE(device->capture().has_value());
            CHECK(device->log.size() == before);
            CHECK(device->count_pending() == 0);
        }
    }

    TEST_CASE("edits of different keys on two devices merge") {
        auto devices = make_devices(3);
        edit(*devices[0], "settings.json", kLeft);
        settle(devices);
        edit(*devices[0], "settings.json", R"({"theme": "light", "model": "big",
            "permissions": {"allow": ["Read", "Write"]}})");
        edit(*devices[1], "settings.json", R"x({"theme": "dark", "model": "small",
            "permissions": {"allow": ["Bash(ls)", "Read"]}})x");
        settle(devices);
        for (const auto& device : devices) {
            const std::string text = device->dir.read("settings.json");
            INFO(text);
            for (const char* part : {"light", "small", "Read", "Write", "Bash(ls)"})
                CHECK(text.find(part) != std::string::npos);
            CHECK(text.find("dark") == std::string::npos);
            CHECK(count_conflicts(*device) == 0);
        }
        CHECK(devices[2]->dir.read("settings.json").find("\"theme\": \"light\"") !=
              std::string::npos);
    }

    TEST_CASE("the same key on both is one conflict with both values") {
        auto devices = make_devices(2);
        edit(*devices[0], "settings.json", kLeft);
        settle(devices);
        edit(*devices[0], "settings.json", R"({"theme": "red", "model": "big"})");
        edit(*devices[1], "settings.json", R"({"theme": "blue", "model": "big"})");
        settle(devices);
        CHECK(devices[0]->dir.read("settings.json").find("blue") !=
              devices[0]->dir.read("settings.json").find("red"));
        for (const auto& device : devices) {
            CHECK(count_conflicts(*device) == 1);
            for (const auto& [id, row] : device->rows) {
                if (!core::has_conflict(row)) continue;
                CHECK(device->tree.describe(id.first,
                                            *device->find_key(id.first, id.second).value()) ==
                      "settings.json: theme");
            }
        }
        const auto theme = [&](const TreeDevice& device) {
            const std::string text = device.dir.read("settings.json");
            return text.substr(text.find("theme"), 15);
        };
        CHECK(theme(*devices[0]) == theme(*devices[1]));
    }

    TEST_CASE("a removed key goes and an emptied object with it") {
        auto devices = make_devices(2);
        edit(*devices[0], "settings.json", kLeft);
        edit(*devices[1], "settings.json", kRight);
        settle(devices);
        edit(*devices[0], "settings.json", R"({"theme": "dark", "verbose": true})");
        settle(devices);
        CHECK(devices[1]->dir.read("settings.json") == kRight);
        SUBCASE("a file without settings leaves others no file") {
            edit(*devices[1], "settings.json", "{}");
            settle(devices);
            CHECK_FALSE(fs::exists(devices[0]->dir / "settings.json"));
            CHECK(devices[1]->dir.read("settings.json") == "{}");
        }
        SUBCASE("a deleted file goes") {
            fs::remove(devices[1]->dir / "settings.json");
            devices[1]->dir.write("CLAUDE.md", "x");
            devices[1]->tree.look_again();
            settle(devices);
            CHECK_FALSE(fs::exists(devices[0]->dir / "settings.json"));
        }
    }

    TEST_CASE("a document that does not parse sends and deletes nothing and says why") {
        auto devices = make_devices(2);
        edit(*devices[0], "settings.json", kLeft);
        settle(devices);
        const std::size_t before = devices[0]->log.size();
        edit(*devices[0], "settings.json", "{\n\"theme\": \"dark\",\n\"model\": ");
        edit(*devices[1], "settings.json", R"({"theme": "light", "model": "big",
            "permissions": {"allow": ["Read"]}})");
        REQUIRE(devices[0]->capture().has_value());
        REQUIRE(devices[1]->capture().has_value());
        devices[0]->pull(*devices[1]);
        const auto refused = devices[0]->project();
        CHECK(devices[0]->log.size() == before);
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].outcome == Outcome::changed_meanwhile);
        CHECK(devices[0]->tree.health().detail.find("settings.json") != std::string::npos);
        CHECK(devices[0]->tree.health().detail.find("line 3") != std::string::npos);
        CHECK(devices[0]->dir.read("settings.json").ends_with("\"model\": "));
        // It is finished later, and nothing is lost.
        edit(*devices[0], "settings.json", R"({"theme": "dark", "model": "new"})");
        settle(devices);
        CHECK(devices[0]->tree.health().detail.empty());
        CHECK(devices[1]->dir.read("settings.json").find("new") != std::string::npos);
        CHECK(devices[0]->dir.read("settings.json").find("light") != std::string::npos);
    }

    TEST_CASE("settings that were cut short are believed only when they stay so") {
        for (const std::string_view shrunk : {"", "{}", "{\"env\":{}}"}) {
            CAPTURE(shrunk);
            auto devices = make_devices(2);
            for (auto& device : devices) device->dir.write("CLAUDE.md", "be brief");
            edit(*devices[0], "settings.json", kLeft);
            settle(devices);
            const std::string before = devices[1]->dir.read("settings.json");
            const std::size_t said = devices[0]->log.size();
            edit(*devices[0], "settings.json", shrunk);
            REQUIRE(devices[0]->capture().has_value());
            CHECK(devices[0]->log.size() == said);
            // The program that wrote it goes on.
            edit(*devices[0], "settings.json", kLeft);
            devices[0]->clock.advance(std::chrono::seconds(90));
            settle(devices);
            CHECK(devices[0]->log.size() == said);
            CHECK(devices[1]->dir.read("settings.json") == before);
            // A person means it: that travels, and the other device keeps a copy.
            edit(*devices[0], "settings.json", shrunk);
            REQUIRE(devices[0]->capture().has_value());
            devices[0]->clock.advance(std::chrono::seconds(90));
            settle(devices);
            const auto files = devices[1]->dir.files();
            const auto left = files.find("settings.json");
            const std::string text = left == files.end() ? std::string() : left->second;
            CHECK(text.find("dark") == std::string::npos);
            CHECK(std::ranges::count(devices[1]->backups, "settings.json") == 1);
        }
    }

    TEST_CASE("secrets stay out of every row and survive what comes") {
        auto devices = make_devices(2);
        edit(*devices[0], "settings.json", R"x({
  "env": { "EDITOR": "vi", "MY_API_KEY": "canary1", "X": "ghp_canary2canary2canary2" },
  "hooks": { "Stop": [ {"hooks": [{"command": "curl -H token=canary3"}]} ] },
  "apiKeyHelper": "canary4",
  "permissions": { "allow": ["Bash(API_TOKEN=canary5 make)", "Read"] }
})x");
        edit(*devices[1], "settings.json", R"({"env": {"MY_API_KEY": "other"}})");
        settle(devices);
        for (const auto& device : devices) {
            CHECK_FALSE(is_anywhere(*device, "canary"));
            CHECK_FALSE(is_anywhere(*device, "other"));
        }
        const std::string there = devices[1]->dir.read("settings.json");
        CHECK(there.find("canary") == std::string::npos);
        CHECK(there.find("\"MY_API_KEY\": \"other\"") != std::string::npos);
        CHECK(there.find("\"EDITOR\": \"vi\"") != std::string::npos);
        CHECK(there.find("Read") != std::string::npos);
        // A value that turns into a secret is no deletion elsewhere.
        std::string text = devices[0]->dir.read("settings.json");
        text.replace(text.find("\"vi\""), 4, "\"ghp_canary6canary6canary6\"");
        edit(*devices[0], "settings.json", text);
        settle(devices);
        CHECK_FALSE(is_anywhere(*devices[0], "canary"));
        CHECK(devices[1]->dir.read("settings.json").find("\"EDITOR\": \"vi\"") !=
              std::string::npos);
        CHECK(devices[0]->dir.read("settings.json").find("canary6") != std::string::npos);
    }

    TEST_CASE("rows for secrets and local keys and whole documents are not written") {
        // The other device knows no rules: it sends everything.
        TreeDevice free(1, std::vector<FileRule>{{"**", FileClass::json}});
        TreeDevice whole(3, std::vector<FileRule>{{"**", FileClass::opaque}});
        TreeDevice device(2, "claude");
        edit(device, "settings.json", R"({"theme": "dark", "installMethod": "mine"})");
        edit(
            free,
            "settings.json",
            R"({"theme": "light", "installMethod": "evil", "env": {"A_TOKEN": "evil", "B": "1"}})");
        edit(whole, "settings.json", R"({"hooks": "evil"})");
        REQUIRE(device.capture().has_value());
        REQUIRE(free.capture().has_value());
        REQUIRE(whole.capture().has_value());
        device.pull(free);
        const auto held = device.project();
        // A name that is a secret by its look never left the other device either.
        REQUIRE(held.size() == 1);
        CHECK(held[0].reason == "settings of this kind stay on each device");
        const std::string text = device.dir.read("settings.json");
        CHECK(text.find("evil") == std::string::npos);
        CHECK(text.find("\"B\": \"1\"") != std::string::npos);
        device.pull(whole);
        device.project();
        CHECK(device.dir.read("settings.json") == text);
    }

    TEST_CASE("a value in place of an object waits and comes when there is room") {
        auto devices = make_devices(2);
        edit(*devices[0], "settings.json", R"({"statusLine": "x"})");
        edit(*devices[1], "settings.json", R"({"statusLine": {"command": "y"}})");
        for (auto& device : devices) REQUIRE(device->capture().has_value());
        devices[0]->pull(*devices[1]);
        devices[1]->pull(*devices[0]);
        CHECK(devices[0]->project().size() == 1);
        CHECK(devices[1]->project().size() == 1);
        CHECK(devices[0]->dir.read("settings.json") == R"({"statusLine": "x"})");
        edit(*devices[0], "settings.json", "{}");
        // A file that shrank is believed when it stays so.
        REQUIRE(devices[0]->capture().has_value());
        devices[0]->clock.advance(std::chrono::seconds(61));
        REQUIRE(devices[0]->capture().has_value());
        CHECK(devices[0]->project().empty());
        CHECK(devices[0]->dir.read("settings.json").find("\"command\": \"y\"") !=
              std::string::npos);
    }

    TEST_CASE("a TOML document merges the same way and projects stay") {
        auto devices = make_devices(2, "codex");
        edit(*devices[0], "config.toml", R"(model = "big" # mine

[tui]
theme = "a"

[projects."/home/left/app"]
trust_level = "trusted"
)");
        edit(*devices[1], "config.toml", R"([projects."/home/right/app"]
trust_level = "trusted"

[tui] # look
animations = true
)");
        settle(devices);
        CHECK(devices[1]->dir.read("config.toml") == R"(model = "big"
[projects."/home/right/app"]
trust_level = "trusted"

[tui] # look
animations = true
theme = "a"
)");
        CHECK(devices[0]->dir.read("config.toml").find("right") == std::string::npos);
        CHECK_FALSE(is_anywhere(*devices[1], "left"));
        edit(*devices[1],
             "config.toml",
             "[projects.\"/home/right/app\"]\ntrust_level = \"trusted\"\n");
        settle(devices);
        CHECK(devices[0]->dir.read("config.toml") == R"(
[projects."/home/left/app"]
trust_level = "trusted"
)");
    }

    TEST_CASE("a key reads back as it was captured") {
        TreeDevice device(1, "claude");
        edit(device, "settings.json", kLeft);
        REQUIRE(device.capture().has_value());
        const CollectionId keys = device.ids.collection("home", "keys");
        std::size_t count = 0;
        for (const auto& [id, row] : device.rows) {
            if (id.first != keys) continue;
            const auto key = device.find_key(id.first, id.second);
            auto read = device.tree.read(keys, **key, device);
            REQUIRE(read.has_value());
            CHECK(read->is_present);
            CHECK(read->sid == id.second);
            CHECK(read->columns.size() == 3);
            ++count;
        }
        CHECK(count == 3);
        device.dir.write("settings.json", "{ }");
        const Bytes key = device.take_new_ops().empty() ? Bytes{} : Bytes{1};
        for (const auto& [id, row] : device.rows)
            if (id.first == keys)
                CHECK_FALSE(
                    device.tree.read(keys, **device.find_key(keys, id.second), device).has_value());
        CHECK_FALSE(device.tree.read(keys, key, device).has_value());
    }
}

}  // namespace satchel::sources::test
