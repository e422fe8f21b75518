// Settings documents and approvals over whole replicas.
#include "daemon/engine/conflicts.h"
#include "daemon/store/rows.h"
#include "tests/unit/engine/tree_replica.h"

#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>

namespace satchel::engine {

namespace {

namespace fs = std::filesystem;

/// Rules that take settings as they come, so that merging is seen without approvals.
std::vector<sources::FileRule> calm_rules() {
    auto rules = sources::profile_rules("claude");
    for (sources::FileRule& rule : rules) {
        rule.approval = sources::Approval::none;
        rule.keys.active.clear();
    }
    return rules;
}

/// Rules of a device that sends whatever it has: an attacker, or an older version.
std::vector<sources::FileRule> free_rules() {
    using enum sources::FileClass;
    return {{"settings.json", json}, {"**.toml", toml}, {"**", opaque}};
}

/// Settings with something in the way of running code.
constexpr std::string_view kProtected = R"x({"theme": "dark", "hooks": {"Stop": []},
    "permissions": {"deny": ["Bash(rm)"]}, "env": {"A": "b"}})x";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::vector<store::Parked> parked(TreeReplica& device) {
    return store::list_parked(*device.database, 1'000).value();
}

}  // namespace

TEST_SUITE("engine/documents") {
    TEST_CASE("settings of two replicas merge key by key and keep their look") {
        Workspace workspace(2);
        TreeReplica left(workspace, 0, "claude", calm_rules());
        TreeReplica right(workspace, 1, "claude", calm_rules());
        left.edit("settings.json",
                  "{\n  // mine\n  \"theme\": \"dark\",\n  \"model\": \"big\"\n}\n");
        left.send({&right});
        CHECK(has(right.read("settings.json"), "\"model\": \"big\""));
        right.edit("settings.json",
                   "{\"theme\": \"dark\", \"model\": \"small\", \"permissions\": {\"allow\": "
                   "[\"Read\"]}} // right\n");
        left.edit("settings.json",
                  "{\n  // mine\n  \"theme\": \"light\",\n  \"model\": \"big\",\n  "
                  "\"permissions\": {\n    \"allow\": [\n      \"Write\"\n    ]\n  }\n}\n");
        left.capture();
        right.capture();
        left.send({&right});
        right.send({&left});
        CHECK(right.read("settings.json") ==
              "{\"theme\": \"light\", \"model\": \"small\", \"permissions\": {\"allow\": "
              "[\"Read\", \"Write\"]}} // right\n");
        CHECK(left.read("settings.json") ==
              "{\n  // mine\n  \"theme\": \"light\",\n  \"model\": \"small\",\n  "
              "\"permissions\": {\n    \"allow\": [\n      \"Write\",\n      \"Read\"\n    ]\n  "
              "}\n}\n");
        CHECK(left.count_conflicts() == 0);
        CHECK(left.backups == std::vector<std::string>{"settings.json"});
        left.look();
        CHECK(left.capture().captured == 0);
        right.look();
        CHECK(right.capture().captured == 0);
        SUBCASE("a removed key goes") {
            left.edit("settings.json", "{\"theme\": \"light\"}");
            left.send({&right});
            CHECK(right.read("settings.json") == "{\"theme\": \"light\"} // right\n");
        }
    }

    TEST_CASE("the same key on both is one conflict with both values and can be resolved") {
        Workspace workspace(2);
        TreeReplica left(workspace, 0, "claude");
        TreeReplica right(workspace, 1, "claude");
        left.edit("settings.json", "{\"theme\": \"dark\"}");
        left.send({&right});
        left.edit("settings.json", "{\"theme\": \"red\"}");
        right.edit("settings.json", "{\"theme\": \"blue\"}");
        left.capture();
        right.capture();
        left.send({&right});
        right.send({&left});
        CHECK(left.read("settings.json") == right.read("settings.json"));
        for (TreeReplica* device : {&left, &right}) {
            const auto conflicts = list_conflicts(device->replica, "", 10).value();
            REQUIRE(conflicts.size() == 1);
            CHECK(conflicts[0].item == "settings.json: theme");
            REQUIRE(conflicts[0].versions.size() == 2);
        }
        const auto conflict = list_conflicts(left.replica, "", 10).value()[0];
        REQUIRE(resolve_conflict(left.replica, conflict, {2, false, {}}).has_value());
        left.send({&right});
        CHECK(left.read("settings.json") == right.read("settings.json"));
        CHECK(list_conflicts(right.replica, "", 10).value().empty());
    }

    TEST_CASE("what arrives for a secret or local key is held with a reason") {
        Workspace workspace(2);
        TreeReplica sender(workspace, 0, "", {{"settings.json", sources::FileClass::json}});
        TreeReplica device(workspace, 1, "claude");
        device.edit("settings.json", "{\"installMethod\": \"mine\"}");
        device.capture();
        sender.edit("settings.json", "{\"installMethod\": \"evil\", \"theme\": \"dark\"}");
        sender.send({&device});
        CHECK(device.read("settings.json") == "{\"installMethod\": \"mine\", \"theme\": \"dark\"}");
        REQUIRE(parked(device).size() == 1);
        CHECK(parked(device)[0].reason == "settings of this kind stay on each device");
        CHECK(device.waiting().empty());
    }
}

