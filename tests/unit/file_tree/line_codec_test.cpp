// Lines as they travel: one field told relative to the project or the home, all else as it was.
#include "daemon/sources/file_tree/line_codec.h"

#include "shared/base/limits.h"

#include <random>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

const LineCodec::Roots kHere{"/home/a/dev/app", "/home/a"};
const LineCodec::Roots kThere{"/Users/b/work/app", "/Users/b"};
const LineCodec::Roots kWindows{"C:\\Users\\b\\app", "C:\\Users\\b"};

std::string encode(const LineCodec::Roots& roots, std::string_view line) {
    return std::string(as_text(LineCodec("cwd", roots).encode(as_bytes(line))));
}

std::string decode(const LineCodec::Roots& roots, std::string_view line) {
    return std::string(as_text(LineCodec("cwd", roots).decode(as_bytes(line))));
}

/// Pieces that make lines likely to be misread.
std::string random_line(std::mt19937& random, const LineCodec::Roots& roots) {
    const std::string project = escape_json(roots.project);
    const std::string home = escape_json(roots.home);
    const std::string pieces[] = {"{",
                                  "}",
                                  "[",
                                  "]",
                                  ",",
                                  ":",
                                  "\"cwd\"",
                                  "\"cwd\":\"",
                                  "\"",
                                  "\\",
                                  "\\\\",
                                  "\\\"",
                                  "\\/",
                                  "/",
                                  "x",
                                  "\\u002f",
                                  "\xff",
                                  " ",
                                  "satchel-project:",
                                  "satchel-home:",
                                  "satchel-literal:",
                                  project,
                                  home,
                                  "\"cwd\":\"" + project,
                                  "{\"cwd\":\"" + home,
                                  "null",
                                  "\"a\":{",
                                  "\r"};
    std::string line = random() % 4 == 0 ? "" : "{\"type\":\"user\",";
    for (auto i = random() % 12; i > 0; --i) line += pieces[random() % std::size(pieces)];
    if (random() % 2 == 0) line += "\n";
    return line;
}

}  // namespace

