// Settings from text: what is taken, and that every kind of mistake is named with its place.
#include "daemon/config/load.h"
#include "shared/base/limits.h"
#include "tests/support/result_text.h"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

namespace satchel::config {

namespace {

Result<Settings> parse(std::string_view text) {
    return parse_settings(text, "config.toml");
}

/// The error's message; empty when the text was taken after all.
std::string mistake_in(std::string_view text) {
    const auto settings = parse(text);
    if (settings) return {};
    CHECK(settings.error().code == ErrorCode::bad_config);
    return settings.error().message;
}

bool mentions(const std::string& message, std::string_view part) {
    return message.find(part) != std::string::npos;
}

std::string repeated(std::string_view part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += part;
    return text;
}

}  // namespace

TEST_SUITE_BEGIN("config/parse");

TEST_CASE("every setting is taken from its key") {
    const auto settings = parse(
        "allow_plaintext = true\n"
        "interval_seconds = 60\n"
        "log_level = 'debug'\n"
        "settle_ms = 0\n"
        "watch_files = false\n"
        "watch_hub = false\n");
    REQUIRE(settings);
    CHECK(settings->allow_plaintext);
    CHECK(settings->interval_seconds == 60);
    CHECK(settings->log_level == "debug");
    CHECK(settings->settle_ms == 0);
    CHECK_FALSE(settings->watch_files);
    CHECK_FALSE(settings->watch_hub);
}

TEST_CASE("what a file does not say keeps its default") {
    const auto settings = parse("# nothing but a remark\nsettle_ms = 1\n");
    REQUIRE(settings);
    CHECK(settings->settle_ms == 1);
    CHECK(settings->interval_seconds == Settings{}.interval_seconds);
    CHECK(settings->log_level == Settings{}.log_level);
    CHECK(parse(""));
}

TEST_CASE("a byte order mark and carriage returns are harmless") {
    const auto settings = parse("\xef\xbb\xbfinterval_seconds = 60\r\nlog_level = \"warn\"\r\n");
    REQUIRE(settings);
    CHECK(settings->interval_seconds == 60);
    CHECK(settings->log_level == "warn");
}

TEST_CASE("the limits of a range are inside it") {
    CHECK(parse("interval_seconds = 30"));
    CHECK(parse("interval_seconds = 86400"));
    CHECK(parse("interval_seconds = 29").has_error());
    CHECK(parse("interval_seconds = 86401").has_error());
}

TEST_CASE("a mistake is named with line and column and what to do") {
    struct Row {
        std::string_view what;
        std::string_view text;
        std::string_view place;
        std::string_view part;
    };

    // clang-format off
    const Row rows[] = {
        {"syntax",              "settle_ms = 1\nsettle ms = 2",       ":2:8: ",  "expected"},
        {"no value",            "settle_ms =",                        ":1:12: ", "value"},
        {"open string",         "\n\nlog_level = \"info",             ":3:",     "string"},
        {"control character",   "log_level = \"a\x1b[31m\"",          ":1:",     "control"},
        {"duplicate key",       "settle_ms = 1\nsettle_ms = 2",       ":2:",     "settle_ms"},
        {"integer overflow",    "settle_ms = 99999999999999999999",   ":1:",     "integer"},
        {"unknown key",         "colour = 1",                         ":1:1: ",  "unknown key 'colour'"},
        {"misspelt key",        "\nsetle_ms = 1",                     ":2:1: ",  "did you mean 'settle_ms'?"},
        {"shortened key",       "interval = 60",                      ":1:1: ",  "did you mean 'interval_seconds'?"},
        {"unknown table",       "[hub]\nurl = 'x'",                   ":1:",     "unknown key 'hub'"},
        {"table as a value",    "[settle_ms]\na = 1",                 ":1:",     "'settle_ms' must be a whole number"},
        {"text for a number",   "settle_ms = '5'",                    ":1:13: ", "'settle_ms' must be a whole number"},
        {"fraction",            "settle_ms = 5.0",                    ":1:13: ", "must be a whole number"},
        {"not a number",        "settle_ms = nan",                    ":1:13: ", "must be a whole number"},
        {"infinity",            "settle_ms = -inf",                   ":1:13: ", "must be a whole number"},
        {"date",                "settle_ms = 2026-03-01",             ":1:13: ", "must be a whole number"},
        {"number for a flag",   "watch_hub = 1",                      ":1:13: ", "must be true or false"},
        {"text for a flag",     "watch_hub = 'yes'",                  ":1:13: ", "must be true or false"},
        {"flag for text",       "log_level = true",                   ":1:13: ", "must be text in quotes"},
        {"date for text",       "log_level = 2026-03-01",             ":1:13: ", "must be text in quotes"},
        {"over the range",      "settle_ms = 60001",                  ":1:13: ", "must be 0 to 60000"},
        {"under the range",     "settle_ms = -1",                     ":1:13: ", "must be 0 to 60000"},
        {"unknown word",        "log_level = 'loud'",                 ":1:13: ", "'log_level' must be trace, debug, info, warn or error"},
        {"unknown format",      "backup_format = 'rar'",              ":1:17: ", "'backup_format' must be copy, zip or none"},
        {"unknown log format",  "\n log_format = 'xml'",              ":2:15: ", "'log_format' must be text, json or logfmt"},
        {"duplicate table",     "[a]\n[a]",                           ":2:",     "a"},
        {"a password",          "password = 'x'",                     ":1:1: ",  "keys never stand in settings"},
        {"a hub",               "hub = 'https://h'",                  ":1:1: ",  "the hub's address comes with"},
        {"a source",            "sources = ['~/.claude']",            ":1:1: ",  "satchelctl source add"},
        {"a float of text",     "interval_seconds = 1e3",             ":1:20: ", "must be a whole number"},
        {"a list",              "interval_seconds = [60]",            ":1:20: ", "must be a whole number"},
    };
    // clang-format on
    for (const Row& row : rows) {
        const std::string message = mistake_in(row.text);
        CAPTURE(row.what);
        CAPTURE(message);
        CHECK(message.starts_with("config.toml" + std::string(row.place)));
        CHECK(mentions(message, row.part));
    }
}

TEST_CASE("a mistake shows its line with a caret below the place") {
    CHECK(mentions(mistake_in("settle_ms = 1\r\nsettle ms = 2\r\n"),
                   "\n  settle ms = 2\n         ^"));
    // Columns are characters, whatever their bytes.
    CHECK(mentions(mistake_in("\"\u00e9\u00e9\" = 1"), "\n  \"\u00e9\u00e9\" = 1\n  ^"));
    const std::string far = mistake_in("log_level = '" + std::string(500, 'x') + "' x");
    CHECK(mentions(far, "xxx' x\n"));
    CHECK(far.size() < 400);
}

TEST_CASE("a key in the settings is refused and not repeated") {
    const std::string token = "satchel_jn1_" + std::string(40, 'a');
    for (const std::string& text : {"# a note\n#  " + token, "\nlog_level = \"" + token + "\""}) {
        const auto settings = parse(text);
        REQUIRE(settings.has_error());
        CHECK(settings.error().code == ErrorCode::bad_config);
        CHECK(settings.error().message.starts_with("config.toml:2:"));
        CHECK_FALSE(mentions(settings.error().message, "aaaa"));
        CHECK(mentions(settings.error().hint, "sync setup"));
    }
    CHECK(parse("# satchel_setup is no key\n"));
}

TEST_CASE("every mistake carries a hint") {
    for (const std::string_view text : {"a b", "settle_ms = nan", "log_level = 'loud'", "\xff"}) {
        const auto settings = parse(text);
        REQUIRE(settings.has_error());
        CHECK_FALSE(settings.error().hint.empty());
    }
}

TEST_CASE("bytes that are no text are refused as a whole") {
    CHECK(mentions(mistake_in(std::string_view("settle_ms = 1\n\0", 15)), "is not UTF-8 text"));
    CHECK(mentions(mistake_in(std::string_view("settle_ms = 1\n\0", 15)), "NUL byte at offset 14"));
    CHECK(mentions(mistake_in("# \xff\xfe"), "is not UTF-8 text: the byte at offset 2"));
    CHECK(mentions(mistake_in("# \xc3\xa9 \xc3"), "the byte at offset 5"));
    CHECK(mentions(mistake_in("# \xc0\xaf"), "is not UTF-8 text"));
    CHECK(mentions(mistake_in("# \xed\xa0\x80"), "is not UTF-8 text"));
    // UTF-16 with its byte order mark.
    CHECK(mentions(mistake_in(std::string_view("\xff\xfe#\0", 4)), "is UTF-16 text"));
    CHECK(mentions(mistake_in(std::string_view("\xfe\xff\0#", 4)), "is UTF-16 text"));
    CHECK(mentions(mistake_in(std::string_view("#\0a\0", 4)), "NUL byte at offset 1"));
}

TEST_CASE("a message cannot drive the terminal") {
    for (const std::string_view text : {"\"\\u001b[31m\" = 1", "\"\\u202ex\" = 1", "a\x1b = 1"}) {
        const std::string message = mistake_in(text);
        CAPTURE(message);
        CHECK_FALSE(message.empty());
        CHECK_FALSE(mentions(message, "\x1b"));
        CHECK_FALSE(mentions(message, "\u202e"));
    }
}

TEST_CASE("nesting without end is refused before it can overflow the stack") {
    constexpr std::size_t kDeep = 250'000;
    CHECK(mentions(mistake_in(repeated("a.", kDeep) + "b = 1"), "dots"));
    CHECK(mentions(mistake_in("[" + repeated("a.", kDeep) + "b]"), "dots"));
    CHECK(mentions(mistake_in("a = " + repeated("[", kDeep)), "depth"));
    CHECK(mentions(mistake_in("a = " + repeated("{a=", kDeep)), "depth"));
    // As deep as is let through: an ordinary mistake.
    CHECK(mentions(mistake_in(repeated("a.", 1'000) + "b = 1"), "unknown key 'a'"));
}

TEST_CASE("a huge text is refused quickly") {
    const auto start = std::chrono::steady_clock::now();
    CHECK(mentions(mistake_in(std::string(limits::kConfigBytesMax + 1, '#')), "larger than 1 MiB"));
    std::string many;
    for (int i = 0; many.size() < limits::kConfigBytesMax - 20; ++i)
        many += "k" + std::to_string(i) + "=1\n";
    CHECK(mentions(mistake_in(many), "unknown key 'k0'"));
    // Far above what it takes, far below what a quadratic look-up would.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_SUITE_END();

}  // namespace satchel::config
