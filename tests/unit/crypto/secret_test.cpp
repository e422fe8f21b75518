// Secret bytes move, print nothing and are wiped; the kernel's randomness is there.
#include "daemon/crypto/secret.h"

#include "daemon/crypto/random.h"
#include "tests/support/result_text.h"

#include <algorithm>
#include <sstream>
#include <type_traits>

#include <doctest/doctest.h>

namespace satchel::crypto {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_copy_constructible_v<Wiped<32>>);

TEST_SUITE_BEGIN("crypto/secret");

TEST_CASE("a secret prints as three stars") {
    std::ostringstream out;
    out << Secret::copy_of(as_bytes("hunter2"));
    CHECK(out.str() == "***");
}

TEST_CASE("a moved secret is in one place") {
    Secret first = Secret::copy_of(as_bytes("bytes"));
    const Secret second = std::move(first);
    CHECK(as_text(second.view()) == "bytes");
    CHECK(first.size() == 0);
    CHECK(as_text(second.clone().view()) == "bytes");
}

TEST_CASE("an ended scope leaves no bytes behind") {
    alignas(Wiped<32>) std::array<Byte, sizeof(Wiped<32>)> place{};
    auto* secret = new (place.data()) Wiped<32>;
    std::ranges::fill(secret->span(), Byte{0xaa});
    CHECK(place[0] == 0xaa);
    secret->~Wiped();
    CHECK(std::ranges::all_of(place, [](Byte byte) { return byte == 0; }));
}

TEST_CASE("kernel randomness fills long spans with different bytes") {
    KernelRandom random;
    Bytes one(1000);
    Bytes two(1000);
    REQUIRE(random.fill(one));
    REQUIRE(random.fill(two));
    CHECK(one != two);
    CHECK(std::ranges::count(ByteView(one).last(32), 0) < 20);
}

TEST_SUITE_END();

}  // namespace satchel::crypto
