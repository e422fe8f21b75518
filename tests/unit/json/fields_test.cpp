// Structs to JSON and back by their tables.
#include "shared/json/fields.h"

#include <doctest/doctest.h>

using namespace satchel;
using json::Field;
using json::Need;

namespace {

struct Inner {
    std::string name{};
    std::uint8_t small = 0;
    static constexpr auto kFields =
        std::tuple{Field<&Inner::name>{"name", Need::required}, Field<&Inner::small>{"small"}};
};

struct Outer {
    bool flag = true;
    std::int64_t number = 7;
    double ratio = 0;
    std::optional<std::string> label{};
    std::optional<json::Time> seen{};
    std::vector<Inner> inners{};
    static constexpr auto kFields = std::tuple{Field<&Outer::flag>{"flag"},
                                               Field<&Outer::number>{"number"},
                                               Field<&Outer::ratio>{"ratio"},
                                               Field<&Outer::label>{"label"},
                                               Field<&Outer::seen>{"seen"},
                                               Field<&Outer::inners>{"inners"}};
};

Result<Outer> read(std::string_view text, json::Unknown unknown = json::Unknown::ignore) {
    const auto value = json::parse(text);
    REQUIRE(value.has_value());
    return json::from_json<Outer>(*value, unknown);
}

}  // namespace

TEST_SUITE("json/fields") {
    TEST_CASE("a struct survives the way to text and back") {
        Outer outer;
        outer.flag = false;
        outer.number = -5;
        outer.label = "x";
        outer.seen = json::Time{1'500};
        outer.inners = {{"one", 1}, {"two", 255}};
        const std::string text = json::to_text(json::to_json(outer));
        CHECK(text.find(R"("seen":"1970-01-01T00:00:01.500Z")") != std::string::npos);
        const auto back = read(text);
        REQUIRE(back.has_value());
        CHECK(json::to_text(json::to_json(*back)) == text);
        CHECK(back->inners.at(1).small == 255);
        CHECK(back->seen->ms == 1'500);
    }

    TEST_CASE("absent fields keep their defaults and an empty optional is left out") {
        const auto outer = read("{}");
        REQUIRE(outer.has_value());
        CHECK(outer->flag);
        CHECK(outer->number == 7);
        CHECK_FALSE(json::to_json(*outer).as_object().contains("label"));
        CHECK(read(R"({"label":null})").has_value());
    }

    TEST_CASE("wrong types and ranges are named by their path") {
        const std::pair<const char*, const char*> cases[] = {
            {R"({"flag":1})", "'flag'"},
            {R"({"number":1.5})", "'number'"},
            {R"({"number":9223372036854775808})", "'number'"},
            {R"({"label":[]})", "'label'"},
            {R"({"seen":"yesterday"})", "'seen'"},
            {R"({"inners":{}})", "'inners'"},
            {R"({"inners":[{"name":"a","small":256}]})", "'inners.small'"},
            {R"({"inners":[{"name":"a","small":-1}]})", "'inners.small'"},
            {R"({"inners":[{}]})", "'inners.name' is missing"},
            {R"([])", "'params'"},
        };
        for (const auto& [document, part] : cases) {
            const auto& text = document;
            CAPTURE(text);
            const auto outer = read(text);
            REQUIRE(!outer);
            CHECK(outer.error().code == ErrorCode::invalid_argument);
            CHECK(outer.error().message.find(part) != std::string::npos);
        }
    }

    TEST_CASE("unknown fields are ignored or refused with a suggestion") {
        CHECK(read(R"({"numbr":1})").has_value());
        const auto strict = read(R"({"numbr":1})", json::Unknown::refuse);
        REQUIRE(!strict);
        CHECK(strict.error().message == "field 'numbr' is not known here");
        CHECK(strict.error().hint == "did you mean 'number'?");
        CHECK_FALSE(read(R"({"inners":[{"name":"a","x":1}]})", json::Unknown::refuse).has_value());
    }

    TEST_CASE("a string that is not UTF-8 is shown and not passed on") {
        CHECK(json::to_text(json::to_json(std::string("a\xff"))) == R"("a\\xff")");
    }
}
