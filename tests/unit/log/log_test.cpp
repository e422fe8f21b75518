// Lines, levels, destinations, and secrets that stay secret.
#include "shared/log/log.h"

#include "shared/log/keys.h"
#include "shared/log/setup.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace satchel;

namespace {

struct Hidden {
    static constexpr bool kIsSecret = true;
    std::string text = "tell nobody";
};

}  // namespace

TEST_SUITE("log/log") {
    TEST_CASE("a line is a sentence and pairs") {
        CHECK(log::format_line("cycle done",
                               {{log::key::kCycle, 41},
                                {log::key::kSource, "my notes"},
                                {"ok", true},
                                {"empty", ""},
                                {"quote", "a\"b"}}) ==
              "cycle done cycle=41 source=\"my notes\" ok=true empty=\"\" quote=\"a\\\"b\"");
    }

    TEST_CASE("secrets and control characters do not get into a line") {
        CHECK(log::format_line("key", {{"key", Hidden{}}}) == "key key=***");
        const std::string line = log::format_line("a\nb", {{"name", "x\n2026 forged"}});
        CHECK(line.find('\n') == std::string::npos);
    }

    TEST_CASE("a file takes lines of its level and is for the owner only") {
        const support::TempDir dir;
        log::Options options;
        options.file = dir / "satcheld.log";
        REQUIRE(log::set_up(options).has_value());
        SATCHEL_LOG("engine", debug, "not kept");
        SATCHEL_LOG("engine", info, "kept", {log::key::kItems, 3});
        log::set_level("engine", log::Level::debug);
        SATCHEL_LOG("engine", debug, "kept now");
        SATCHEL_LOG("store", debug, "still not kept");
        log::flush();
        const std::string text = dir.read("satcheld.log");
        CHECK(text.find("info    engine: kept items=3\n") != std::string::npos);
        CHECK(text.find("debug   engine: kept now\n") != std::string::npos);
        CHECK(text.find("not kept") == std::string::npos);

        struct stat found {};

        REQUIRE(::stat((dir / "satcheld.log").c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
    }

    TEST_CASE("files rotate within their bounds") {
        const support::TempDir dir;
        log::Options options;
        options.file = dir / "a.log";
        options.file_bytes_max = 2'000;
        options.files_max = 3;
        REQUIRE(log::set_up(options).has_value());
        for (int i = 0; i < 500; ++i) SATCHEL_LOG("engine", info, "line", {"number", i});
        log::flush();
        const auto files = dir.files();
        CHECK(files.size() == 3);
        for (const auto& [name, content] : files) CHECK(content.size() <= 2'000);
    }

    TEST_CASE("a place that cannot be opened is an error") {
        log::Options options;
        const support::TempDir dir;
        dir.write("plain", "");
        options.file = dir / "plain/a.log";
        CHECK(log::set_up(options).error().code == ErrorCode::io);
    }

    TEST_CASE("levels have names") {
        CHECK(log::level_named("debug") == log::Level::debug);
        CHECK_FALSE(log::level_named("loud").has_value());
    }
}
