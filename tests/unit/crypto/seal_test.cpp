// Segments and heads: there and back, and every way they can be harmed, moved or forged.
#include "daemon/crypto/seal.h"

#include "daemon/crypto/labels.h"
#include "shared/base/limits.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

const SegmentPosition kPosition{LaneId{3}, 10, 12, Hash256{5}};

wire::HeadClear some_head() {
    wire::HeadClear clear;
    clear.counter = 41;
    clear.lanes = {{LaneId{1}, 7, Hash256{1}}, {LaneId{3}, 12, Hash256{5}}};
    return clear;
}

// The segment with one change in its header, signed again by its own author.
Bytes resigned(const test::Workspace& home, ByteView object, void (*change)(wire::SegmentHeader&)) {
    const auto view = wire::parse_segment(object);
    REQUIRE(view);
    wire::SegmentHeader header = view->header;
    change(header);
    Bytes bytes = wire::encode_segment_header(header);
    Bytes signed_bytes = to_bytes(home.keyring.workspace().view());
    ByteWriter signed_part(signed_bytes);
    signed_part.raw(bytes);
    signed_part.raw(sha256(view->sealed));
    ByteWriter out(bytes);
    out.raw(view->sealed);
    out.raw(home.desk.sign(labels::kSignSegment, signed_bytes));
    return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("crypto/seal");

TEST_CASE("a segment opens for every member with header and bytes as sealed") {
    test::Workspace home;
    for (const std::string& plain : {std::string(), std::string("op"), std::string(70'000, 'x')}) {
        const auto object =
            seal_segment(home.keyring, home.desk, kPosition, as_bytes(plain), home.random);
        REQUIRE(object);
        const auto opened = open_segment(home.keyring, home.members, *object);
        REQUIRE(opened);
        CHECK(as_text(opened->plain) == plain);
        CHECK(opened->header.device == home.desk.device());
        CHECK(opened->header.lane == LaneId{3});
        CHECK(opened->header.from == 10);
        CHECK(opened->header.to == 12);
        CHECK(opened->header.link == Hash256{5});
        CHECK(opened->header.epoch == 1);
    }
}

TEST_CASE("a head opens for every member with clear part and payload as sealed") {
    test::Workspace home;
    const auto object =
        seal_head(home.keyring, home.laptop, some_head(), as_bytes("vector"), home.random);
    REQUIRE(object);
    const auto opened = open_head(home.keyring, home.members, *object);
    REQUIRE(opened);
    CHECK(as_text(opened->payload) == "vector");
    CHECK(opened->clear.device == home.laptop.device());
    CHECK(opened->clear.counter == 41);
    CHECK(opened->clear.lanes == some_head().lanes);
}

TEST_CASE("every flipped bit of a segment and every length but the right one is refused") {
    test::Workspace home;
    const Bytes object =
        *seal_segment(home.keyring, home.desk, kPosition, as_bytes("small"), home.random);
    for (std::size_t i = 0; i < object.size(); ++i) {
        CAPTURE(i);
        Bytes flipped = object;
        flipped[i] ^= static_cast<Byte>(1u << (i % 8));
        CHECK_FALSE(open_segment(home.keyring, home.members, flipped));
        CHECK_FALSE(open_segment(home.keyring, home.members, ByteView(object).first(i)));
    }
    Bytes longer = object;
    longer.push_back(0);
    CHECK_FALSE(open_segment(home.keyring, home.members, longer));
}

TEST_CASE("every flipped bit of a head and every cut is refused") {
    test::Workspace home;
    const Bytes object =
        *seal_head(home.keyring, home.desk, some_head(), as_bytes("small"), home.random);
    for (std::size_t i = 0; i < object.size(); ++i) {
        CAPTURE(i);
        Bytes flipped = object;
        flipped[i] ^= static_cast<Byte>(1u << (i % 8));
        CHECK_FALSE(open_head(home.keyring, home.members, flipped));
        CHECK_FALSE(open_head(home.keyring, home.members, ByteView(object).first(i)));
    }
}

TEST_CASE("a member who signs another place for a body does not make it open there") {
    test::Workspace home;
    const Bytes object =
        *seal_segment(home.keyring, home.desk, kPosition, as_bytes("small"), home.random);
    CHECK(open_segment(
        home.keyring, home.members, resigned(home, object, [](wire::SegmentHeader&) {})));
    constexpr void (*kChanges[])(wire::SegmentHeader&) = {
        [](wire::SegmentHeader& header) { header.lane = LaneId{4}; },
        [](wire::SegmentHeader& header) { header.from = 9; },
        [](wire::SegmentHeader& header) { header.to = 13; },
        [](wire::SegmentHeader& header) { header.link[0] ^= 1; },
        [](wire::SegmentHeader& header) { header.nonce[23] ^= 1; },
        [](wire::SegmentHeader& header) { header.nonce[0] ^= 1; },
        [](wire::SegmentHeader& header) { header.commitment[0] ^= 1; },
    };
    const auto other_key = open_segment(
        home.keyring, home.members, resigned(home, object, [](wire::SegmentHeader& header) {
            header.commitment[0] ^= 1;
        }));
    REQUIRE_FALSE(other_key);
    CHECK(other_key.error().message.find("sealed with another key") != std::string::npos);
    for (const auto change : kChanges) {
        const auto opened =
            open_segment(home.keyring, home.members, resigned(home, object, change));
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == ErrorCode::corrupt);
    }
}

TEST_CASE("each failure has a code of its own") {
    test::Workspace home;
    const Bytes object =
        *seal_segment(home.keyring, home.desk, kPosition, as_bytes("small"), home.random);
    const auto code_of = [&](const Bytes& bytes) {
        const auto opened = open_segment(home.keyring, home.members, bytes);
        REQUIRE_FALSE(opened);
        return opened.error().code;
    };
    Bytes harmed = object;
    harmed[4] = 2;  // version
    CHECK(code_of(harmed) == ErrorCode::version_mismatch);
    harmed = object;
    harmed[7] = 1;  // a critical flag
    CHECK(code_of(harmed) == ErrorCode::version_mismatch);
    harmed = object;
    harmed[0] = 'X';
    CHECK(code_of(harmed) == ErrorCode::corrupt);
    harmed = object;
    harmed.back() ^= 1;
    CHECK(code_of(harmed) == ErrorCode::refused);
    CHECK(code_of(Bytes(limits::kObjectBytesMax + 1)) == ErrorCode::too_large);
    CHECK(code_of(resigned(home, object, [](wire::SegmentHeader& header) { header.epoch = 2; })) ==
          ErrorCode::refused);
    const Bytes stranger =
        *seal_segment(home.keyring, test::keys_from(50), kPosition, as_bytes("small"), home.random);
    CHECK(code_of(stranger) == ErrorCode::refused);
}

TEST_CASE("a segment of one workspace is nothing in another with the same devices") {
    test::Workspace home;
    test::Workspace other;
    test::CountingRandom random(200);
    other.keyring = *Keyring::create(random);
    other.log[0] = *make_genesis(other.keyring, other.desk, "desk", random);
    other.members = *Members::verify(std::span(other.log).first(1), std::nullopt);
    const Bytes object =
        *seal_segment(home.keyring, home.desk, kPosition, as_bytes("small"), home.random);
    CHECK_FALSE(open_segment(other.keyring, other.members, object));
    CHECK_FALSE(open_segment(home.keyring, other.members, object));
    const auto view = wire::parse_segment(object);
    REQUIRE(view);
    CHECK(verify_segment_signature(home.desk.ed_public(), home.keyring.workspace(), *view));
    CHECK_FALSE(verify_segment_signature(home.desk.ed_public(), other.keyring.workspace(), *view));
    CHECK_FALSE(verify_segment_signature(home.laptop.ed_public(), home.keyring.workspace(), *view));
}

TEST_CASE("the same bytes sealed twice look different and equal lengths hide small differences") {
    test::Workspace home;
    const auto seal = [&](std::string_view plain) {
        return *seal_segment(home.keyring, home.desk, kPosition, as_bytes(plain), home.random);
    };
    CHECK(seal("small") != seal("small"));
    std::string noise;
    for (int i = 0; i < 1000; ++i) noise.push_back(static_cast<char>(i * i * 31 + i / 7));
    CHECK(seal(noise.substr(0, 990)).size() == seal(noise.substr(0, 995)).size());
}

TEST_CASE("what does not fit into an object is not sealed") {
    test::Workspace home;
    KernelRandom kernel;
    Bytes noise(limits::kObjectBytesMax);
    REQUIRE(kernel.fill(noise));
    CHECK(seal_segment(home.keyring, home.desk, kPosition, noise, kernel).error().code ==
          ErrorCode::too_large);
    // Nor what a push could not carry beside its framing.
    noise.resize(limits::kHttpBodyBytesMax - limits::kHttpFramingBytes);
    CHECK(seal_segment(home.keyring, home.desk, kPosition, noise, kernel).error().code ==
          ErrorCode::too_large);
}

TEST_SUITE_END();

}  // namespace satchel::crypto
