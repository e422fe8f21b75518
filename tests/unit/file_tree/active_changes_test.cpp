// What a copy that is put back would let run.
#include "tests/unit/file_tree/tree_device.h"

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE("file_tree/active_changes") {
    TEST_CASE("settings are compared value by value and only those that can run code count") {
        const TreeDevice device(1, "claude");
        const auto changes = [&](std::string_view before, std::string_view after) {
            return device.tree.active_changes("settings.json", before, after, false);
        };
        const std::string_view hook = R"({"theme": "dark", "hooks": {"Stop": [{"command": "a"}]}})";
        CHECK(changes(hook, hook).empty());
        CHECK(changes(hook, R"({"hooks": {"Stop": [{"command":"a"}]}, "theme": "light"})").empty());
        CHECK(changes(R"({"theme": "dark"})", hook) == Names{"hooks.Stop"});
        CHECK(changes("", hook) == Names{"hooks.Stop"});
        CHECK(changes(hook, R"({"theme": "dark"})") == Names{"hooks.Stop"});
        CHECK(changes(hook, R"({"hooks": {"Stop": [{"command": "b"}]}})") == Names{"hooks.Stop"});
        CHECK(changes("", R"({"apiKeyHelper": "/bin/x"})") == Names{"apiKeyHelper"});
        CHECK(changes(hook, "{ what is this").size() == 1);
        CHECK(changes("{ what is this", hook) == Names{"hooks.Stop"});
        CHECK(device.tree.active_changes("settings.json", hook, std::nullopt, false).size() == 1);
    }

    TEST_CASE("settings in TOML are compared alike") {
        const TreeDevice device(1, "codex");
        CHECK(device.tree.active_changes(
                  "config.toml", "model = 'a'\n", "model = 'a'\nnotify = ['x']\n", false) ==
              Names{"notify"});
        CHECK(device.tree
                  .active_changes(
                      "config.toml", "notify = [\"x\"]\n", "notify = ['x'] # same\n", false)
                  .empty());
    }

    TEST_CASE("files are told by their mode and their text") {
        const TreeDevice device(1, "claude");
        const auto changes =
            [&](const char* path, std::optional<std::string_view> after, bool is_executable) {
                return !device.tree.active_changes(path, "before", after, is_executable).empty();
            };
        CHECK_FALSE(changes("agents/a.md", "just words", false));
        CHECK_FALSE(changes("agents/a.md", "before", true));  // as it is here
        CHECK(changes("agents/a.md", "just words", true));
        CHECK(changes("agents/a.md", "---\nhooks: x\n---\n", false));
        CHECK(changes("agents/a.md", std::nullopt, false));
        CHECK_FALSE(changes("projects/p/s.jsonl", std::nullopt, false));
    }
}

}  // namespace satchel::sources::test
