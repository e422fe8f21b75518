// What the shipped rules say of single settings.
#include "daemon/sources/file_tree/file_class.h"

#include <doctest/doctest.h>

namespace satchel::sources {

namespace {

/// The rules for `path` in a shipped profile.
KeyRules shipped_keys(std::string_view profile, std::string_view path) {
    const auto rules = profile_rules(profile);
    const FileRule* rule = find_rule(path, rules);
    REQUIRE(rule != nullptr);
    return rule->keys;
}

struct Case {
    std::string_view pointer;
    std::string_view value;
    KeyFate fate;
};

void check(const KeyRules& rules, std::initializer_list<Case> cases) {
    for (const Case& one : cases) {
        INFO(one.pointer, " ", one.value);
        CHECK(fate_of(rules, {}, one.pointer, one.value) == one.fate);
    }
}

}  // namespace

TEST_SUITE("file_tree/key_rules") {
    TEST_CASE("settings of Claude travel unless they are secret or local") {
        using enum KeyFate;
        check(shipped_keys("claude", "settings.json"),
              {
                  {"/theme", R"("dark")", travels},
                  {"/env/EDITOR", R"("vi")", travels},
                  {"/env/MAX_THINKING_TOKENS", R"("1000")", travels},
                  {"/env/CLAUDE_CODE_MAX_OUTPUT_TOKENS", R"("1000")", travels},
                  {"/permissions/deny", R"x("Read(./.env)")x", travels},
                  {"/permissions/allow", R"x("WebFetch(domain:docs.rs)")x", travels},
                  {"/hooks/Stop", R"({"hooks":[{"command":"~/.claude/hooks/x.sh"}]})", travels},
                  {"/statusLine/command", R"("npx status https://example.org/x")", travels},
                  {"/env/ANTHROPIC_API_KEY", R"("x")", secret},
                  {"/env/AWS_PROFILE", R"("work")", secret},
                  {"/env/ANTHROPIC_CUSTOM_HEADERS", R"("a: b")", secret},
                  {"/env/GREETING", R"("ghp_0123456789abcdef0123")", secret},
                  {"/mcpServers/x/env/HOME_PAGE", R"("y")", secret},
                  {"/mcpServers/x/args", R"(["--token","abc"])", secret},
                  {"/mcpServers/x/args", R"(["--token=abc"])", secret},
                  {"/hooks/Stop", R"({"hooks":[{"command":"x","password":"hunter2"}]})", secret},
                  {"/apiKeyHelper", R"("get-key")", local},
                  {"/permissions/additionalDirectories", R"("/srv/data")", local},
                  {"/permissions/allow", R"x("Read(//srv/data/**)")x", local},
                  {"/hooks/Stop", R"({"hooks":[{"command":"C:\\tools\\x.exe"}]})", local},
              });
    }

    TEST_CASE("settings of Codex travel unless they are secret or local") {
        using enum KeyFate;
        check(shipped_keys("codex", "config.toml"),
              {
                  {"/model", R"("big")", travels},
                  {"/model_auto_compact_token_limit", "1000", travels},
                  {"/mcp_servers/docs/command", R"("npx")", travels},
                  {"/projects/~1home~1u~1x/trust_level", R"("trusted")", local},
                  {"/notify", R"(["notify-send"])", local},
                  {"/mcp_servers/docs/command", R"("/opt/x")", local},
                  {"/mcp_servers/docs/env/PLAIN", R"("x")", secret},
                  {"/model_providers/p/http_headers/X", R"("y")", secret},
                  {"/model_providers/p/query_params/a", R"("b")", secret},
                  {"/shell_environment_policy/set/A", R"("b")", secret},
                  {"/otel/exporter/otlp-http/headers/x", R"("b")", secret},
              });
    }

    TEST_CASE("a person's word on a name counts more than its look") {
        const KeyRules rules = shipped_keys("claude", "settings.json");
        const SecretExceptions words{{"env.my_token"}, {"theme"}};
        CHECK(fate_of(rules, words, "/env/MY_TOKEN", R"("x")") == KeyFate::travels);
        CHECK(fate_of(rules, words, "/theme", R"("dark")") == KeyFate::secret);
    }

    TEST_CASE("whatever is not known to be harmless can run code") {
        const KeyRules rules = shipped_keys("claude", "settings.json");
        CHECK_FALSE(is_active(rules, "/theme", R"("dark")"));
        for (const std::string_view pointer : {"/hooks/Stop",
                                               "/Theme",
                                               "/theme/command",
                                               "/env/EDITOR",
                                               "/permissions/deny",
                                               "/__proto__/theme",
                                               "/themes",
                                               "/newThing",
                                               "/statusLine/command",
                                               ""}) {
            INFO(pointer);
            CHECK(is_active(rules, pointer, R"("dark")") == !pointer.empty());
        }
        CHECK(is_active(rules, "/theme", R"({"command":"x"})"));
        CHECK(is_active(rules, "/theme", R"(["x"])"));
        CHECK_FALSE(is_active(KeyRules{}, "/hooks/Stop", R"("x")"));
    }
}

}  // namespace satchel::sources
