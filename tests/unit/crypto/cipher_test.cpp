// AES-256-GCM and XAES-256-GCM against published vectors, and what they refuse.
#include "daemon/crypto/xaes.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"
#include "tests/unit/crypto/vectors.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

TEST_SUITE_BEGIN("crypto/cipher");

TEST_CASE("aes gcm seals and opens the published vectors") {
    for (const auto& vector : test::load_vectors("aes_256_gcm.txt")) {
        CAPTURE(vector.text("name"));
        const auto key = vector.array<32>("key");
        const auto nonce = vector.array<12>("nonce");
        const Bytes aad = vector.bytes("aad");
        CHECK(to_hex(gcm_seal(key, nonce, aad, vector.bytes("plain"))) == vector.text("sealed"));
        const auto opened = gcm_open(key, nonce, aad, vector.bytes("sealed"));
        REQUIRE(opened);
        CHECK(*opened == vector.bytes("plain"));
    }
}

TEST_CASE("aes gcm takes no tag but the whole right one") {
    const std::array<Byte, 32> key{3};
    const std::array<Byte, 12> nonce{4};
    const Bytes sealed = gcm_seal(key, nonce, as_bytes("aad"), as_bytes("some text"));
    CHECK(gcm_open(key, nonce, as_bytes("aad"), sealed));
    CHECK_FALSE(gcm_open(key, nonce, as_bytes("aae"), sealed));
    for (std::size_t size = 0; size < sealed.size(); ++size)
        CHECK_FALSE(gcm_open(key, nonce, as_bytes("aad"), ByteView(sealed).first(size)));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes flipped = sealed;
        flipped[i] ^= 1;
        CHECK_FALSE(gcm_open(key, nonce, as_bytes("aad"), flipped));
    }
}

TEST_CASE("xaes gcm seals and opens the published vectors") {
    for (const auto& vector : test::load_vectors("xaes_256_gcm.txt")) {
        CAPTURE(vector.text("name"));
        const XaesMessage message(vector.array<32>("key"), vector.array<24>("nonce"));
        const Bytes aad = vector.bytes("aad");
        CHECK(to_hex(message.seal(aad, vector.bytes("plain"))) == vector.text("sealed"));
        const auto opened = message.open(aad, vector.bytes("sealed"));
        REQUIRE(opened);
        CHECK(*opened == vector.bytes("plain"));
    }
}

TEST_CASE("the commitment names the key") {
    const Nonce nonce{9};
    const XaesMessage one(std::array<Byte, 32>{1}, nonce);
    const XaesMessage same(std::array<Byte, 32>{1}, nonce);
    const XaesMessage other(std::array<Byte, 32>{2}, nonce);
    CHECK(one.commitment() == same.commitment());
    CHECK(one.commitment() != other.commitment());
}

TEST_CASE("a nonce differs for different content though randomness repeats") {
    const auto nonce_of = [](std::string_view plain, std::string_view aad) {
        test::CountingRandom repeated;
        return *hedged_nonce(std::array<Byte, 32>{1}, repeated, as_bytes(plain), as_bytes(aad));
    };
    CHECK(nonce_of("a", "x") == nonce_of("a", "x"));
    CHECK(nonce_of("a", "x") != nonce_of("b", "x"));
    CHECK(nonce_of("a", "x") != nonce_of("a", "y"));
}

TEST_CASE("without randomness nothing is sealed") {
    test::BrokenRandom broken;
    const auto box = seal_box(std::array<Byte, 32>{1}, broken, {}, as_bytes("plain"));
    REQUIRE_FALSE(box);
    CHECK(box.error().code == ErrorCode::io);
}

TEST_SUITE_END();

}  // namespace satchel::crypto
