// The keyring in memory, on disk, and its object keys.
#include "daemon/crypto/keyring.h"

#include "daemon/crypto/labels.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"

#include <set>

#include <doctest/doctest.h>

namespace satchel::crypto {

TEST_SUITE_BEGIN("crypto/keyring");

TEST_CASE("a keyring survives being written and read") {
    test::CountingRandom random;
    const auto keyring = Keyring::create(random);
    REQUIRE(keyring);
    CHECK(keyring->epoch() == 1);
    const auto again = Keyring::parse(keyring->serialize().view());
    REQUIRE(again);
    CHECK(again->workspace() == keyring->workspace());
    CHECK(to_hex(again->serialize().view()) == to_hex(keyring->serialize().view()));
}

TEST_CASE("all keys of a keyring differ") {
    KernelRandom random;
    const auto keyring = Keyring::create(random);
    REQUIRE(keyring);
    std::set<std::string> keys;
    for (const KeyView key : {keyring->id_key(),
                              keyring->digest_key(),
                              keyring->link_key(),
                              keyring->chunk_key(),
                              keyring->gear_key()})
        keys.insert(to_hex(key));
    Hash256 key{};
    for (const std::string_view label : {labels::kSegment, labels::kHead, labels::kName}) {
        REQUIRE(keyring->object_key(1, label, key));
        keys.insert(to_hex(key));
    }
    CHECK(keys.size() == 8);
}

TEST_CASE("there is no key for an epoch we do not have") {
    test::CountingRandom random;
    const auto keyring = Keyring::create(random);
    Hash256 key{};
    CHECK_FALSE(keyring->object_key(0, labels::kSegment, key));
    CHECK_FALSE(keyring->object_key(2, labels::kSegment, key));
}

TEST_CASE("cut and lengthened keyrings do not parse") {
    test::CountingRandom random;
    const Secret bytes = Keyring::create(random)->serialize();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(Keyring::parse(bytes.view().first(size)));
    Bytes longer = to_bytes(bytes.view());
    longer.push_back(0);
    CHECK_FALSE(Keyring::parse(longer));
}

TEST_CASE("a sealed keyring opens under its own api key and unharmed only") {
    test::CountingRandom random;
    const auto keyring = Keyring::create(random);
    const DeviceKeys keys = test::keys_from(1);
    const auto sealed = seal_keyring(*keyring, keys, random);
    REQUIRE(sealed);
    const auto opened = open_keyring(keys, *sealed);
    REQUIRE(opened);
    CHECK(opened->workspace() == keyring->workspace());
    const auto other = open_keyring(test::keys_from(2), *sealed);
    REQUIRE_FALSE(other);
    CHECK(other.error().code == ErrorCode::refused);
    for (std::size_t i = 0; i < sealed->size(); ++i) {
        Bytes flipped = *sealed;
        flipped[i] ^= 1;
        CHECK_FALSE(open_keyring(keys, flipped));
    }
}

TEST_CASE("a chain value depends on everything before it") {
    const Prf prf{Hash256{1}};
    const Hash256 one = link_next(prf, {}, as_bytes("op 1"));
    CHECK(link_next(prf, one, as_bytes("op 2")) != link_next(prf, {}, as_bytes("op 2")));
    CHECK(link_next(prf, one, as_bytes("op 2")) == link_next(prf, one, as_bytes("op 2")));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
