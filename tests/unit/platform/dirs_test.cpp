// Directories from environments good and bad.
#include "shared/platform/dirs.h"

#include "tests/support/temp_dir.h"

#include <map>

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace satchel;
using namespace satchel::platform;

namespace {

Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string(name));
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

}  // namespace

TEST_SUITE("platform/dirs") {
    TEST_CASE("everything lies under HOME unless told otherwise") {
        const auto dirs = find_dirs(environment({{"HOME", "/h"}}));
        REQUIRE(dirs.has_value());
        CHECK(dirs->config == "/h/.config/satchel");
        CHECK(dirs->data == "/h/.local/share/satchel");
        CHECK(dirs->state == "/h/.local/state/satchel");
        CHECK(dirs->cache == "/h/.cache/satchel");
        CHECK(dirs->runtime == dirs->state);
        CHECK(dirs->socket("device") == "/h/.local/state/satchel/control.sock");
        CHECK(dirs->socket("hub") == "/h/.local/state/satchel/hub.sock");
    }

    TEST_CASE("absolute variables win and relative ones are ignored") {
        const auto dirs = find_dirs(
            environment({{"HOME", "/h"}, {"XDG_CONFIG_HOME", "/c"}, {"XDG_DATA_HOME", "data"}}));
        REQUIRE(dirs.has_value());
        CHECK(dirs->config == "/c/satchel");
        CHECK(dirs->data == "/h/.local/share/satchel");
    }

    TEST_CASE("a HOME that is missing empty or relative is bad configuration") {
        for (const auto& home : {std::optional<std::string>{},
                                 std::optional<std::string>{""},
                                 std::optional<std::string>{"h"}}) {
            std::map<std::string, std::string> variables;
            if (home) variables["HOME"] = *home;
            const auto dirs = find_dirs(environment(variables));
            REQUIRE(!dirs);
            CHECK(dirs.error().code == ErrorCode::bad_config);
            CHECK_FALSE(dirs.error().hint.empty());
        }
    }

    TEST_CASE("a runtime directory counts only when nobody else can write there") {
        const support::TempDir dir;
        const auto variables =
            environment({{"HOME", "/h"}, {"XDG_RUNTIME_DIR", dir.path().string()}});
        CHECK(find_dirs(variables)->runtime == dir / "satchel");
        REQUIRE(::chmod(dir.path().c_str(), 0777) == 0);
        CHECK(find_dirs(variables)->runtime == "/h/.local/state/satchel");
        REQUIRE(::chmod(dir.path().c_str(), 0700) == 0);
    }

    TEST_CASE("a home that is missing is named") {
        Dirs dirs;
        dirs.home = "/nowhere/at/all";
        CHECK(check_home_owner(dirs).error().code == ErrorCode::bad_config);
        const support::TempDir dir;
        dirs.home = dir.path();
        CHECK(check_home_owner(dirs).has_value());
    }
}