TEST_SUITE("engine/approvals") {
    TEST_CASE("what can run code waits and comes with a person's word") {
        Workspace workspace(2);
        TreeReplica left(workspace, 0, "claude");
        TreeReplica right(workspace, 1, "claude");
        left.edit("settings.json",
                  R"({"theme": "dark", "hooks": {"Stop": [{"hooks": [{"command": "x"}]}]}})");
        left.send({&right});
        CHECK(has(right.read("settings.json"), "dark"));
        CHECK_FALSE(has(right.read("settings.json"), "command"));
        auto waiting = right.waiting();
        REQUIRE(waiting.size() == 1);
        CHECK(waiting[0].item == "settings.json: hooks.Stop {\"hooks\":[{\"command\":\"x\"}]}");
        CHECK(waiting[0].device == "zero");
        const WaitingChange change =
            find_waiting_change(right.replica, waiting[0].id.substr(0, 6)).value();
        CHECK(change.before.empty());
        CHECK(change.after == R"({"hooks":[{"command":"x"}]})");
        SUBCASE("it is approved") {
            REQUIRE(approve_change(right.replica, change).has_value());
            CHECK(has(right.read("settings.json"), "\"command\": \"x\""));
            CHECK(right.waiting().empty());
            CHECK_FALSE(find_waiting_change(right.replica, change.id).has_value());
            // Taking it away is a change of its own.
            left.edit("settings.json", R"({"theme": "dark"})");
            left.send({&right});
            CHECK(has(right.read("settings.json"), "command"));
            waiting = right.waiting();
            REQUIRE(waiting.size() == 1);
            CHECK(waiting[0].is_removal);
            const auto removal = find_waiting_change(right.replica, waiting[0].id).value();
            CHECK(has(removal.before, "command"));
            REQUIRE(approve_change(right.replica, removal).has_value());
            CHECK_FALSE(has(right.read("settings.json"), "command"));
        }
        SUBCASE("other content needs another word") {
            left.edit("settings.json",
                      R"({"theme": "dark", "hooks": {"Stop": [{"hooks": [{"command": "y"}]}]}})");
            left.send({&right});
            const Status stale = approve_change(right.replica, change);
            CHECK_FALSE(stale.has_value());
            CHECK_FALSE(has(right.read("settings.json"), "command"));
            REQUIRE(right.waiting().size() == 1);
            CHECK(right.waiting()[0].id != change.id);
        }
        SUBCASE("it never comes by itself") {
            for (int i = 0; i < 5; ++i) {
                right.look();
                right.capture();
                right.replica.show_waiting().value();
            }
            CHECK_FALSE(has(right.read("settings.json"), "command"));
        }
        CHECK(left.waiting().empty());
    }

    TEST_CASE("an approval is bound to the device that wrote the change") {
        Workspace workspace(3);
        TreeReplica first(workspace, 0, "claude");
        TreeReplica second(workspace, 1, "claude");
        TreeReplica device(workspace, 2, "claude");
        first.edit("settings.json", R"({"env": {"EDITOR": "vi"}})");
        first.send({&device});
        const auto change = find_waiting_change(device.replica, device.waiting()[0].id).value();
        REQUIRE(approve_change(device.replica, change).has_value());
        CHECK(has(device.read("settings.json"), "vi"));
        device.edit("settings.json", R"({"env": {"EDITOR": "nano"}})");
        device.send({&second});
        second.edit("settings.json", R"({"env": {"EDITOR": "vi"}})");
        second.send({&device});
        CHECK(has(device.read("settings.json"), "nano"));
        REQUIRE(device.waiting().size() == 1);
        CHECK(device.waiting()[0].id != change.id);
    }

    TEST_CASE("a policy that prefers others does not stand for a person's word") {
        Workspace workspace(2);
        TreeReplica left(workspace, 0, "claude");
        TreeReplica right(workspace, 1, "claude");
        left.edit("settings.json", R"({"env": {"EDITOR": "mine"}})");
        right.edit("settings.json", R"({"env": {"EDITOR": "evil"}})");
        SourceSlot& slot = *left.replica.find_slot("home");
        slot.policies.all = Policy::prefer_remote;
        left.capture();
        right.capture();
        right.send({&left});
        left.capture();
        left.replica.apply_received(kNeverStop).value();
        left.replica.show_waiting().value();
        CHECK(has(left.read("settings.json"), "mine"));
    }

    TEST_CASE("no file that can run code comes without approval") {
        struct FileCase {
            std::string path;
            std::string text;
            bool is_executable = false;
        };

        const std::vector<FileCase> files = {
            {"hooks/stop.sh", "SENTINEL"},
            {"hooks/readme.md", "SENTINEL"},
            {"skills/x/run.py", "SENTINEL"},
            {"skills/x/SKILL.md", "---\nhooks:\n  Stop: SENTINEL\n---\n"},
            {"skills/x/SKILL.md", "run !`SENTINEL` now\n"},
            {"skills/x/SKILL.MD", "SENTINEL"},
            {"skills/x/SKILL.md", "---\nallowed-tools: SENTINEL\n---\n"},
            {"skills/x/y.md", "SENTINEL", true},
            {"commands/x.md", "!`SENTINEL`\n"},
            {"commands/x.sh", "SENTINEL"},
            {"agents/x.md", "---\nmcpServers:\n  - SENTINEL\n---\n"},
            {"agents/x.md", "---\n\"Hooks\": SENTINEL\n---\n"},
            {"agents/x.md", "---\n\"h\\u006foks\": SENTINEL\n---\n"},
            {"agents/x.md", "\xEF\xBB\xBF\r\n---\r\n{hooks: SENTINEL}\r\n---\r\n"},
            {"agents/x.md", "---\nname: x\n? hooks\n: SENTINEL\n---\n"},
            {"agents/x.md", "---\nname: x\nSENTINEL"},
            {"agents/x.md", "---\n  hooks: SENTINEL\n---\n"},
            {"agents/x.md", "---\nname: x\rhooks: SENTINEL\n---\n"},
            {"agents/x.md", "---\nname: x\xE2\x80\xA8hooks: SENTINEL\n---\n"},
            {"agents/x.json", "SENTINEL"},
            {"workflows/x.js", "SENTINEL"},
            {"scheduled-tasks/x/SKILL.md", "SENTINEL"},
            {"output-styles/x.md", "---\nhooks: SENTINEL\n---\n"},
            {"CLAUDE.md", "SENTINEL", true},
            {"plans/x.md", "SENTINEL", true},
            {"Settings.json", "{\"hooks\": \"SENTINEL\"}"},
            {"settings.local.json", "{\"hooks\": \"SENTINEL\"}"},
            {".mcp.json", "SENTINEL"},
            {".claude.json", "SENTINEL"},
            {"plugins/x/hooks/hooks.json", "SENTINEL"},
            {"managed-settings.json", "SENTINEL"},
            {"shell-snapshots/x.sh", "SENTINEL"},
        };
        Workspace workspace(3);
        std::size_t tried = 0;
        const auto check_nothing = [&](TreeReplica& device, const std::string& what) {
            INFO(what);
            device.look();
            device.capture();
            device.replica.show_waiting().value();
            for (const auto& entry : fs::recursive_directory_iterator(device.dir.path()))
                if (entry.is_regular_file())
                    CHECK_FALSE(
                        has(device.dir.read(fs::relative(entry.path(), device.dir.path()).string()),
                            "SENTINEL"));
            ++tried;
        };
        for (const bool is_free : {true, false}) {
            for (const bool has_settings : {false, true}) {
                TreeReplica sender(workspace,
                                   0,
                                   "claude",
                                   is_free ? free_rules() : std::vector<sources::FileRule>{});
                TreeReplica device(workspace, 1, "claude");
                if (has_settings) {
                    device.edit("settings.json", std::string(kProtected));
                    device.send({&sender});
                    // What keeps code from running is not taken away either.
                    sender.edit("settings.json", R"({"verbose": true})");
                    sender.send({&device});
                    CHECK(has(device.read("settings.json"), "Bash(rm)"));
                    CHECK(has(device.read("settings.json"), "verbose"));
                }
                for (const FileCase& one : files) {
                    sender.edit(one.path, one.text);
                    if (one.is_executable)
                        fs::permissions(sender.dir / one.path, fs::perms::owner_all);
                    sender.send({&device});
                    check_nothing(device, one.path);
                    fs::remove(sender.dir / one.path);
                }
                // A whole document under another class.
                TreeReplica whole(workspace, 2, "", {{"**", sources::FileClass::opaque}});
                whole.edit("settings.json", "{\"hooks\": \"SENTINEL\"}");
                whole.send({&device});
                check_nothing(device, "opaque settings");
            }
        }

        MESSAGE(tried << " files tried, 0 applied without approval");
    }

    TEST_CASE("a harmless file of a skill comes at once and its script when approved") {
        Workspace workspace(2);
        TreeReplica left(workspace, 0, "claude");
        TreeReplica right(workspace, 1, "claude");
        left.edit("skills/x/SKILL.md", "# How to\nRead the file.\n");
        left.edit("skills/x/run.sh", "echo one\n");
        left.send({&right});
        CHECK(right.read("skills/x/SKILL.md") == left.read("skills/x/SKILL.md"));
        CHECK(right.read("skills/x/run.sh").empty());
        auto waiting = right.waiting();
        REQUIRE(waiting.size() == 1);
        CHECK(waiting[0].item == "skills/x/run.sh");
        auto change = find_waiting_change(right.replica, waiting[0].id).value();
        CHECK(change.after == "echo one\n");
        REQUIRE(approve_change(right.replica, change).has_value());
        CHECK(right.read("skills/x/run.sh") == "echo one\n");
        left.edit("skills/x/run.sh", "echo two\n");
        left.send({&right});
        CHECK(right.read("skills/x/run.sh") == "echo one\n");
        change = find_waiting_change(right.replica, right.waiting()[0].id).value();
        CHECK(change.before == "echo one\n");
        CHECK(change.after == "echo two\n");
        // What this device writes itself needs no word, and the other gets to decide.
        right.edit("skills/x/run.sh", "echo three\n");
        right.send({&left});
        CHECK(left.read("skills/x/run.sh") == "echo two\n");
        CHECK(left.waiting().size() == 1);
    }
}

}  // namespace satchel::engine
