// What doctor sees without a daemon.
#include "ctl/commands/machine_checks.h"

#include "tests/support/temp_dir.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::ctl {
namespace {

namespace fs = std::filesystem;

platform::Dirs dirs_in(const fs::path& root) {
    platform::Dirs dirs;
    dirs.home = root;
    dirs.config = root / "config";
    dirs.data = root / "data";
    dirs.state = root / "state";
    dirs.runtime = root / "run";
    return dirs;
}

std::string verdict_of(const std::vector<Check>& checks, std::string_view code) {
    const auto at = std::ranges::find(checks, code, &Check::code);
    return at == checks.end() ? "" : at->verdict;
}

}  // namespace

TEST_SUITE("ctl/machine_checks") {
    TEST_CASE("a folder or a key that others can open fails with the command that mends it") {
        support::TempDir root;
        const platform::Dirs dirs = dirs_in(root.path());
        CHECK(verdict_of(check_modes(dirs), "modes") == "pass");
        CHECK(fs::is_empty(root.path()));
        for (const fs::path& folder : {dirs.config, dirs.data, dirs.state}) {
            fs::create_directory(folder);
            fs::permissions(folder, fs::perms::owner_all);
        }
        root.write("data/device.key", "key");
        fs::permissions(dirs.data / "device.key", fs::perms::owner_read | fs::perms::owner_write);
        CHECK(verdict_of(check_modes(dirs), "modes") == "pass");
        fs::permissions(dirs.data / "device.key", fs::perms::group_read, fs::perm_options::add);
        fs::permissions(dirs.state, fs::perms::others_exec, fs::perm_options::add);
        const auto checks = check_modes(dirs);
        REQUIRE(checks.size() == 2);
        for (const Check& check : checks) CHECK(check.verdict == "fail");
        CHECK(checks[0].fix == "chmod 700 '" + dirs.state.string() + "'");
        CHECK(checks[1].fix == "chmod 600 '" + (dirs.data / "device.key").string() + "'");
    }

    TEST_CASE("little room is a warning and none is an error") {
        CHECK(check_space(10'000'000'000).verdict == "pass");
        CHECK(check_space(400'000'000).verdict == "warn");
        CHECK(check_space(1'000'000).verdict == "fail");
    }

    TEST_CASE("a log that cannot be written and a clock that went back are named") {
        support::TempDir root;
        const platform::Dirs dirs = dirs_in(root.path());
        CHECK(verdict_of(check_state(dirs, 0), "log") == "pass");
        fs::create_directories(dirs.log("device"));
        CHECK(verdict_of(check_state(dirs, 0), "log") == "fail");
        fs::create_directory(dirs.data);
        root.write("data/store.db", "store");
        CHECK(verdict_of(check_state(dirs, 0), "clock") == "pass");
        fs::last_write_time(dirs.data / "store.db",
                            fs::file_time_type::clock::now() + std::chrono::hours(2));
        CHECK(verdict_of(check_state(dirs, 0), "clock") == "warn");
    }

    TEST_CASE("a low limit of watches is named and what says nothing is none") {
        CHECK(check_watches("").empty());
        CHECK(check_watches("lots").empty());
        CHECK(verdict_of(check_watches("100"), "watches") == "warn");
        CHECK(verdict_of(check_watches("524288"), "watches") == "pass");
    }

    TEST_CASE("a daemon of another version is named") {
        CHECK(check_versions("1.2.3", "1.2.3").verdict == "pass");
        CHECK(check_versions("1.2.2", "1.2.3").fix == "satchelctl daemon restart");
    }
}

}  // namespace satchel::ctl
