// Lines, levels, destinations, and secrets that stay secret.
#include "shared/log/log.h"

#include "shared/base/time_text.h"
#include "shared/log/keys.h"
#include "shared/log/setup.h"
#include "tests/support/temp_dir.h"

#include <cstdlib>
#include <ctime>

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

    TEST_CASE("keys and join strings are masked wherever they stand") {
        const std::string token = "satchel_jn1_" + std::string(60, 'k');
        const std::string line =
            log::format_line("refused " + token, {{"error", "read '" + token + "': torn"}});
        CHECK(line == "refused satchel_jn1_*** error=\"read 'satchel_jn1_***': torn\"");
        CHECK(log::clean("satchel_setup") == "satchel_setup");
        CHECK(log::clean("satchel_dk1_") == "satchel_dk1_");
        CHECK(log::clean("satchel_dk1_x satchel_dk1_y") == "satchel_dk1_*** satchel_dk1_***");
    }

    TEST_CASE("a line stands in a file as text or JSON or logfmt") {
        const log::Line line{1'772'357'400'250,
                             log::Level::warn,
                             "app",
                             "say \"it\"",
                             {{"count", "3", true}, {"path", "a b\\n", false}}};
        CHECK(log::to_string(line, log::Format::json) ==
              "{\"time\":\"2026-03-01T09:30:00.250Z\",\"level\":\"warn\",\"logger\":\"app\","
              "\"message\":\"say \\\"it\\\"\",\"count\":3,\"path\":\"a b\\\\n\"}");
        CHECK(log::to_string(line, log::Format::logfmt) ==
              "time=2026-03-01T09:30:00.250Z level=warn logger=app message=\"say \\\"it\\\"\" "
              "count=3 path=\"a b\\n\"");
        const std::string text = log::to_string(line, log::Format::text);
        CHECK(text.ends_with(" warn    app: say \"it\" count=3 path=\"a b\\n\""));
        const auto told = from_rfc3339(text.substr(0, text.find(' ')));
        REQUIRE(told.has_value());
        CHECK(*told == line.time_ms);
    }

    TEST_CASE("local time names its offset") {
        const char* const before = std::getenv("TZ");
        const std::string kept = before == nullptr ? "" : before;
        ::setenv("TZ", "XXX-5:30", 1);
        ::tzset();
        CHECK(log::to_local_time(1'772'357'400'250) == "2026-03-01T15:00:00.250+05:30");
        ::setenv("TZ", "YYY3:30", 1);
        ::tzset();
        CHECK(log::to_local_time(1'772'357'400'000) == "2026-03-01T06:00:00.000-03:30");
        CHECK(log::local_day(1'772'335'800'000) == "2026-03-01");
        CHECK(log::local_day(1'772'335'799'999) == "2026-02-28");
        if (before == nullptr)
            ::unsetenv("TZ");
        else
            ::setenv("TZ", kept.c_str(), 1);
        ::tzset();
    }

    TEST_CASE("a file takes lines of its level and is for the owner only") {
        const support::TempDir dir;
        log::Options options;
        options.file.path = dir / "satcheld.log";
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

    TEST_CASE("a place that cannot be opened is an error") {
        log::Options options;
        const support::TempDir dir;
        dir.write("plain", "");
        options.file.path = dir / "plain/a.log";
        CHECK(log::set_up(options).error().code == ErrorCode::io);
    }

    TEST_CASE("levels have names") {
        CHECK(log::level_named("debug") == log::Level::debug);
        CHECK_FALSE(log::level_named("loud").has_value());
    }
}