TEST_SUITE("file_tree/line_codec") {
    TEST_CASE("the folder of a record goes from one device to another") {
        const std::string line = R"({"a":1,"cwd":"/home/a/dev/app/sub","b":"/home/a/dev/app"})"
                                 "\n";
        const std::string sent = encode(kHere, line);
        CHECK(sent == R"({"a":1,"cwd":"satchel-project:/sub","b":"/home/a/dev/app"})"
                      "\n");
        CHECK(decode(kHere, sent) == line);
        CHECK(decode(kThere, sent) ==
              R"({"a":1,"cwd":"/Users/b/work/app/sub","b":"/home/a/dev/app"})"
              "\n");
        CHECK(decode(kWindows, sent) ==
              R"({"a":1,"cwd":"C:\\Users\\b\\app\\sub","b":"/home/a/dev/app"})"
              "\n");
        CHECK(encode(kThere, decode(kThere, sent)) == sent);
        CHECK(encode(kWindows, decode(kWindows, sent)) == sent);
    }

    TEST_CASE("only a whole part of a path is a prefix") {
        const std::pair<std::string, std::string> rows[] = {
            {"/home/a/dev/app", "satchel-project:"},
            {"/home/a/dev/app2", "satchel-home:/dev/app2"},
            {"/home/ab", "/home/ab"},
            {"/home/a", "satchel-home:"},
            {"/home/a/", "satchel-home:/"},
            {"/home/a\\\\x", "satchel-home:\\\\x"},
            {"/home/a\\/x", "/home/a\\/x"},
            {"", ""},
            {"satchel-home:/x", "satchel-literal:satchel-home:/x"},
            {"satchel-literal:", "satchel-literal:satchel-literal:"},
            {"satchel-other:", "satchel-other:"},
        };
        for (const auto& row : rows) {
            const std::string& value = row.first;
            const std::string& sent = row.second;
            CAPTURE(value);
            const std::string line = "{\"cwd\":\"" + value + "\"}";
            CHECK(encode(kHere, line) == "{\"cwd\":\"" + sent + "\"}");
            CHECK(decode(kHere, encode(kHere, line)) == line);
        }
    }

    TEST_CASE("the field is the one at the top and nothing else") {
        for (const char* line : {R"({"m":{"cwd":"/home/a/dev/app"}})",
                                 R"({"m":["cwd","/home/a"]})",
                                 R"(["cwd","/home/a"])",
                                 R"({"text":"\"cwd\":\"/home/a\""})",
                                 R"({"cwd":null})",
                                 R"({"cwd":{"cwd":"/home/a"}})",
                                 R"({"cwd":"/home/a)",
                                 R"({"x":"cwd","/home/a":1})",
                                 R"("cwd":"/home/a")",
                                 "",
                                 "\n",
                                 "{"}) {
            CAPTURE(line);
            CHECK(encode(kHere, line) == line);
            CHECK(decode(kThere, line) == line);
        }
        CHECK(encode(kHere,
                     R"({"m":{"cwd":"/home/a"},"t":"{[\"","cwd" : "/home/a","cwd":"/home/a"})") ==
              R"({"m":{"cwd":"/home/a"},"t":"{[\"","cwd" : "satchel-home:","cwd":"/home/a"})");
    }

    TEST_CASE("paths are compared as JSON writes them") {
        const LineCodec::Roots odd{"/home/a/q\"uo\te\x01", "/home/a"};
        const std::string line = "{\"cwd\":\"" + escape_json(odd.project) + "/x\"}";
        CHECK(encode(odd, line) == R"({"cwd":"satchel-project:/x"})");
        CHECK(decode(odd, encode(odd, line)) == line);
        CHECK(unescape_json(escape_json(odd.project)) == odd.project);
        CHECK(unescape_json("\\u00e9\\ud83d\\ude00\\ud83d") == "\u00e9\U0001f600\ufffd");
        CHECK(unescape_json("\\u00g0") == "");
        CHECK(encode(kHere, R"({"cwd":"\u002fhome/a"})") == R"({"cwd":"\u002fhome/a"})");
    }

    TEST_CASE("a path with backslashes has them again when it comes back") {
        const std::string mixed = R"({"cwd":"C:\\Users\\b\\app/x\\y\/z\u00e9"})";
        CHECK(decode(kWindows, encode(kWindows, mixed)) == mixed);
        CHECK(encode(kWindows, R"({"cwd":"C:\\Users\\b\\app\\x"})") ==
              R"({"cwd":"satchel-project:/x"})");
        CHECK(encode({"C:\\", "/"}, R"({"cwd":"C:\\x"})") == R"({"cwd":"C:\\x"})");
    }

    TEST_CASE("a line too long for one part stays as it is both ways") {
        const std::string head = R"({"cwd":"/home/a/dev/app","t":")";
        const auto with_size = [&](std::size_t size) {
            return head + std::string(size - head.size() - 2, 'x') + "\"}";
        };
        // The travelling form is one byte longer here.
        const std::size_t limit = limits::kExtentBytesMax;
        const std::string fits = with_size(limit - 2);
        CHECK(encode(kHere, fits).size() == limit - 1);
        CHECK(decode(kHere, encode(kHere, fits)) == fits);
        CHECK(encode(kHere, fits + "\n") == encode(kHere, fits) + "\n");
        const std::string exceeds = with_size(limit - 1);
        CHECK(encode(kHere, exceeds) == exceeds);
        CHECK(decode(kHere, exceeds) == exceeds);
        const std::string sent = encode(kHere, fits);
        CHECK(decode(kHere, sent + "x") == sent + "x");
    }

    TEST_CASE("whatever a line says it comes back as it was") {
        std::mt19937 random(7);
        for (int round = 0; round < 60'000; ++round) {
            const auto& roots = round % 3 == 0 ? kHere : round % 3 == 1 ? kThere : kWindows;
            const std::string line = random_line(random, roots);
            CAPTURE(round);
            CAPTURE(line);
            REQUIRE(decode(roots, encode(roots, line)) == line);
        }
    }

    TEST_CASE("several lines are changed one by one and the rest of a line not at all") {
        const LineCodec codec("cwd", kHere);
        const std::string one = "{\"cwd\":\"/home/a\"}\n";
        const std::string sent = "{\"cwd\":\"satchel-home:\"}\n";
        const auto text = [](const Bytes& bytes) { return std::string(as_text(bytes)); };
        CHECK(text(codec.encode_all(as_bytes(one + one + "{\"cwd\":\"/home/a\""), false)) ==
              sent + sent + "{\"cwd\":\"satchel-home:\"");
        CHECK(text(codec.encode_all(as_bytes(one + one), true)) == one + sent);
        CHECK(text(codec.decode_all(as_bytes(sent + sent), true)) == sent + one);
        CHECK(LineCodec().is_identity());
        CHECK(text(LineCodec().encode_all(as_bytes(one), false)) == one);
    }
}

}  // namespace satchel::sources::test
