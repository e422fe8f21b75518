// Suggestions for misspelt words.
#include "shared/base/edit_distance.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

namespace satchel {

namespace {

constexpr std::array<std::string_view, 5> kWords = {
    "push", "pull", "stamp", "resolve", "init-config"};

}  // namespace

TEST_SUITE_BEGIN("base/edit_distance");

TEST_CASE("the nearest word is found") {
    CHECK(nearest_word("push", kWords) == "push");
    CHECK(nearest_word("psuh", kWords) == "push");
    CHECK(nearest_word("pul", kWords) == "pull");
    CHECK(nearest_word("reslove", kWords) == "resolve");
    CHECK(nearest_word("stanp", kWords) == "stamp");
}

TEST_CASE("long words may differ more than short ones") {
    CHECK(nearest_word("init_cofigg", kWords) == "init-config");
    CHECK(nearest_word("inidxcfnzig", kWords).empty());
    CHECK(nearest_word("rexxxve", kWords).empty());
    CHECK(nearest_word("pxx", kWords).empty());
}

TEST_CASE("of equally near words the first wins") {
    constexpr std::array<std::string_view, 2> kTwins = {"cats", "bats"};
    CHECK(nearest_word("rats", kTwins) == "cats");
}

TEST_CASE("nothing is near to nothing or to a very long word") {
    CHECK(nearest_word("", kWords).empty());
    CHECK(nearest_word("push", {}).empty());
    CHECK(nearest_word(std::string(100'000, 'p'), kWords).empty());
}

TEST_SUITE_END();

}  // namespace satchel
