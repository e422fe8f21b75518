// JSON documents: what parses, what a change leaves alone, and what it looks like.
#include "daemon/documents/document.h"

#include <doctest/doctest.h>

namespace satchel::documents {

namespace {

Document parsed(std::string_view text) {
    auto document = Document::parse(Syntax::json, text);
    INFO(text);
    REQUIRE(document.has_value());
    return std::move(*document);
}

/// A person's file with everything that must survive.
constexpr std::string_view kSettings = R"x({
    // how it looks
    "theme": "dark",   // not light
    "permissions": {
        "allow": [
            "Bash(ls)", // harmless
            "Read"
        ],
        "deny": []
    },
    /* the rest */
    "env": { "A": "1", "B": "2" },
}
)x";

}  // namespace

TEST_SUITE("documents/json") {
    TEST_CASE("leaves are values and arrays and empty objects") {
        const Document document = parsed(R"({"a":{"b":1,"c":{}},"d":[1, {"z":1,"y":2}],"e":"x"})");
        const auto leaves = document.leaves();
        REQUIRE(leaves.size() == 4);
        CHECK(to_text(leaves[0].pointer) == "/a/b");
        CHECK(leaves[1].value == "{}");
        CHECK(leaves[2].value == R"([1,{"y":2,"z":1}])");
        CHECK(leaves[2].elements.size() == 2);
        CHECK(leaves[3].value == "\"x\"");
    }

    TEST_CASE("a changed value leaves every other byte") {
        Document document = parsed(kSettings);
        REQUIRE(document.set({"theme"}, "\"light\"").has_value());
        std::string expected(kSettings);
        expected.replace(expected.find("\"dark\""), 6, "\"light\"");
        CHECK(document.text() == expected);
    }

    TEST_CASE("new keys look like their neighbours") {
        Document document = parsed(kSettings);
        REQUIRE(document.set({"env", "C"}, "\"3\"").has_value());
        REQUIRE(document.set({"model"}, "\"big\"").has_value());
        REQUIRE(document.set({"permissions", "mode"}, "\"ask\"").has_value());
        REQUIRE(document.add_element({"permissions", "allow"}, "\"Write\"").has_value());
        REQUIRE(document.add_element({"permissions", "deny"}, "\"Bash(rm)\"").has_value());
        CHECK(document.text() == R"x({
    // how it looks
    "theme": "dark",   // not light
    "permissions": {
        "allow": [
            "Bash(ls)", // harmless
            "Read",
            "Write"
        ],
        "deny": [
            "Bash(rm)"
        ],
        "mode": "ask"
    },
    /* the rest */
    "env": { "A": "1", "B": "2", "C": "3" },
    "model": "big",
}
)x");
    }

    TEST_CASE("what is removed goes with its comma and its empty surroundings") {
        Document document = parsed(kSettings);
        REQUIRE(document.remove({"env", "B"}).has_value());
        REQUIRE(document.remove({"env", "A"}).has_value());
        REQUIRE(document.remove_element({"permissions", "allow"}, "\"Read\"").has_value());
        REQUIRE(document.remove({"permissions", "deny"}).has_value());
        REQUIRE(document.remove({"not", "there"}).has_value());
        CHECK(document.text() == R"x({
    // how it looks
    "theme": "dark",   // not light
    "permissions": {
        "allow": [
            "Bash(ls)" // harmless
        ]
    },
    /* the rest */
}
)x");
    }

    TEST_CASE("line ends and byte order mark and a compact style stay") {
        Document windows = parsed("\xEF\xBB\xBF{\r\n\t\"a\": 1\r\n}");
        REQUIRE(windows.set({"b", "c"}, "[true]").has_value());
        CHECK(windows.text() ==
              "\xEF\xBB\xBF{\r\n\t\"a\": 1,\r\n\t\"b\": {\r\n\t\t\"c\": [\r\n\t\t\ttrue\r\n\t\t]"
              "\r\n\t}\r\n}");
        Document compact = parsed(R"({"a":1})");
        REQUIRE(compact.set({"b", "c"}, "[1,2]").has_value());
        CHECK(compact.text() == R"({"a":1,"b":{"c":[1,2]}})");
        REQUIRE(compact.remove({"b", "c"}).has_value());
        REQUIRE(compact.remove({"a"}).has_value());
        CHECK(compact.text() == "{}");
    }

    TEST_CASE("an empty file is an empty document") {
        for (const std::string_view text : {"", "\n", "// nothing yet"}) {
            Document document = parsed(text);
            CHECK(document.leaves().empty());
            REQUIRE(document.set({"a", "b"}, "1").has_value());
            CHECK(document.text().ends_with("{\n  \"a\": {\n    \"b\": 1\n  }\n}\n"));
            CHECK(document.text().starts_with(text));
        }
    }

    TEST_CASE("a value in the way is an error and changes nothing") {
        Document document = parsed(R"({"a": 1, "b": {"c": 2}})");
        const std::string before = document.text();
        CHECK(document.set({"a", "x"}, "1").error().code == ErrorCode::conflict);
        CHECK(document.set({"b"}, "1").error().code == ErrorCode::conflict);
        CHECK_FALSE(document.set({"c"}, "1 ").has_value());
        CHECK_FALSE(document.set({"c"}, R"({"d":1})").has_value());
        CHECK_FALSE(document.set({}, "1").has_value());
        CHECK_FALSE(document.add_element({"b"}, "1").has_value());
        CHECK(document.text() == before);
        REQUIRE(document.remove({"b"}).has_value());
        CHECK(document.text() == before);
    }

    TEST_CASE("documents that two readers may understand differently do not parse") {
        for (const std::string_view text : {"[]",
                                            "{",
                                            "{\"a\":1,\"a\":2}",
                                            "{\"a\":1,\"\\u0061\":2}",
                                            "{'a':1}",
                                            "{\"a\":01}",
                                            "{\"a\":NaN}",
                                            "{\"a\":1}x",
                                            "{\"a\" 1}",
                                            "{\"a\":1 \"b\":2}",
                                            "{,}",
                                            "{\"a\":\"\n\"}",
                                            "{\"a\":\"\\x\"}",
                                            "/* {}",
                                            "{\"a\":\"\xFF\"}",
                                            "{\"a\":+1}",
                                            "{\"a\":1.}"}) {
            INFO(text);
            CHECK_FALSE(Document::parse(Syntax::json, text).has_value());
        }
        const auto failed = Document::parse(Syntax::json, "{\n\"token\": \"secret\"\n\"b\": 1}");
        CHECK(failed.error().message == "parse JSON: line 3: a comma is missing");
    }

    TEST_CASE("depth and size are bounded") {
        const std::string deep(100'000, '[');
        CHECK_FALSE(Document::parse(Syntax::json, "{\"a\":" + deep).has_value());
        CHECK(Document::parse(Syntax::json, std::string(kDocumentBytesMax + 1, ' ')).error().code ==
              ErrorCode::too_large);
    }
}

}  // namespace satchel::documents
