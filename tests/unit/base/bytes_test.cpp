// Binary formats: numbers have one encoding, and a reader never passes its end.
#include "shared/base/bytes.h"

#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace satchel {

namespace {

Bytes varint_of(std::uint64_t value) {
    Bytes bytes;
    ByteWriter(bytes).varint(value);
    return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("base/bytes");

TEST_CASE("integers are big-endian") {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u8(0x01);
    out.u16(0x0203);
    out.u32(0x04050607);
    out.u64(0x08090a0b0c0d0e0f);
    CHECK(to_hex(bytes) == "0102030405060708090a0b0c0d0e0f");
    ByteReader in(bytes);
    CHECK(in.u8() == 0x01);
    CHECK(in.u16() == 0x0203);
    CHECK(in.u32() == 0x04050607);
    CHECK(in.u64() == 0x08090a0b0c0d0e0f);
    CHECK(in.finished());
}

TEST_CASE("varints read as documented and come back") {
    CHECK(to_hex(varint_of(0)) == "00");
    CHECK(to_hex(varint_of(127)) == "7f");
    CHECK(to_hex(varint_of(128)) == "8001");
    CHECK(to_hex(varint_of(300)) == "ac02");
    CHECK(to_hex(varint_of(~std::uint64_t{0})) == "ffffffffffffffffff01");
    for (unsigned bit = 0; bit < 64; ++bit) {
        for (const std::uint64_t value : {(std::uint64_t{1} << bit) - 1, std::uint64_t{1} << bit}) {
            const Bytes bytes = varint_of(value);
            ByteReader in(bytes);
            CHECK(in.varint() == value);
            CHECK(in.finished());
        }
    }
}

TEST_CASE("a varint has one encoding") {
    // Zero in two bytes, one in three, 64 bits and more, no end.
    for (const std::string_view hex : {"8000",
                                       "818000",
                                       "ffffffffffffffffff02",
                                       "ffffffffffffffffff8100",
                                       "80808080808080808080",
                                       "80",
                                       ""}) {
        const Bytes bytes = *from_hex(hex);
        ByteReader in(bytes);
        CAPTURE(hex);
        CHECK(in.varint() == 0);
        CHECK(in.failed());
    }
}

TEST_CASE("signed varints keep small numbers short and come back") {
    using Limits = std::numeric_limits<std::int64_t>;

    struct Row {
        std::int64_t value;
        std::string_view hex;
    };

    for (const Row& row : {Row{0, "00"},
                           Row{-1, "01"},
                           Row{1, "02"},
                           Row{-64, "7f"},
                           Row{64, "8001"},
                           Row{Limits::max(), "feffffffffffffffff01"},
                           Row{Limits::min(), "ffffffffffffffffff01"}}) {
        Bytes bytes;
        ByteWriter(bytes).zigzag(row.value);
        CHECK(to_hex(bytes) == row.hex);
        ByteReader in(bytes);
        CHECK(in.zigzag() == row.value);
        CHECK(in.finished());
    }
}

TEST_CASE("sized bytes are read back as a view") {
    Bytes bytes;
    ByteWriter out(bytes);
    out.sized("abc");
    out.sized("");
    CHECK(to_hex(bytes) == "0361626300");
    ByteReader in(bytes);
    const ByteView first = in.sized();
    CHECK(as_text(first) == "abc");
    CHECK(first.data() == bytes.data() + 1);
    CHECK(in.sized().empty());
    CHECK(in.finished());
}

TEST_CASE("a length that the input does not hold fails and gives nothing") {
    for (const std::string_view hex : {"04616263", "ffffffffffffffffff01616263", "8000", ""}) {
        const Bytes bytes = *from_hex(hex);
        ByteReader in(bytes);
        CAPTURE(hex);
        CHECK(in.sized().empty());
        CHECK(in.failed());
    }
}

TEST_CASE("after a failure every read gives zero or nothing") {
    const Bytes bytes{1, 2, 3};
    ByteReader in(bytes);
    in.u32();
    CHECK(in.failed());
    CHECK(in.u8() == 0);
    CHECK(in.u16() == 0);
    CHECK(in.u64() == 0);
    CHECK(in.varint() == 0);
    CHECK(in.zigzag() == 0);
    CHECK(in.raw(0).empty());
    std::array<Byte, 2> filled{7, 7};
    in.fill(filled);
    CHECK(filled == std::array<Byte, 2>{7, 7});
    CHECK(in.remaining() == 0);
    CHECK_FALSE(in.finished());
}

TEST_CASE("unread bytes are not a finished reading") {
    const Bytes bytes{1, 2};
    ByteReader in(bytes);
    in.u8();
    CHECK_FALSE(in.failed());
    CHECK_FALSE(in.finished());
    CHECK(in.remaining() == 1);
}

TEST_CASE("hexadecimal is read in both cases and written in lower case") {
    CHECK(to_hex(Bytes{0x00, 0xab, 0xff}) == "00abff");
    CHECK(from_hex("00aBFf") == Bytes{0x00, 0xab, 0xff});
    CHECK(from_hex("") == Bytes{});
    for (const std::string_view text : {"0", "0g", " 00", "00 ", "0x"}) {
        CAPTURE(text);
        CHECK_FALSE(from_hex(text));
    }
}

TEST_CASE("bytes are equal when all of them are") {
    CHECK(equal_constant_time(Bytes{}, Bytes{}));
    CHECK(equal_constant_time(Bytes{1, 2}, Bytes{1, 2}));
    CHECK_FALSE(equal_constant_time(Bytes{1, 2}, Bytes{1, 3}));
    CHECK_FALSE(equal_constant_time(Bytes{0x80, 2}, Bytes{0x00, 2}));
    CHECK_FALSE(equal_constant_time(Bytes{1, 2}, Bytes{1, 2, 0}));
}

TEST_SUITE_END();

}  // namespace satchel
