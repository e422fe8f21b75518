// HPKE against the published vector of its suite.
#include "daemon/crypto/wrap.h"

#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"
#include "tests/unit/crypto/vectors.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

TEST_SUITE_BEGIN("crypto/wrap");

TEST_CASE("wrapping gives the published bytes and unwrapping the published text") {
    const auto vector = test::load_vectors("hpke.txt").front();
    Wiped<32> scalar;
    hpke_derive_scalar(vector.bytes("ikm_r"), scalar.span());
    const PublicKey recipient = x25519_public(scalar.view());
    CHECK(to_hex(recipient) == vector.text("public_r"));

    const Bytes info = vector.bytes("info");
    const Bytes aad = vector.bytes("aad");
    test::GivenRandom random(vector.bytes("ikm_e"));
    const auto wrapped = wrap_to(recipient, {info, aad}, vector.bytes("plain"), random);
    REQUIRE(wrapped);
    CHECK(to_hex(*wrapped) == vector.text("wrapped"));
    const auto plain = unwrap(scalar.view(), {info, aad}, *wrapped);
    REQUIRE(plain);
    CHECK(*plain == vector.bytes("plain"));
}

TEST_CASE("a wrapping opens for its recipient in its context and whole only") {
    const DeviceKeys recipient = test::keys_from(1);
    test::CountingRandom random;
    const WrapContext context{as_bytes("info"), as_bytes("aad")};
    const auto wrapped = wrap_to(recipient.x_public(), context, as_bytes("key"), random);
    REQUIRE(wrapped);
    CHECK(wrapped->size() == 3 + kWrapOverheadBytes);
    CHECK(unwrap(recipient.x_scalar(), context, *wrapped));
    CHECK_FALSE(unwrap(test::keys_from(2).x_scalar(), context, *wrapped));
    CHECK_FALSE(unwrap(recipient.x_scalar(), {as_bytes("inf"), as_bytes("aad")}, *wrapped));
    CHECK_FALSE(unwrap(recipient.x_scalar(), {as_bytes("info"), as_bytes("aa")}, *wrapped));
    for (std::size_t i = 0; i < wrapped->size(); ++i) {
        Bytes flipped = *wrapped;
        flipped[i] ^= 0x80;
        CHECK_FALSE(unwrap(recipient.x_scalar(), context, flipped));
        CHECK_FALSE(unwrap(recipient.x_scalar(), context, ByteView(*wrapped).first(i)));
    }
}

TEST_CASE("nothing is wrapped to a key of small order") {
    test::CountingRandom random;
    const auto wrapped = wrap_to(PublicKey{1}, {}, as_bytes("key"), random);
    REQUIRE_FALSE(wrapped);
    CHECK(wrapped.error().code == ErrorCode::refused);
}

TEST_SUITE_END();

}  // namespace satchel::crypto
