// Profiles as text: what is taken, what is refused and how that is said; a person's own files.
#include "daemon/profiles/profile.h"

#include "tests/support/result_text.h"
#include "tests/support/temp_dir.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

namespace satchel::profiles {

namespace {

std::string with_rule(const std::string& rule) {
    return R"({"profile": "own", "title": "Own", "rules": [)" + rule + "]}";
}

}  // namespace

TEST_SUITE("profiles/profile") {
    TEST_CASE("every shipped profile is well formed and says why what stays stays") {
        for (const ShippedText& shipped : shipped_texts()) {
            CAPTURE(shipped.name);
            const auto profile = parse_profile(shipped.text, shipped.name);
            REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
            CHECK(profile->name == shipped.name);
            for (const Rule& rule : profile->rules) {
                CAPTURE(rule.pattern);
                CHECK_FALSE(rule.why.empty());
            }
            CHECK(profile->rules.back().pattern == "**");
        }
    }

    TEST_CASE("a rule with everything is read") {
        const auto profile = parse_profile(
            R"({"profile": "own", "title": "Own", "processes": ["own", "/bin/own"],
                "roots": [{"variable": "OWN_HOME", "folder": "x"}, {"home": ".own/*"}],
                "outside": [{"path": "~/.own.json", "why": "tokens"}],
                "rules": [{"pattern": "s.json", "class": "json", "why": "settings",
                           "deletes": "stay", "gate": "closed", "approve": "scripts",
                           "keys": {"local": ["/a"], "secret": ["/b/*"], "sets": ["/c"],
                                    "active": ["/d"], "travel": ["/e"], "paths": ["/f"],
                                    "harmless": ["/g"], "whole": ["/h/*"]}}]})",
            "own.json");
        REQUIRE(profile);
        CHECK(profile->roots == std::vector<Root>{{"OWN_HOME", "x"}, {"", ".own/*"}});
        CHECK(profile->processes == std::vector<std::string>{"own", "/bin/own"});
        CHECK(profile->outside == std::vector<Outside>{{"~/.own.json", "tokens"}});
        const KeyLists keys{{"/e"}, {"/a"}, {"/f"}, {"/b/*"}, {"/c"}, {"/d"}, {"/g"}, {"/h/*"}};
        const Rule rule{"s.json", "json", "settings", true, true, Approve::scripts, keys};
        CHECK(profile->rules == std::vector<Rule>{rule});
        CHECK(profile->is_walked);
    }

    TEST_CASE("a profile that is not walked names its files") {
        const auto profile = parse_profile(
            R"({"profile": "own", "title": "Own", "walk": "never", "with": ["tree"],
                "roots": [{"home": "."}],
                "rules": [{"pattern": "x", "class": "never"}, {"pattern": "a", "class": "opaque"},
                          {"pattern": "b/c.json", "class": "json"},
                          {"pattern": "**", "class": "never"}]})",
            "own.json");
        REQUIRE(profile);
        CHECK_FALSE(profile->is_walked);
        CHECK(profile->roots == std::vector<Root>{{"", "."}});
        CHECK(profile->with == std::vector<std::string>{"tree"});
        CHECK(named_files(*profile) == std::vector<std::string>{"a", "b/c.json"});
    }

    TEST_CASE("what is wrong is refused by name") {
        struct Mistake {
            std::string text;
            std::string_view message;
        };

        const std::vector<Mistake> mistakes = {
            {"[]", "own.json: it must be an object"},
            {R"({"title": "t"})", "own.json: 'profile' is missing"},
            {R"({"profile": "own", "title": "Own"})", "own.json: it has no rules"},
            {R"({"profile": "own", "title": "Own", "rulez": []})",
             "own.json: unknown key 'rulez'; did you mean 'rules'?"},
            {with_rule(R"({"pattern": "a", "class": "opague"})"),
             "own.json: rule 1: unknown class 'opague'; did you mean 'opaque'?"},
            {with_rule(R"({"pattern": "a", "class": "lines", "approve": "alway"})"),
             "own.json: rule 1: unknown word for 'approve' 'alway'; did you mean 'always'?"},
            {with_rule(R"({"pattern": "a"})"), "own.json: rule 1: 'class' is missing"},
            {with_rule(R"({"pattern": "a", "class": "lines", "delete": "stay"})"),
             "own.json: rule 1: unknown key 'delete'; did you mean 'deletes'?"},
            {with_rule(R"({"pattern": "a", "class": "lines", "deletes": "stays"})"),
             "own.json: rule 1: unknown word for 'deletes' 'stays'; did you mean 'stay'?"},
            {R"({"profile": "own", "extends": "claud", "rules": []})",
             "own.json: unknown profile to extend 'claud'; did you mean 'claude'?"},
            {R"({"profile": "own", "extends": "claude",
                 "rules": [{"pattern": "plans/**"}, {"pattern": "tasks/**", "clas": "lines"}]})",
             "own.json: rule 2: unknown key 'clas'; did you mean 'class'?"},
            {R"({"profile": "own", "extends": "claude", "rules": [{"pattern": "new/**"}]})",
             "own.json: rule 1: 'class' is missing"},
            {R"({"profile": "own", "extends": "claude", "rules": [{"class": "never"}]})",
             "own.json: rule 1: 'pattern' is missing"},
            {R"({"profile": "own", "extends": "claude", "rules": 1})",
             "own.json: 'rules' must be a list"},
            {R"({"profile": "own", "extends": "claude",
                 "rules": [{"pattern": "plans/**", "add": {"local": ["/a"]}}]})",
             "own.json: rule 1: 'keys' are for the classes json and toml"},
            {with_rule(R"({"pattern": "../a", "class": "lines"})"),
             "own.json: rule 1: the pattern '../a' must be a path below the root"},
            {with_rule(R"({"pattern": "/a", "class": "lines"})"),
             "own.json: rule 1: the pattern '/a' must be a path below the root"},
            {with_rule(R"({"pattern": "a", "class": "lines", "keys": {"local": ["/x"]}})"),
             "own.json: rule 1: 'keys' are for the classes json and toml"},
            {with_rule(R"({"pattern": "a", "class": "json", "keys": {"local": ["x"]}})"),
             "own.json: rule 1: 'keys': 'x' must begin with a slash"},
            {with_rule(R"({"pattern": "", "class": "json"})"),
             "own.json: rule 1: 'pattern': it must be 1 to 400 printable characters"},
            {R"({"profile": "own", "title": "Own", "roots": [{"home": "a/*/b"}], "rules": []})",
             "own.json: root 1: '*' may only be the last part of 'a/*/b'"},
            {R"({"profile": "own", "title": "Own", "roots": [{"home": "a", "variable": "V"}]})",
             "own.json: root 1: give either 'home', or 'variable' with or without 'folder'"},
            {R"({"profile": "own", "title": "Own", "walk": "never",
                 "rules": [{"pattern": "a*", "class": "opaque"}]})",
             "own.json: a folder that is not walked has no 'a*'; name the files"},
            {R"({"profile": "own", "title": "Own", "roots": [{"home": ".."}]})",
             "own.json: root 1: '..' must be a relative path"},
            {R"({"profile": "own", "title": "Own", "roots": [{}]})",
             "own.json: root 1: give either 'home', or 'variable' with or without 'folder'"},
        };
        for (const Mistake& mistake : mistakes) {
            CAPTURE(mistake.text);
            const auto profile = parse_profile(mistake.text, "own.json");
            REQUIRE_FALSE(profile);
            CHECK(profile.error().code == ErrorCode::bad_config);
            CHECK(profile.error().message == mistake.message);
            CHECK_FALSE(profile.error().hint.empty());
        }
        CHECK_FALSE(parse_profile("{\"profile\": ", "own.json"));
        CHECK_FALSE(parse_profile(R"({"profile": "a", "profile": "b"})", "own.json"));
    }

    TEST_CASE("a person's own file takes the place of a shipped profile") {
        const support::TempDir dir;
        CHECK(load_profile("claude", {dir.path()})->title == "Claude Code");
        const auto file = dir.write("claude.json",
                                    R"({"profile": "claude", "title": "Mine",
                                        "rules": [{"pattern": "**", "class": "never"}]})");
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        CHECK(load_profile("claude", {dir.path()})->title == "Mine");
        std::filesystem::permissions(file, std::filesystem::perms(0666));
        CHECK(load_profile("claude", {dir.path()}).error().code == ErrorCode::refused);
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        dir.write("claude.json", "{");
        CHECK(load_profile("claude", {dir.path()}).error().code == ErrorCode::bad_config);
    }

    TEST_CASE("a person's file changes a shipped profile key by key") {
        const auto shipped = find_shipped("claude");
        const auto own = parse_profile(R"({"profile": "claude", "extends": "claude",
            "processes": ["claude", "my-claude"],
            "rules": [
              {"pattern": "drafts/**", "class": "lines", "why": "mine"},
              {"pattern": "plans/**", "deletes": "travel"},
              {"pattern": "memory.md", "class": "opaque"},
              {"pattern": "settings.json", "gate": "open",
               "keys": {"harmless": ["/theme"]}, "add": {"local": ["/model"]}}
            ]})",
                                       "claude.json");
        REQUIRE(shipped);
        REQUIRE(own);
        CHECK(own->title == shipped->title);
        CHECK(own->roots == shipped->roots);
        CHECK(own->with == shipped->with);
        CHECK(own->processes == std::vector<std::string>{"claude", "my-claude"});
        REQUIRE(own->rules.size() == shipped->rules.size() + 2);
        CHECK(own->rules[0].pattern == "drafts/**");
        CHECK(own->rules[1].pattern == "memory.md");
        for (std::size_t i = 0; i < shipped->rules.size(); ++i) {
            Rule wanted = shipped->rules[i];
            if (wanted.pattern == "plans/**") wanted.keeps_deleted = false;
            if (wanted.pattern == "settings.json") {
                wanted.waits_for_closed = false;
                wanted.keys.harmless = {"/theme"};
                wanted.keys.local.emplace_back("/model");
            }
            CAPTURE(wanted.pattern);
            CHECK(own->rules[i + 2] == wanted);
        }
    }

    TEST_CASE("an exception holds on the device it names and on no other") {
        const std::string_view text = R"({"profile": "claude", "extends": "claude",
            "rules": [{"pattern": "drafts/**", "class": "lines"}],
            "devices": {
              "laptop": {
                "rules": [
                  {"pattern": "projects/-home-me-app/**", "class": "never", "why": "not here"},
                  {"pattern": "plans/**", "deletes": "travel"},
                  {"pattern": "drafts/**", "class": "never"},
                  {"pattern": "settings.json", "add": {"local": ["/model"]}}
                ],
                "roots": [{"home": "work/.claude"}]
              },
              "Arbeit \u00fc": {"processes": ["other"]}
            }})";
        const auto everywhere = parse_profile(text, "claude.json");
        const auto desktop = parse_profile(text, "claude.json", "desktop");
        const auto laptop = parse_profile(text, "claude.json", "laptop");
        const auto work = parse_profile(text, "claude.json", "Arbeit \xc3\xbc");
        REQUIRE(everywhere);
        REQUIRE(desktop);
        REQUIRE(laptop);
        REQUIRE(work);
        CHECK(*desktop == *everywhere);
        CHECK(everywhere->rules[0].pattern == "drafts/**");
        CHECK(work->processes == std::vector<std::string>{"other"});
        CHECK(work->rules == everywhere->rules);
        CHECK(laptop->processes == everywhere->processes);
        CHECK(laptop->roots == std::vector<Root>{{"", "work/.claude"}});
        REQUIRE(laptop->rules.size() == everywhere->rules.size() + 1);
        CHECK(laptop->rules[0].pattern == "projects/-home-me-app/**");
        CHECK(laptop->rules[0].file_class == "never");
        for (std::size_t i = 0; i < everywhere->rules.size(); ++i) {
            Rule wanted = everywhere->rules[i];
            if (wanted.pattern == "plans/**") wanted.keeps_deleted = false;
            if (wanted.pattern == "drafts/**") wanted.file_class = "never";
            if (wanted.pattern == "settings.json") wanted.keys.local.emplace_back("/model");
            CAPTURE(wanted.pattern);
            CHECK(laptop->rules[i + 1] == wanted);
        }
        const support::TempDir dir;
        const auto file = dir.write("claude.json", text);
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        CHECK(*load_profile("claude", {dir.path(), "laptop"}) == *laptop);
        CHECK(*load_profile("claude", {dir.path(), "desktop"}) == *everywhere);
    }

    TEST_CASE("a whole profile has exceptions as well") {
        const std::string_view text = R"({"profile": "mine", "title": "Mine",
            "rules": [{"pattern": "**", "class": "opaque"}],
            "devices": {"laptop": {"rules": [{"pattern": "**", "class": "lines"}]}}})";
        CHECK(parse_profile(text, "mine.json")->rules[0].file_class == "opaque");
        CHECK(parse_profile(text, "mine.json", "laptop")->rules[0].file_class == "lines");
    }

    TEST_CASE("a mistake in an exception is told on every device") {
        struct Mistake {
            std::string devices;
            std::string told;
        };

        const std::vector<Mistake> mistakes = {
            {R"([])", "'devices' must be an object"},
            {R"({"laptop": []})", "device 'laptop': it must be an object"},
            {R"({"": {}})", "device ''"},
            {R"({"laptop": {"rulse": []}})", "device 'laptop': unknown key 'rulse'"},
            {R"({"laptop": {"profile": "x"}})", "device 'laptop': unknown key 'profile'"},
            {R"({"laptop": {"extends": "codex"}})", "unknown key 'extends'"},
            {R"({"laptop": {"devices": {}}})", "unknown key 'devices'"},
            {R"({"laptop": {"rules": [{"class": "never"}]}})", "rule 1: 'pattern' is missing"},
            {R"({"laptop": {"rules": [{"pattern": "../x", "class": "never"}]}})",
             "device 'laptop': rule 1: the pattern"},
            {R"({"a\u001bb": {"rules": 1}})", "'rules' must be a list"},
        };
        for (const Mistake& mistake : mistakes) {
            CAPTURE(mistake.devices);
            const std::string text =
                R"({"profile": "claude", "extends": "claude", "devices": )" + mistake.devices + "}";
            for (const char* device : {"", "laptop", "desktop"}) {
                const auto profile = parse_profile(text, "claude.json", device);
                REQUIRE_FALSE(profile);
                CHECK(profile.error().code == ErrorCode::bad_config);
                CHECK(profile.error().message.find(mistake.told) != std::string::npos);
                CHECK(profile.error().message.find('\x1b') == std::string::npos);
            }
        }
    }

    TEST_CASE("a profile of a person's own is listed and bears its name") {
        const support::TempDir dir;
        const auto file = dir.write("mine.json",
                                    R"({"profile": "other", "title": "Mine",
                                        "rules": [{"pattern": "**", "class": "opaque"}]})");
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        CHECK(list_profiles(dir.path()).back() == "mine");
        CHECK(load_profile("mine", {dir.path()}).error().code == ErrorCode::bad_config);
        const auto unknown = load_profile("cluade", {dir.path()});
        REQUIRE_FALSE(unknown);
        CHECK(unknown.error().code == ErrorCode::not_found);
        CHECK(unknown.error().hint == "did you mean 'claude'?");
        CHECK_FALSE(load_profile("../x", {dir.path()}));
    }

    TEST_CASE("the page about profiles names every key and class") {
        std::ifstream file(SATCHEL_DOCS "/reference/profiles.md");
        const std::string page{std::istreambuf_iterator<char>(file), {}};
        REQUIRE_FALSE(page.empty());
        for (const std::string_view word : class_words()) {
            CAPTURE(word);
            CHECK(page.find("`" + std::string(word) + "`") != std::string::npos);
        }
        for (const ShippedText& shipped : shipped_texts()) {
            CAPTURE(shipped.name);
            CHECK(page.find("`" + std::string(shipped.name) + "`") != std::string::npos);
        }
    }
}

}  // namespace satchel::profiles
