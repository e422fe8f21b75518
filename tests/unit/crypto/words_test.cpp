// The words two screens show when a device asks to be let in.
#include "daemon/crypto/words.h"

#include "tests/unit/crypto/fixtures.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

namespace satchel::crypto {

TEST_SUITE_BEGIN("crypto/words");

TEST_CASE("the list has 2048 words that their first four letters tell apart") {
    std::set<std::string_view> beginnings;
    for (std::size_t i = 0; i < 2048; ++i) beginnings.insert(word(i).substr(0, 4));
    CHECK(beginnings.size() == 2048);
    CHECK(word(0) == "abandon");
    CHECK(word(2047) == "zoo");
}

TEST_CASE("both sides make the same six words and any other key or workspace makes others") {
    const DeviceKeys keys = test::keys_from(1);
    const DeviceKeys others = test::keys_from(70);
    const Hash256 genesis{1};
    const std::string words = comparison_words(keys.ed_public(), keys.x_public(), genesis);
    CHECK(std::ranges::count(words, ' ') == 5);
    CHECK(words == comparison_words(keys.ed_public(), keys.x_public(), genesis));
    CHECK(words != comparison_words(others.ed_public(), keys.x_public(), genesis));
    CHECK(words != comparison_words(keys.ed_public(), others.x_public(), genesis));
    CHECK(words != comparison_words(keys.ed_public(), keys.x_public(), Hash256{2}));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
