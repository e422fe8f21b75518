// Base32 and the text of ids: one text for one byte string.
#include "shared/base/base32.h"

#include "shared/base/ids.h"

#include <doctest/doctest.h>

namespace satchel {

TEST_SUITE_BEGIN("base/base32");

TEST_CASE("text is that of RFC 4648 in lower case without padding") {
    struct Row {
        std::string_view plain;
        std::string_view text;
    };

    for (const Row& row : {Row{"", ""},
                           Row{"f", "my"},
                           Row{"fo", "mzxq"},
                           Row{"foo", "mzxw6"},
                           Row{"foob", "mzxw6yq"},
                           Row{"fooba", "mzxw6ytb"},
                           Row{"foobar", "mzxw6ytboi"}}) {
        CHECK(to_base32(as_bytes(row.plain)) == row.text);
        CHECK(from_base32(row.text) == to_bytes(as_bytes(row.plain)));
    }
}

TEST_CASE("every byte comes back at every place") {
    for (std::size_t size = 1; size <= 17; ++size) {
        for (unsigned value = 0; value < 256; ++value) {
            const Bytes bytes(size, static_cast<Byte>(value));
            CHECK(from_base32(to_base32(bytes)) == bytes);
        }
    }
}

TEST_CASE("other spellings are refused") {
    // Upper case, padding, foreign digits, a space, left-over bits, impossible lengths.
    for (const std::string_view text :
         {"MY", "my======", "m1", "m8", "m!", " my", "mz", "mzxr", "m", "mzx", "mzxw6y"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base32(text));
    }
}

TEST_CASE("an id is 26 characters and comes back") {
    DeviceId id;
    for (std::size_t i = 0; i < DeviceId::kSize; ++i) id.bytes[i] = static_cast<Byte>(i * 17);
    CHECK(id.text().size() == 26);
    CHECK(DeviceId::parse(id.text()) == id);
    CHECK_FALSE(id.is_zero());
    CHECK(DeviceId{}.is_zero());
    CHECK_FALSE(DeviceId::parse(id.text().substr(1)));
    CHECK_FALSE(DeviceId::parse(id.text() + "a"));
    CHECK_FALSE(DeviceId::parse(""));
}

TEST_CASE("an id is made of exactly 16 bytes") {
    CHECK(Sid::from(Bytes(16, 1)));
    CHECK_FALSE(Sid::from(Bytes(15, 1)));
    CHECK_FALSE(Sid::from(Bytes(17, 1)));
}

TEST_SUITE_END();

}  // namespace satchel
