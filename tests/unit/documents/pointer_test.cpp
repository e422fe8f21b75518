// Pointers as text, and canonical values.
#include "daemon/documents/pointer.h"

#include "daemon/documents/canonical.h"

#include <doctest/doctest.h>

namespace satchel::documents {

TEST_SUITE("documents/pointer") {
    TEST_CASE("a pointer comes back from its text") {
        for (const Pointer& pointer : {Pointer{}, Pointer{""}, Pointer{"a/b", "c~d", "~1"}}) {
            const auto back = parse_pointer(to_text(pointer));
            REQUIRE(back.has_value());
            CHECK(*back == pointer);
        }
        CHECK(to_text({"a/b", "c~d"}) == "/a~1b/c~0d");
        CHECK_FALSE(parse_pointer("a").has_value());
        CHECK_FALSE(parse_pointer("/a~2").has_value());
    }

    TEST_CASE("a pointer is shown with dots and quotes where a name is no word") {
        CHECK(to_display({"permissions", "allow"}) == "permissions.allow");
        CHECK(to_display({"projects", "/home/u"}) == "projects.\"/home/u\"");
        CHECK(to_display({"a\x1b[2J"}) == "\"a\\u001b[2J\"");
    }
}

TEST_SUITE("documents/canonical") {
    TEST_CASE("only canonical text is a canonical value") {
        for (const std::string_view text : {"1",
                                            "-0.5e3",
                                            "\"a\\n\"",
                                            "null",
                                            "[]",
                                            "{}",
                                            "[1,{\"a\":2,\"b\":[]}]",
                                            "\"\\ud800\"",
                                            "\"\xC3\xA9\""}) {
            INFO(text);
            CHECK(parse_canonical(text).has_value());
        }
        for (const std::string_view text : {"",
                                            " 1",
                                            "01",
                                            "[1, 2]",
                                            "{\"b\":1,\"a\":2}",
                                            "\"\\u0041\"",
                                            "[1,]",
                                            "1 2",
                                            "tru",
                                            "\"\xED\xA0\x80\"",
                                            "{\"a\":1,\"a\":2}",
                                            "// x\n1"}) {
            INFO(text);
            CHECK_FALSE(parse_canonical(text).has_value());
        }
    }
}

}  // namespace satchel::documents
