// HMAC and HKDF against the RFCs; Prf against confusable parts; labels against duplicates.
#include "daemon/crypto/hash.h"

#include "daemon/crypto/hkdf.h"
#include "daemon/crypto/labels.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/vectors.h"

#include <set>

#include <doctest/doctest.h>

namespace satchel::crypto {

TEST_SUITE_BEGIN("crypto/hash");

TEST_CASE("sha256 of abc is the published value however it is cut") {
    const auto expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    CHECK(to_hex(sha256(as_bytes("abc"))) == expected);
    CHECK(to_hex(sha256({as_bytes("a"), {}, as_bytes("bc")})) == expected);
}

TEST_CASE("hmac gives the published codes again and again") {
    for (const auto& vector : test::load_vectors("hmac_sha256.txt")) {
        CAPTURE(vector.text("name"));
        const Hmac hmac(vector.bytes("key"));
        for (int i = 0; i < 2; ++i)
            CHECK(to_hex(hmac({vector.bytes("message")})) == vector.text("mac"));
    }
}

TEST_CASE("hkdf gives the published keys") {
    for (const auto& vector : test::load_vectors("hkdf_sha256.txt")) {
        CAPTURE(vector.text("name"));
        const Hash256 prk = hkdf_extract(vector.bytes("salt"), vector.bytes("input"));
        CHECK(to_hex(prk) == vector.text("prk"));
        Bytes okm(vector.bytes("okm").size());
        hkdf_expand(prk, vector.bytes("info"), okm);
        CHECK(to_hex(okm) == vector.text("okm"));
    }
}

TEST_CASE("a prf tells lists apart that join to the same bytes") {
    const Prf prf{Hash256{1}};
    const Hash256 one = prf({as_bytes("ab"), as_bytes("c")});
    CHECK(one == prf({as_bytes("ab"), as_bytes("c")}));
    CHECK(one != prf({as_bytes("a"), as_bytes("bc")}));
    CHECK(one != prf({as_bytes("abc")}));
    CHECK(one != prf({as_bytes("ab"), as_bytes("c"), {}}));
    CHECK(one != Prf{Hash256{2}}({as_bytes("ab"), as_bytes("c")}));
}

TEST_CASE("a prf is the hmac of its parts with 64-bit lengths before them") {
    const Hash256 key{5};
    const Bytes joined = *from_hex(
        "0000000000000002"
        "6162"
        "0000000000000000");
    CHECK(Prf(key)({as_bytes("ab"), {}}) == Hmac(key)({joined}));
}

TEST_CASE("derived keys differ by label and by where context fields end") {
    const auto key_of = [](std::string_view label, std::initializer_list<ByteView> context) {
        Hash256 key{};
        derive(as_bytes("input"), label, context, key);
        return key;
    };
    const Hash256 one = key_of("seg", {as_bytes("ab"), as_bytes("c")});
    CHECK(one == key_of("seg", {as_bytes("ab"), as_bytes("c")}));
    CHECK(one != key_of("head", {as_bytes("ab"), as_bytes("c")}));
    CHECK(one != key_of("seg", {as_bytes("a"), as_bytes("bc")}));
    CHECK(one != key_of("seg", {as_bytes("abc")}));
}

TEST_CASE("no label is there twice") {
    const std::set<std::string_view> distinct(labels::kAll.begin(), labels::kAll.end());
    CHECK(distinct.size() == labels::kAll.size());
    CHECK(distinct.count("") == 0);
}

TEST_SUITE_END();

}  // namespace satchel::crypto
