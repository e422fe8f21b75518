// Log files are put aside by day and by size under names that tell machine, day and number, and the
// folder stays within its bounds.
#include "shared/log/rotation.h"

#include "shared/log/setup.h"
#include "tests/support/result_text.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

using namespace satchel;

namespace {

constexpr UnixMs kNoon = 1'772'366'400'000;  // 2026-03-01T12:00Z, the same day everywhere near it

std::vector<std::string> names_of(const std::filesystem::path& active) {
    std::vector<std::string> names;
    for (const log::AsideFile& file : log::files_aside(active))
        names.push_back(file.path.filename().string());
    return names;
}

}  // namespace

TEST_SUITE("log/rotation") {
    TEST_CASE("names tell machine and day and number and are taken in order") {
        const support::TempDir dir;
        const auto active = dir / "satcheld.log";
        for (int i = 0; i < 12; ++i) {
            dir.write("satcheld.log", "x");
            REQUIRE(log::put_aside(active, "at/las.example", "2026-03-01"));
        }
        dir.write("satcheld.log", "x");
        REQUIRE(log::put_aside(active, "", "2026-02-28"));
        dir.write("satcheld-atlas-2026-03-01.x.log", "");
        dir.write("satcheld-2026.log", "");
        dir.write("satcheld-2026-03-01.log", "no machine");
        dir.write("hub-atlas-2026-03-01.log", "");
        const auto names = names_of(active);
        REQUIRE(names.size() == 13);
        CHECK(names.front() == "satcheld-machine-2026-02-28.log");
        CHECK(names[1] == "satcheld-at-las-example-2026-03-01.log");
        CHECK(names[2] == "satcheld-at-las-example-2026-03-01.1.log");
        CHECK(names.back() == "satcheld-at-las-example-2026-03-01.11.log");
    }

    TEST_CASE("what is too old or too much goes and nothing else") {
        const support::TempDir dir;
        const auto active = dir / "satcheld.log";
        dir.write("satcheld.log", std::string(500, 'x'));
        dir.write("satcheld-a-2026-02-20.log", "old");
        dir.write("satcheld-a-2026-02-21.log.zip", "old");
        dir.write("satcheld-a-2026-02-27.log", std::string(80, 'x'));
        dir.write("satcheld-a-2026-02-28.log", std::string(60, 'x'));
        dir.write("satcheld-a-2026-03-01.log.zip", std::string(30, 'x'));
        dir.write("satcheld-notes.txt", "mine");
        log::prune(active, {7, 100}, kNoon);
        CHECK(names_of(active) == std::vector<std::string>{"satcheld-a-2026-02-28.log",
                                                           "satcheld-a-2026-03-01.log.zip"});
        CHECK(dir.read("satcheld-notes.txt") == "mine");
        CHECK(dir.read("satcheld.log").size() == 500);
    }

    TEST_CASE("a full file is put aside and all of them stay within the bounds") {
        const support::TempDir dir;
        log::Options options;
        options.file.path = dir / "a.log";
        options.file.machine = "atlas";
        options.file.bytes_max = 2'000;
        options.file.bounds = {7, 6'000};
        REQUIRE(log::set_up(options).has_value());
        for (int i = 0; i < 1'000; ++i) SATCHEL_LOG("engine", info, "line", {"number", i});
        log::flush();
        const auto files = dir.files();
        CHECK(files.size() == 4);
        for (const auto& [name, content] : files) {
            CAPTURE(name);
            CHECK(content.size() <= 2'000);
            CHECK(content.ends_with("\n"));
            CHECK(name.starts_with(name == "a.log" ? "a.log" : "a-atlas-20"));
        }
        CHECK(files.at("a.log").find("number=999\n") != std::string::npos);

        struct stat found {};

        REQUIRE(::stat(log::files_aside(options.file.path).front().path.c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
    }

    TEST_CASE("a file of an earlier day is put aside at the start") {
        const support::TempDir dir;
        const auto active = dir.write("a.log", "yesterday\n");
        const timespec then{kNoon / 1000, 0};
        const timespec both[] = {then, then};
        REQUIRE(::utimensat(AT_FDCWD, active.c_str(), both, 0) == 0);
        log::Options options;
        options.file.path = active;
        options.file.machine = "atlas";
        options.file.bounds.days = 100'000;
        REQUIRE(log::set_up(options).has_value());
        CHECK(dir.read("a-atlas-2026-03-01.log") == "yesterday\n");
        CHECK(dir.read("a.log").empty());
    }

    TEST_CASE("opening the log again loses nothing of it") {
        const support::TempDir dir;
        log::Options options;
        options.file.path = dir / "a.log";
        REQUIRE(log::set_up(options).has_value());
        SATCHEL_LOG("engine", info, "before");
        REQUIRE(log::set_up(options).has_value());
        SATCHEL_LOG("engine", info, "after");
        const std::string text = dir.read("a.log");
        CHECK(text.find("before") != std::string::npos);
        CHECK(text.find("after") != std::string::npos);
    }
}
