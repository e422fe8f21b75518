// Bounded parsing.
#include "shared/json/value.h"

#include <doctest/doctest.h>

using namespace satchel;

TEST_SUITE("json/value") {
    TEST_CASE("a document is parsed and printed in its order") {
        const auto value = json::parse(R"( {"b": 1, "a": [true, null, "x"]} )");
        REQUIRE(value.has_value());
        CHECK(json::to_text(*value) == R"({"b":1,"a":[true,null,"x"]})");
        CHECK(json::to_pretty_text(*value) ==
              "{\n  \"b\": 1,\n  \"a\": [\n    true,\n    null,\n    \"x\"\n  ]\n}");
    }

    TEST_CASE("what is no document is corrupt") {
        for (const char* text : {"",
                                 "{",
                                 "nul",
                                 "{}x",
                                 "[1,]",
                                 "{\"a\":1,}",
                                 "'a'",
                                 "\"\xff\"",
                                 "[\"\xed\xa0\x80\"]",
                                 "{} {}",
                                 "[1e999999999999]",
                                 "\xef\xbb\xbf{}"}) {
            CAPTURE(text);
            const auto value = json::parse(text);
            REQUIRE(!value);
            CHECK(value.error().code == ErrorCode::corrupt);
        }
    }

    TEST_CASE("a depth of 32 is read and one more is not") {
        const auto nested = [](std::size_t depth) {
            return std::string(depth, '[') + std::string(depth, ']');
        };
        CHECK(json::parse(nested(32)).has_value());
        CHECK_FALSE(json::parse(nested(33)).has_value());
        CHECK_FALSE(json::parse(std::string(100'000, '[')).has_value());
    }

    TEST_CASE("a document over the size limit is too large") {
        const auto value = json::parse("[1,2,3]", {.bytes = 6});
        REQUIRE(!value);
        CHECK(value.error().code == ErrorCode::too_large);
        CHECK(json::parse("[1,2,3]", {.bytes = 7}).has_value());
    }

    TEST_CASE("a key that stands twice is refused at any level") {
        CHECK_FALSE(json::parse(R"({"a":1,"a":2})").has_value());
        CHECK_FALSE(json::parse(R"([{"x":{"b":1,"b":1}}])").has_value());
        CHECK_FALSE(json::parse(R"({"a":1,"\u0061":2})").has_value());
        CHECK(json::parse(R"({"a":{"a":1},"b":[{"a":2}]})").has_value());
        CHECK(json::parse(R"({"a:\":b":":"})").has_value());
    }
}
