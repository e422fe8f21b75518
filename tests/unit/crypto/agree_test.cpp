// X25519 against RFC 7748, and the points that must not be agreed with.
#include "daemon/crypto/agree.h"

#include "tests/support/result_text.h"
#include "tests/unit/crypto/vectors.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

// Points of small order and encodings above the prime, some of the first with the top bit set.
constexpr std::string_view kUnsound[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
    "0900000000000000000000000000000000000000000000000000000000000080",
};

PublicKey point_of(std::string_view hex) {
    const auto bytes = from_hex(hex);
    REQUIRE(bytes);
    REQUIRE(bytes->size() == 32);
    PublicKey point;
    std::copy(bytes->begin(), bytes->end(), point.begin());
    return point;
}

}  // namespace

TEST_SUITE_BEGIN("crypto/agree");

TEST_CASE("x25519 gives the published values") {
    for (const auto& vector : test::load_vectors("x25519.txt")) {
        CAPTURE(vector.text("name"));
        PublicKey result;
        x25519(vector.array<32>("scalar"), vector.array<32>("point"), result);
        CHECK(to_hex(result) == vector.text("result"));
    }
}

TEST_CASE("x25519 iterated a thousand times gives the published value") {
    PublicKey scalar{9};
    PublicKey point{9};
    for (int i = 1; i <= 1000; ++i) {
        PublicKey next;
        x25519(scalar, point, next);
        point = scalar;
        scalar = next;
        if (i == 1)
            CHECK(to_hex(scalar) ==
                  "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
    CHECK(to_hex(scalar) == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

TEST_CASE("both sides agree on one secret") {
    const std::array<Byte, 32> left{1, 2, 3};
    const std::array<Byte, 32> right{4, 5, 6};
    PublicKey from_left{};
    PublicKey from_right{};
    CHECK(x25519_agree(left, x25519_public(right), from_left));
    CHECK(x25519_agree(right, x25519_public(left), from_right));
    CHECK(from_left == from_right);
    CHECK(from_left != PublicKey{});
}

TEST_CASE("points of small order and second encodings are refused and leave zeros") {
    const std::array<Byte, 32> scalar{1, 2, 3};
    for (const std::string_view hex : kUnsound) {
        CAPTURE(hex);
        PublicKey out{7};
        CHECK_FALSE(x25519_agree(scalar, point_of(hex), out));
        CHECK(out == PublicKey{});
    }
}

TEST_CASE("the largest field element is canonical and the prime is not") {
    CHECK(is_canonical_x25519_public(point_of(kUnsound[4])));
    CHECK_FALSE(is_canonical_x25519_public(point_of(kUnsound[5])));
    CHECK_FALSE(is_canonical_x25519_public(point_of(kUnsound[9])));
    CHECK(is_canonical_x25519_public(PublicKey{9}));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
