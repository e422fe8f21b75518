// Segments, heads and membership entries as bytes: what was written is read, nothing else is.
#include "shared/base/limits.h"
#include "shared/protocol/wire/head.h"
#include "shared/protocol/wire/member.h"
#include "shared/protocol/wire/segment.h"
#include "tests/support/result_text.h"

#include <doctest/doctest.h>

namespace satchel::wire {

namespace {

SegmentHeader some_segment() {
    return {DeviceId{{1}}, LaneId{2}, 3, 4, 5, {6}, {7}, {8}, 20};
}

Bytes segment_bytes(const SegmentHeader& header) {
    Bytes bytes = encode_segment_header(header);
    bytes.resize(bytes.size() + header.body_bytes + sizeof(Signature), Byte{9});
    return bytes;
}

Bytes head_bytes(const HeadClear& clear, std::uint32_t body_bytes = 20) {
    Bytes bytes = encode_head_header(clear, {6}, {8}, body_bytes);
    bytes.resize(bytes.size() + body_bytes + sizeof(Signature), Byte{9});
    return bytes;
}

HeadClear some_head() {
    return {DeviceId{{1}}, 2, 3, {{LaneId{1}, 4, {5}}, {LaneId{7}, 0, {}}}};
}

MemberEntry some_member() {
    MemberEntry entry;
    entry.number = 3;
    entry.previous = {1};
    entry.workspace = {{2}};
    entry.device = {{3}};
    entry.ed_public = {4};
    entry.x_public = {5};
    entry.epoch = 6;
    entry.sealed_name = {7, 7};
    entry.envelope = Bytes(300, Byte{8});
    entry.author = {{9}};
    entry.signature = {10};
    return entry;
}

// Only the whole of `object` parses.
template <class Parse>
void check_lengths(Bytes object, Parse parse) {
    REQUIRE(parse(object));
    for (std::size_t size = 0; size < object.size(); ++size)
        CHECK_FALSE(parse(ByteView(object).first(size)));
    object.push_back(0);
    CHECK_FALSE(parse(object));
}

// Magic, version, suite and flags each count.
template <class Parse>
void check_preamble(const Bytes& object, Parse parse) {
    for (std::size_t i = 0; i < kPreambleBytes; ++i) {
        Bytes changed = object;
        changed[i] ^= 0x40;
        const auto parsed = parse(changed);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == (i < 4 ? ErrorCode::corrupt : ErrorCode::version_mismatch));
    }
    // No downgrade: there never was a format or a suite 0.
    for (const std::size_t i : {std::size_t{4}, std::size_t{5}}) {
        Bytes changed = object;
        changed[i] = 0;
        CHECK(parse(changed).error().code == ErrorCode::corrupt);
    }
}

}  // namespace

TEST_SUITE_BEGIN("wire/objects");

TEST_CASE("a segment is read as it was written") {
    const Bytes object = segment_bytes(some_segment());
    const auto view = parse_segment(object);
    REQUIRE(view);
    CHECK(view->header == some_segment());
    CHECK(view->header_bytes.size() == kSegmentHeaderBytes);
    CHECK(view->sealed.size() == 20);
    CHECK(view->signature.size() == 64);
    check_lengths(object, parse_segment);
    check_preamble(object, parse_segment);
}

TEST_CASE("a segment has its fields where the table says") {
    const Bytes bytes = encode_segment_header(some_segment());
    CHECK(to_hex(ByteView(bytes).first(46)) ==
          "53534547"
          "01"
          "01"
          "0000"
          "01000000000000000000000000000000"
          "0002"
          "0000000000000003"
          "0000000000000004"
          "00000005");
}

TEST_CASE("segments that cannot be are corrupt") {
    SegmentHeader backwards = some_segment();
    backwards.from = 5;
    CHECK(parse_segment(segment_bytes(backwards)).error().code == ErrorCode::corrupt);
    SegmentHeader tiny = some_segment();
    tiny.body_bytes = 15;
    CHECK(parse_segment(segment_bytes(tiny)).error().code == ErrorCode::corrupt);
    CHECK(parse_segment(Bytes(limits::kObjectBytesMax + 1)).error().code == ErrorCode::too_large);
}

