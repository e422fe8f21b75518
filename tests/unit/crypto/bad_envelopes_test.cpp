// Sealed objects that are not what they claim, beside what seal_test, cipher_test, compress_test
// and agree_test flip, cut and move: another kind, another suite, lengths beyond all bounds, a
// sound seal around nonsense, and keys that must not be agreed with.
#include "daemon/crypto/agree.h"
#include "daemon/crypto/seal.h"
#include "shared/base/limits.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

const SegmentPosition kPosition{LaneId{3}, 10, 12, Hash256{5}};

/// One sealed object of every kind.
struct Kinds : test::Workspace {
    Bytes segment = *seal_segment(keyring, desk, kPosition, as_bytes("small"), random);
    Bytes head = *seal_head(keyring, desk, wire::HeadClear{}, as_bytes("small"), random);

    template <class T>
    static ErrorCode code_of(const Result<T>& result) {
        return result ? ErrorCode::failed : result.error().code;
    }
};

}  // namespace

TEST_SUITE_BEGIN("crypto/bad envelopes");

TEST_CASE_FIXTURE(Kinds, "nothing and a single byte are no object") {
    for (const Bytes& bytes : {Bytes{}, Bytes{0}, Bytes{'S'}}) {
        CHECK(code_of(open_segment(keyring, members, bytes)) == ErrorCode::corrupt);
        CHECK(code_of(open_head(keyring, members, bytes)) == ErrorCode::corrupt);
        CHECK_FALSE(wire::parse_member(bytes));
    }
}

TEST_CASE_FIXTURE(Kinds, "an object of one kind is nothing in the place of another") {
    CHECK(code_of(open_head(keyring, members, segment)) == ErrorCode::corrupt);
    CHECK(code_of(open_segment(keyring, members, head)) == ErrorCode::corrupt);
    CHECK_FALSE(open_segment(keyring, members, log[1]));
    CHECK_FALSE(Members::verify(std::vector<Bytes>{segment}, std::nullopt));
    // Nor with the other kind's first bytes: what is signed and sealed tells the kinds apart.
    Bytes disguised = head;
    std::copy_n(segment.begin(), 4, disguised.begin());
    CHECK_FALSE(open_segment(keyring, members, disguised));
}

TEST_CASE_FIXTURE(Kinds, "another suite or format or flag is of a newer version") {
    for (const std::size_t at : {std::size_t{4}, std::size_t{5}, std::size_t{7}}) {
        CAPTURE(at);
        Bytes newer = segment;
        newer[at] += 1;
        CHECK(code_of(open_segment(keyring, members, newer)) == ErrorCode::version_mismatch);
        newer = head;
        newer[at] += 1;
        CHECK(code_of(open_head(keyring, members, newer)) == ErrorCode::version_mismatch);
    }
}

TEST_CASE_FIXTURE(Kinds, "a length beyond all bounds is refused for what it is") {
    // The length of a segment's body stands at the end of its header.
    const std::size_t length_at = wire::kSegmentHeaderBytes - 4;
    for (const std::uint32_t claimed : {0xffffffffu, 0x80000000u, 0u, 15u}) {
        Bytes lying = segment;
        for (std::size_t i = 0; i < 4; ++i)
            lying[length_at + i] = static_cast<Byte>(claimed >> (24 - 8 * i));
        CHECK(code_of(open_segment(keyring, members, lying)) == ErrorCode::corrupt);
    }
    Bytes large(limits::kObjectBytesMax + 1);
    std::copy(segment.begin(), segment.end(), large.begin());
    CHECK(code_of(open_segment(keyring, members, large)) == ErrorCode::too_large);
    CHECK(code_of(open_head(keyring, members, large)) == ErrorCode::too_large);
}

TEST_CASE_FIXTURE(Kinds, "a sound segment of a stranger or of an unknown epoch is refused") {
    const Bytes stranger =
        *seal_segment(keyring, test::keys_from(50), kPosition, as_bytes("small"), random);
    CHECK(code_of(open_segment(keyring, members, stranger)) == ErrorCode::refused);
    test::Workspace other;
    test::CountingRandom elsewhere(180);
    other.keyring = *Keyring::create(elsewhere);
    const Bytes foreign =
        *seal_segment(other.keyring, other.desk, kPosition, as_bytes("small"), elsewhere);
    CHECK(code_of(open_segment(keyring, members, foreign)) == ErrorCode::refused);
}

TEST_CASE_FIXTURE(Kinds, "nobody with a zero or unsound key is let in") {
    PublicKey top_bit = laptop.x_public();
    top_bit[31] |= 0x80;
    for (const PublicKey& unsound : {PublicKey{}, PublicKey{1}, top_bit}) {
        const DeviceKeys tablet = test::keys_from(70);
        const Newcomer newcomer{tablet.device(), tablet.ed_public(), unsound, "tablet"};
        const auto entry = make_add(keyring, desk, members, newcomer, random);
        if (!entry) continue;  // refused before anything was made is as good
        Members next = members;
        CHECK_FALSE(next.append(*entry));
    }
    // An id that is not the hash of the signing key.
    const DeviceKeys tablet = test::keys_from(70);
    const Newcomer renamed{laptop.device(), tablet.ed_public(), tablet.x_public(), "tablet"};
    const auto entry = make_add(keyring, desk, members, renamed, random);
    Members next = members;
    CHECK((!entry || !next.append(*entry)));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
