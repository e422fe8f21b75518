// The content hash is stored on disk and travels between machines: its values never change.
#include "shared/base/hash.h"

#include <set>

#include <doctest/doctest.h>

namespace satchel {

namespace {

/// `size` bytes that differ from their neighbours.
Bytes counted(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<Byte>(i * 7);
    return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("base/hash");

TEST_CASE("hashes of known bytes stay what they are") {
    // Published values of XXH3, 64 bits without a seed.
    CHECK(hash64({}) == 0x2d06800538d394c2);
    CHECK(hash64(as_bytes("a")) == 0xe6c632b61e964e1f);
    CHECK(hash64(as_bytes("abc")) == 0x78af5f94892f3950);
    // One length for each way the algorithm takes.
    CHECK(hash64(counted(16)) == 0x9da23836adf2be1e);
    CHECK(hash64(counted(64)) == 0x6efb76ff16f37561);
    CHECK(hash64(counted(128)) == 0x65f3c2c00fa93185);
    CHECK(hash64(counted(200)) == 0x7c64f3b17285e96a);
    CHECK(hash64(counted(1'000)) == 0x10ad30264426c830);
    CHECK(hash64(counted(100'000)) == 0x01271d2740e5fca3);
}

TEST_CASE("folded hashes stay what they are and depend on order") {
    CHECK(combine64(0, 0) == 0);
    CHECK(combine64(1, 2) == 0x975835de1c9756ce);
    CHECK(combine64(2, 1) == 0xbeeb8da1658eec67);
}

TEST_CASE("one changed bit changes the hash") {
    std::set<std::uint64_t> hashes;
    for (const std::size_t size : {1u, 9u, 100u, 300u}) {
        Bytes bytes = counted(size);
        hashes.insert(hash64(bytes));
        for (std::size_t bit = 0; bit < size * 8; ++bit) {
            bytes[bit / 8] ^= static_cast<Byte>(1u << bit % 8);
            hashes.insert(hash64(bytes));
            bytes[bit / 8] ^= static_cast<Byte>(1u << bit % 8);
        }
    }
    CHECK(hashes.size() == 4 + (1 + 9 + 100 + 300) * 8);
}

TEST_SUITE_END();

}  // namespace satchel
