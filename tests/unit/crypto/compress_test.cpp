// Packing: what comes back, how long it gets, and what a hostile packing cannot do.
#include "daemon/crypto/compress.h"

#include "daemon/crypto/padding.h"
#include "shared/base/limits.h"
#include "tests/support/result_text.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

Bytes noise(std::size_t size) {
    Bytes bytes(size);
    std::uint64_t state = 0x9E3779B97F4A7C15ULL;
    for (Byte& byte : bytes) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        byte = static_cast<Byte>(state >> 32);
    }
    return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("crypto/compress");

TEST_CASE("padme lengths are the published ones and cost at most 12 percent") {
    CHECK(padme(0) == 0);
    CHECK(padme(1) == 1);
    CHECK(padme(8) == 8);
    CHECK(padme(9) == 10);
    CHECK(padme(100) == 104);
    CHECK(padme(1000) == 1024);
    CHECK(padme(1'000'000) == 1'015'808);
    for (std::uint64_t size = 1; size < 100'000; ++size) {
        const std::uint64_t padded = padme(size);
        REQUIRE(padded >= size);
        REQUIRE(padded * 100 <= size * 112);
        REQUIRE(padme(padded) == padded);
    }
}

TEST_CASE("bytes come back and packed lengths are padded ones") {
    const Bytes plains[] = {
        {}, {7}, noise(1000), Bytes(100'000, Byte{'a'}), noise(300'000), Bytes(5, Byte{0})};
    for (const Bytes& plain : plains) {
        const auto packed = pack(plain);
        REQUIRE(packed);
        CHECK(packed->size() == padme(packed->size()));
        const auto again = unpack(*packed);
        REQUIRE(again);
        CHECK(*again == plain);
    }
    CHECK(pack(Bytes(100'000, Byte{'a'}))->size() < 200);
    CHECK(pack(noise(1000))->size() < 1100);
}

TEST_CASE("more than an object may hold is refused on both ways") {
    CHECK(pack(Bytes(limits::kPlainBytesMax + 1)).error().code == ErrorCode::too_large);
    Bytes packed = *pack(Bytes(100, Byte{'a'}));
    packed[1] = 0x7f;  // claims two gigabytes
    CHECK(unpack(packed).error().code == ErrorCode::too_large);
}

TEST_CASE("a frame that says another size than the packing is corrupt") {
    Bytes packed = *pack(Bytes(100'000, Byte{'a'}));
    packed[2] ^= 1;
    CHECK(unpack(packed).error().code == ErrorCode::corrupt);
}

TEST_CASE("cut lengthened and flipped packings never come back as something else") {
    const Bytes plain(3000, Byte{'b'});
    const Bytes packed = *pack(plain);
    for (std::size_t i = 0; i < packed.size(); ++i) {
        CHECK_FALSE(unpack(ByteView(packed).first(i)));
        Bytes flipped = packed;
        flipped[i] ^= 0x10;
        const auto unpacked = unpack(flipped);
        if (unpacked) CHECK(unpacked->size() == plain.size());
    }
    Bytes longer = packed;
    longer.push_back(0);
    CHECK_FALSE(unpack(longer));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