TEST_CASE("a head is read as it was written") {
    for (const HeadClear& clear : {some_head(), HeadClear{}}) {
        const Bytes object = head_bytes(clear);
        const auto view = parse_head(object);
        REQUIRE(view);
        CHECK(view->clear == clear);
        CHECK(view->commitment == Commitment{6});
        CHECK(view->nonce == Nonce{8});
        CHECK(view->header_bytes.size() + 20 + 64 == object.size());
    }
    check_lengths(head_bytes(some_head()), parse_head);
    check_preamble(head_bytes(some_head()), parse_head);
}

TEST_CASE("a head lists every lane once and in order and not too many") {
    HeadClear twice = some_head();
    twice.lanes[1].lane = twice.lanes[0].lane;
    CHECK(parse_head(head_bytes(twice)).error().code == ErrorCode::corrupt);
    HeadClear swapped = some_head();
    std::swap(swapped.lanes[0], swapped.lanes[1]);
    CHECK(parse_head(head_bytes(swapped)).error().code == ErrorCode::corrupt);
    Bytes claims = head_bytes(HeadClear{});
    claims[36] = 0xff;  // a count of lanes that are not there
    CHECK_FALSE(parse_head(claims));
}

TEST_CASE("a membership entry is read as it was written") {
    const Bytes object = encode_member(some_member());
    const auto entry = parse_member(object);
    REQUIRE(entry);
    CHECK(*entry == some_member());
    CHECK(encode_member_signed_part(*entry).size() + 64 == object.size());
    check_lengths(object, parse_member);
    check_preamble(object, parse_member);
    CHECK(parse_member(Bytes(kMemberBytesMax + 1)).error().code == ErrorCode::too_large);
}

TEST_CASE("an entry of every kind is read as it was written") {
    MemberEntry entry;
    entry.number = 3;
    entry.device = {{3}};
    entry.author = {{9}};
    entry.signature = {10};
    SUBCASE("an epoch begins") {
        entry.kind = MemberKind::rotate;
        entry.epoch = 7;
        entry.key_check = {4};
        entry.envelopes = {{DeviceId{{1}}, Bytes(80, Byte{1})}, {DeviceId{{2}}, {}}};
    }
    SUBCASE("a device goes") {
        entry.kind = MemberKind::revoke;
        entry.epoch = 7;
        entry.envelopes = {{DeviceId{{1}}, Bytes(80, Byte{1})}};
        entry.log_ends = {{LaneId{1}, 5, {6}}, {LaneId{9}, 0, {}}};
    }
    SUBCASE("a device is called something else") {
        entry.kind = MemberKind::rename;
        entry.epoch = 7;
        entry.sealed_name = {1, 2};
    }
    SUBCASE("a device may do something else") {
        entry.kind = MemberKind::role;
        entry.role = MemberRole::paper;
        entry.log_ends = {{LaneId{1}, 5, {6}}};
    }
    const Bytes object = encode_member(entry);
    const auto read = parse_member(object);
    REQUIRE(read);
    CHECK(*read == entry);
    check_lengths(object, parse_member);
    check_preamble(object, parse_member);
}

TEST_CASE("a role of another version is not read") {
    MemberEntry entry;
    entry.kind = MemberKind::role;
    Bytes object = encode_member(entry);
    object[81] = 9;
    CHECK(parse_member(object).error().code == ErrorCode::version_mismatch);
}

TEST_CASE("a membership entry of an unknown kind is of another version") {
    Bytes object = encode_member(some_member());
    for (const Byte kind : {Byte{0}, Byte{7}, Byte{255}}) {
        object[8] = kind;
        CHECK(parse_member(object).error().code == ErrorCode::version_mismatch);
    }
}

TEST_SUITE_END();

}  // namespace satchel::wire
