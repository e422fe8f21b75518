// The text form of API keys and the keys derived from them.
#include "daemon/crypto/api_key.h"

#include "daemon/crypto/device_keys.h"
#include "shared/protocol/wire/check_text.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

std::string text_of(const ApiKey& key) {
    return std::string(as_text(key.text().view()));
}

}  // namespace

TEST_SUITE_BEGIN("crypto/api_key");

TEST_CASE("a key survives its text form") {
    for (const Byte start : {Byte{0}, Byte{1}, Byte{100}, Byte{224}, Byte{255}}) {
        test::CountingRandom random(start);
        const auto key = ApiKey::create(random);
        REQUIRE(key);
        const std::string text = text_of(*key);
        CHECK(text.size() == kApiKeyChars);
        CHECK(text.starts_with("satchel_dk1_"));
        CHECK(std::all_of(text.begin() + 12, text.end(), [](char letter) {
            return wire::base62_value(letter).has_value();
        }));
        const auto again = ApiKey::parse("  " + text + "\r\n");
        REQUIRE(again);
        CHECK(to_hex(again->view()) == to_hex(key->view()));
        CHECK(again->key_id() == key->key_id());
        CHECK(key->key_id().size() == 16);
    }
}

TEST_CASE("every mistyped or missing character is found") {
    test::CountingRandom random;
    const std::string text = text_of(*ApiKey::create(random));
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string typo = text;
        typo[i] = typo[i] == 'x' ? 'y' : 'x';
        const auto parsed = ApiKey::parse(typo);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == ErrorCode::refused);
        CHECK(parsed.error().message.find(typo.substr(13, 8)) == std::string::npos);
        CHECK_FALSE(ApiKey::parse(text.substr(0, i) + text.substr(i + 1)));
    }
}

TEST_CASE("a number above 256 bits is no key though its checksum is right") {
    std::string text = std::string(kApiKeyPrefix) + std::string(43, 'z');
    const auto check = wire::check_text(text);
    text.append(check.data(), check.size());
    CHECK_FALSE(ApiKey::parse(text));
}

TEST_CASE("one key gives one device and another key another") {
    const DeviceKeys one = test::keys_from(1);
    const DeviceKeys same = test::keys_from(1);
    const DeviceKeys other = test::keys_from(2);
    CHECK(one.device() == same.device());
    CHECK(one.x_public() == same.x_public());
    CHECK(one.device() != other.device());
    CHECK(one.x_public() != other.x_public());
    CHECK(one.device() == device_id(one.ed_public()));
    CHECK(to_hex(one.local_key()) != to_hex(one.hedge_key()));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
