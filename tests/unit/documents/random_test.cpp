// Random changes of random documents: the leaves end as a plain map says, a value that was not
// touched keeps its bytes, and another parser of TOML agrees that it is TOML.
#include "daemon/documents/document.h"

#include <map>
#include <random>

#include <doctest/doctest.h>
#include <toml++/toml.h>

namespace satchel::documents {

namespace {

constexpr std::string_view kJson = R"({
  // c0
  "a": {"b": 1, "c": [1, 2, /*i*/ 3]}, "d": {
    "e": true // c1
    , "f": null,
    // c2
  },
  "g": {}, /* c3 */ "h": [ ],
  "keep": { "me" : [ "x" , "y" ] }  // c4
}
)";

constexpr std::string_view kToml = R"(
a.b = 1 # c0
a.c = [1, 2, # i
  3]
g = {}

# c1
[d]
e = true
f = { x = 1, y.z = 2 }
[keep]
me   =   [ "x" , "y" ]
[d.sub.deep]
q = 'x'
)";

void run(Syntax syntax, std::string_view text, std::string_view untouched, unsigned seed) {
    std::mt19937 random(seed);
    const auto pick = [&](auto&... options) {
        const std::string_view all[] = {options...};
        return std::string(all[random() % sizeof...(options)]);
    };
    auto parsed = Document::parse(syntax, text);
    REQUIRE(parsed.has_value());
    Document document = std::move(*parsed);
    std::map<Pointer, std::string> model;
    for (const Leaf& leaf : document.leaves()) model[leaf.pointer] = leaf.value;
    for (int step = 0; step < 60; ++step) {
        Pointer pointer;
        const std::size_t depth = 1 + random() % 3;
        while (pointer.size() < depth)
            pointer.push_back(pick("a", "b", "c", "d", "e", "f", "g", "x y", "sub"));
        const std::string value = pick("1", "\"t\"", "[]", "[1,{\"k\":\"v\"}]", "{}", "false");
        const bool is_set = random() % 3 != 0;
        const Status done = is_set ? document.set(pointer, value) : document.remove(pointer);
        INFO("seed=", seed, " step=", step, " ", to_text(pointer), " ", value);
        INFO(document.text());
        if (!done) CHECK(done.error().code == ErrorCode::conflict);
        if (done && is_set) model[pointer] = value;
        if (done && !is_set) model.erase(pointer);
        std::map<Pointer, std::string> found;
        for (const Leaf& leaf : document.leaves()) found[leaf.pointer] = leaf.value;
        // Objects around a change may become empty or stop being so.
        for (auto* one : {&found, &model})
            std::erase_if(*one, [&](const auto& leaf) {
                return leaf.second == "{}" && !(done && is_set && leaf.first == pointer);
            });
        REQUIRE(found == model);
        REQUIRE(document.text().find(untouched) != std::string::npos);
        if (syntax == Syntax::toml) REQUIRE_NOTHROW((void)toml::parse(document.text()));
    }
}

}  // namespace

TEST_SUITE("documents/random") {
    TEST_CASE("random changes end as a map says and leave the rest") {
        for (unsigned seed = 1; seed <= 200; ++seed) {
            run(Syntax::json, kJson, R"("keep": { "me" : [ "x" , "y" ] })", seed);
            run(Syntax::toml, kToml, "me   =   [ \"x\" , \"y\" ]\n", seed);
        }
    }
}

}  // namespace satchel::documents
