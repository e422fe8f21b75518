// UTF-8: what is well formed, and what a terminal may see.
#include "shared/base/utf8.h"

#include <doctest/doctest.h>

namespace satchel {

TEST_SUITE_BEGIN("base/utf8");

TEST_CASE("well-formed text of every length is UTF-8") {
    for (const std::string_view text : {"",
                                        "plain",
                                        "\x7f",
                                        "\xc2\x80",
                                        "\xdf\xbf",
                                        "\xe0\xa0\x80",
                                        "\xed\x9f\xbf",
                                        "\xee\x80\x80",
                                        "\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80",
                                        "\xf4\x8f\xbf\xbf"}) {
        CAPTURE(text);
        CHECK(is_utf8(text));
    }
    CHECK(is_utf8(std::string_view("a\0b", 3)));
}

TEST_CASE("malformed text is not UTF-8") {
    // Lone continuation, cut sequences, overlong forms, surrogates, beyond the last code point.
    for (const std::string_view text : {"\x80",
                                        "a\xbf",
                                        "\xc2",
                                        "\xe2\x82",
                                        "\xf0\x9f\x98",
                                        "\xc2\x41",
                                        "\xe2\x28\xa1",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x80\xaf",
                                        "\xe0\x9f\xbf",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xed\xa0\x80",
                                        "\xed\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xfe",
                                        "\xff"}) {
        CAPTURE(text);
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("ordinary text goes to the terminal as it is") {
    const std::string_view text = "notes \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \\x41";
    CHECK(escape_for_terminal(text) == text);
}

TEST_CASE("what could drive the terminal is shown by its number") {
    struct Row {
        std::string_view text;
        std::string_view shown;
    };

    for (const Row& row : {Row{"\x1b[31m", "\\x1b[31m"},
                           Row{"a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
                           Row{"\x7f", "\\x7f"},
                           Row{"\xc2\x9b"
                               "31m",
                               "\\u{9b}31m"},
                           Row{"\xc2\x85", "\\u{85}"},
                           Row{"\xd8\x9c", "\\u{61c}"},
                           Row{"\xe2\x80\x8b", "\\u{200b}"},
                           Row{"\xe2\x80\xae", "\\u{202e}"},
                           Row{"\xe2\x80\xa8", "\\u{2028}"},
                           Row{"\xe2\x81\xa6", "\\u{2066}"},
                           Row{"\xef\xbb\xbf", "\\u{feff}"},
                           Row{"\xf3\xa0\x81\x81", "\\u{e0041}"}}) {
        CHECK(escape_for_terminal(row.text) == row.shown);
    }
    CHECK(escape_for_terminal(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("malformed bytes are shown one by one and the rest stays") {
    CHECK(escape_for_terminal("a\xff\xfe\x62") == "a\\xff\\xfeb");
    CHECK(escape_for_terminal("\xe2\x82") == "\\xe2\\x82");
    CHECK(escape_for_terminal("\xed\xa0\x80") == "\\xed\\xa0\\x80");
}

TEST_CASE("whatever comes in what goes out is safe UTF-8") {
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            const std::string shown = escape_for_terminal(text);
            CHECK(is_utf8(shown));
            CHECK(escape_for_terminal(shown) == shown);
        }
    }
}

TEST_SUITE_END();

}  // namespace satchel
