// Ed25519 against RFC 8032, and the signatures and keys a strict verifier refuses.
#include "daemon/crypto/sign.h"

#include "daemon/crypto/device_keys.h"
#include "daemon/crypto/labels.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"
#include "tests/unit/crypto/vectors.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

// Adds the order of the base point to the scalar of a signature: the same equation, another
// encoding.
Signature with_unreduced_scalar(Signature signature) {
    constexpr std::array<Byte, 32> kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                             0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                             0,    0,    0,    0,    0,    0,    0,    0,
                                             0,    0,    0,    0,    0,    0,    0,    0x10};
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += signature[32 + i] + unsigned{kOrder[i]};
        signature[32 + i] = static_cast<Byte>(carry);
        carry >>= 8;
    }
    return signature;
}

}  // namespace

TEST_SUITE_BEGIN("crypto/sign");

TEST_CASE("ed25519 gives the published keys and signatures") {
    for (const auto& vector : test::load_vectors("ed25519.txt")) {
        CAPTURE(vector.text("name"));
        const auto seed = vector.array<32>("seed");
        const PublicKey public_key = ed25519_public(seed);
        CHECK(to_hex(public_key) == vector.text("public"));
        const Signature signature = ed25519_sign(seed, public_key, vector.bytes("message"));
        CHECK(to_hex(signature) == vector.text("signature"));
        CHECK(ed25519_verify(public_key, vector.bytes("message"), signature));
    }
}

TEST_CASE("a signature holds for its message and key and length only") {
    const std::array<Byte, 32> seed{1};
    const PublicKey public_key = ed25519_public(seed);
    const Signature signature = ed25519_sign(seed, public_key, as_bytes("message"));
    CHECK(ed25519_verify(public_key, as_bytes("message"), signature));
    CHECK_FALSE(ed25519_verify(public_key, as_bytes("messagf"), signature));
    CHECK_FALSE(
        ed25519_verify(ed25519_public(std::array<Byte, 32>{2}), as_bytes("message"), signature));
    CHECK_FALSE(ed25519_verify(public_key, as_bytes("message"), ByteView(signature).first(63)));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        Signature flipped = signature;
        flipped[i] ^= 1;
        CHECK_FALSE(ed25519_verify(public_key, as_bytes("message"), flipped));
    }
}

TEST_CASE("a second encoding of a good signature is refused") {
    const std::array<Byte, 32> seed{1};
    const PublicKey public_key = ed25519_public(seed);
    const Signature signature = ed25519_sign(seed, public_key, as_bytes("message"));
    CHECK_FALSE(ed25519_verify(public_key, as_bytes("message"), with_unreduced_scalar(signature)));
}

TEST_CASE("public keys of small order are no keys") {
    for (const std::string_view hex :
         {"0100000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000080",
          "0000000000000000000000000000000000000000000000000000000000000000",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
        CAPTURE(hex);
        const auto bytes = from_hex(hex);
        PublicKey point;
        std::copy(bytes->begin(), bytes->end(), point.begin());
        CHECK_FALSE(is_sound_ed25519_public(point));
        // R = the point, S = 0 satisfies the bare equation for some of them, whatever the message.
        Signature trivial{};
        std::copy(point.begin(), point.end(), trivial.begin());
        CHECK_FALSE(ed25519_verify(point, as_bytes("anything"), trivial));
    }
    CHECK(is_sound_ed25519_public(ed25519_public(std::array<Byte, 32>{1})));
}

TEST_CASE("a signature of one purpose is none of another") {
    const DeviceKeys keys = test::keys_from(1);
    const Signature signature = sign_request(keys, as_bytes("GET /v1"));
    CHECK(verify_request(keys.ed_public(), as_bytes("GET /v1"), signature));
    CHECK_FALSE(verify_request(keys.ed_public(), as_bytes("GET /v2"), signature));
    CHECK_FALSE(
        verify_signed(keys.ed_public(), labels::kSignSegment, as_bytes("GET /v1"), signature));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
