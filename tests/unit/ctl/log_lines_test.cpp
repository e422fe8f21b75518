// Lines of a log are read back from each format, shown in each, and nothing that stands in a file
// breaks the reader.
#include "ctl/commands/log_lines.h"

#include "tests/support/result_text.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::ctl;

namespace {

const log::Line& sample() {
    static const log::Line line{1'772'357'400'250,
                                log::Level::warn,
                                "engine",
                                "cycle failed",
                                {{"count", "3", true},
                                 {"ok", "false", true},
                                 {"error", "open 'a b': \"gone\"", false},
                                 {"reason", "hub", false}}};
    return line;
}

}  // namespace

TEST_SUITE("ctl/log_lines") {
    TEST_CASE("what was written in any format is read and shown in any other") {
        for (const auto from : {log::Format::text, log::Format::json, log::Format::logfmt}) {
            const auto line = read_log_line(log::to_string(sample(), from));
            REQUIRE(line.has_value());
            for (const auto to : {log::Format::text, log::Format::json, log::Format::logfmt}) {
                LogView view({log::Level::trace, to});
                CHECK(view.show(log::to_string(sample(), from)) == log::to_string(sample(), to));
            }
        }
    }

    TEST_CASE("a sentence with an equals sign or a colon stays whole") {
        const auto line = read_log_line(
            "2026-03-01T09:30:00.250Z info    app: set a=b and: then stopped count=2");
        REQUIRE(line.has_value());
        CHECK(line->logger == "app");
        CHECK(line->message == "set a=b and: then stopped");
        REQUIRE(line->pairs.size() == 1);
        CHECK(line->pairs[0].value == "2");
    }

    TEST_CASE("only lines of a level and worse are shown with what follows them") {
        LogView view({log::Level::warn, log::Format::text});
        CHECK_FALSE(view.show("2026-03-01T09:30:00.250Z info    app: started"));
        CHECK_FALSE(view.show("a continuation"));
        CHECK(view.show("2026-03-01T09:30:00.250Z error   app: stopped"));
        CHECK(view.show("  what it said") == "  what it said");
        CHECK_FALSE(view.show("2026-03-01T09:30:00.250Z debug   app: again"));
    }

    TEST_CASE("what is no line is shown as it is and cannot drive a terminal") {
        const std::string deep = "{\"time\":" + std::string(100'000, '[');
        for (const std::string_view text :
             {std::string_view(""),
              std::string_view("hello"),
              std::string_view("\xff\xfe torn"),
              std::string_view("time=2026"),
              std::string_view("time=x level=info logger=a message=b"),
              std::string_view("time=\"2026"),
              std::string_view("{\"time\":1}"),
              std::string_view("{\"time\":\"2026-03-01\",\"level\":3}"),
              std::string_view(deep),
              std::string_view("2026-03-01T09:30:00Z"),
              std::string_view("2026-03-01T09:30:00Z info"),
              std::string_view("2026-03-01T09:30:00Z info app:"),
              std::string_view("2026-03-01T09:30:00Z loud app: x"),
              std::string_view("\x1b[31mred\0x", 10)}) {
            CHECK_FALSE(read_log_line(text));
            LogView plain({log::Level::error, log::Format::text});
            const auto shown = plain.show(text);
            REQUIRE(shown.has_value());
            CHECK(shown->find('\x1b') == std::string::npos);
            LogView lines({log::Level::error, log::Format::json});
            CHECK(lines.show(text)->starts_with("{\"message\":\""));
            LogView pairs({log::Level::error, log::Format::logfmt});
            CHECK(pairs.show(text)->starts_with("message="));
        }
    }
}
