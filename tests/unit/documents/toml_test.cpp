// TOML documents: what parses, what a change leaves alone, and what it looks like.
#include "daemon/documents/document.h"

#include <doctest/doctest.h>

namespace satchel::documents {

namespace {

Document parsed(std::string_view text) {
    auto document = Document::parse(Syntax::toml, text);
    INFO(text);
    INFO((document ? "" : document.error().message));
    REQUIRE(document.has_value());
    return std::move(*document);
}

std::string value_at(const Document& document, const Pointer& pointer) {
    return document.find(pointer).value_or("none");
}

constexpr std::string_view kConfig = R"(# mine
model = "big"  # and slow
history.max_bytes = 1_000

[tui]
notifications = [
  "done", # only these
]

# docs
[mcp_servers.docs]
command = 'npx'
env = { A = "1", B = "2" }

[[profile]]
name = "x"

[profile.more]
y = 1

[[profile]]
name = "z"
)";

}  // namespace

TEST_SUITE("documents/toml") {
    TEST_CASE("all ways to write a value give its canonical form") {
        const Document document = parsed(R"(
a = 0xFF
b = +1_000
c = 1e6
d = """
one \
  two
"""
e = '''it's'''
f = "\u00e9\t"
g = 1979-05-27T07:32:00Z
h = 1979-05-27 07:32:00.5
i = -inf
j = [ 1, # one
  { x.y = 2, z = "q" },
]
"k.k" = true
l.m.n = ''
[o]
[p.q]
)");
        CHECK(value_at(document, {"a"}) == "255");
        CHECK(value_at(document, {"b"}) == "1000");
        CHECK(value_at(document, {"c"}) == "1e6");
        CHECK(value_at(document, {"d"}) == R"("one two\n")");
        CHECK(value_at(document, {"e"}) == "\"it's\"");
        CHECK(value_at(document, {"f"}) == "\"\xC3\xA9\\t\"");
        CHECK(value_at(document, {"g"}) == R"({"$toml":"1979-05-27T07:32:00Z"})");
        CHECK(value_at(document, {"h"}) == R"({"$toml":"1979-05-27 07:32:00.5"})");
        CHECK(value_at(document, {"i"}) == R"({"$toml":"-inf"})");
        CHECK(value_at(document, {"j"}) == R"([1,{"x":{"y":2},"z":"q"}])");
        CHECK(value_at(document, {"k.k"}) == "true");
        CHECK(value_at(document, {"l", "m", "n"}) == "\"\"");
        CHECK(value_at(document, {"o"}) == "{}");
        CHECK(value_at(document, {"p", "q"}) == "{}");
    }

    TEST_CASE("changes go where a person would write them") {
        Document document = parsed(kConfig);
        REQUIRE(document.set({"model"}, "\"small\"").has_value());
        REQUIRE(document.set({"approval"}, "\"never\"").has_value());
        REQUIRE(document.set({"history", "persistence"}, "\"none\"").has_value());
        REQUIRE(document.add_element({"tui", "notifications"}, "\"failed\"").has_value());
        REQUIRE(document.set({"mcp_servers", "docs", "env", "C"}, "\"3\"").has_value());
        REQUIRE(document.set({"mcp_servers", "docs", "args"}, R"(["-y","x"])").has_value());
        REQUIRE(document.set({"mcp_servers", "new one", "command"}, "\"y\"").has_value());
        CHECK(document.text() == R"(# mine
model = "small"  # and slow
history.max_bytes = 1_000
approval = "never"
history.persistence = "none"

[tui]
notifications = [
  "done", # only these
  "failed",
]

# docs
[mcp_servers.docs]
command = 'npx'
env = { A = "1", B = "2", C = "3" }
args = ["-y", "x"]

[[profile]]
name = "x"

[profile.more]
y = 1

[[profile]]
name = "z"

[mcp_servers."new one"]
command = "y"
)");
    }

    TEST_CASE("what is removed takes an empty table along") {
        Document document = parsed(kConfig);
        REQUIRE(document.remove({"mcp_servers", "docs", "command"}).has_value());
        REQUIRE(document.remove({"mcp_servers", "docs", "env", "A"}).has_value());
        REQUIRE(document.remove({"mcp_servers", "docs", "env", "B"}).has_value());
        REQUIRE(document.remove({"history", "max_bytes"}).has_value());
        REQUIRE(document.remove_element({"tui", "notifications"}, "\"done\"").has_value());
        REQUIRE(document.remove({"profile"}).has_value());
        CHECK(document.text() == R"(# mine
model = "big"  # and slow

# docs
)");
    }

    TEST_CASE("arrays of tables are one value") {
        Document document = parsed(kConfig);
        CHECK(value_at(document, {"profile"}) == R"([{"more":{"y":1},"name":"x"},{"name":"z"}])");
        REQUIRE(document.set({"profile"}, R"([{"name":"q"}])").has_value());
        CHECK(value_at(document, {"profile"}) == R"([{"name":"q"}])");
        CHECK(document.text().find("profile = [{ name = \"q\" }]\n") != std::string::npos);
    }

    TEST_CASE("an inline table with dotted keys is written anew when it must change") {
        Document document = parsed("a = { b.c = 1, d = 2 }  # kept\n");
        REQUIRE(document.set({"a", "b", "x"}, "3").has_value());
        REQUIRE(document.remove({"a", "d"}).has_value());
        CHECK(document.text() == "a = { b = { c = 1, x = 3 } }  # kept\n");
    }

    TEST_CASE("an empty file and a last line without a newline are fine") {
        Document document = parsed("");
        REQUIRE(document.set({"a"}, "1").has_value());
        REQUIRE(document.set({"t", "b"}, "{}").has_value());
        CHECK(document.text() == "a = 1\n\n[t]\nb = {}\n");
        Document open = parsed("a = 1");
        REQUIRE(open.set({"b"}, R"({"$toml":"1979-05-27"})").has_value());
        CHECK(open.text() == "a = 1\nb = 1979-05-27\n");
        Document windows = parsed("[t]\r\n  a = 1\r\n");
        REQUIRE(windows.set({"t", "b"}, "2").has_value());
        CHECK(windows.text() == "[t]\r\n  a = 1\r\n  b = 2\r\n");
    }

    TEST_CASE("what TOML cannot say is refused") {
        Document document = parsed("a = 1\n[t]\nb = 2\n");
        const std::string before = document.text();
        for (const std::string_view value : {"null",
                                             "[null]",
                                             "\"\\ud800\"",
                                             "18446744073709551615",
                                             R"({"$toml":"1\n[x]"})",
                                             R"({"$toml":"1"})",
                                             R"({"x":1})"}) {
            INFO(value);
            CHECK_FALSE(document.set({"c"}, value).has_value());
        }
        CHECK_FALSE(document.set({"t"}, "1").has_value());
        CHECK_FALSE(document.set({"a", "x"}, "1").has_value());
        CHECK(document.text() == before);
    }

    TEST_CASE("malformed documents do not parse") {
        for (const std::string_view text : {"a",
                                            "a =",
                                            "a = 1 b = 2",
                                            "a = 1\na = 2",
                                            "[t]\n[t]",
                                            "[t]\na = 1\n[t.a]",
                                            "a.b = 1\n[a]",
                                            "a = {b = 1}\n[a.c]",
                                            "a = [1\n",
                                            "a = {b = 1,}",
                                            "a = 01",
                                            "a = 1__0",
                                            "a = \"x\ny\"",
                                            "a = '\x01'",
                                            "[[a]]\n[a]",
                                            "a = []\n[[a]]",
                                            "[]",
                                            "a = 0x",
                                            "a = 1.",
                                            "a = \"\\ud800\"",
                                            "= 1",
                                            "a = 2020-1-1",
                                            "a = tru"}) {
            INFO(text);
            CHECK_FALSE(Document::parse(Syntax::toml, text).has_value());
        }
    }
}

}  // namespace satchel::documents
