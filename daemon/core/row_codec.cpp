#include "daemon/core/row_codec.h"

#include <algorithm>
#include <tuple>

namespace satchel::core {

namespace {

constexpr std::uint8_t kHasLagging = 1;
constexpr std::uint8_t kHasValue = 1;
constexpr std::uint8_t kIsSeen = 2;
constexpr std::uint8_t kIsDecision = 4;

void encode_shadow(const Shadow& shadow, ByteWriter& out) {
    out.u8(shadow.is_present ? 1 : 0);
    out.varint(shadow.hashes.size());
    for (const auto& [column, hash] : shadow.hashes) {
        out.u32(static_cast<std::uint32_t>(column));
        out.u64(hash);
    }
}

Shadow decode_shadow(ByteReader& in) {
    Shadow shadow;
    shadow.is_present = in.u8() != 0;
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        const ColumnId column{in.u32()};
        const std::uint64_t hash = in.u64();
        shadow.hashes.emplace_back(column, hash);
    }
    return shadow;
}

/// The siblings of one op, ordered by column.
using Group = std::vector<const Sibling*>;

void encode_group(const Group& group, ByteWriter& out) {
    const Sibling& first = *group.front();
    out.raw(first.dot.device.view());
    out.varint(first.dot.seq);
    out.u64(first.stamp.packed);
    out.varint(group.size());
    for (const Sibling* sibling : group) {
        const auto flags = static_cast<std::uint8_t>((sibling->value ? kHasValue : 0) |
                                                     (sibling->is_seen ? kIsSeen : 0) |
                                                     (sibling->is_decision ? kIsDecision : 0));
        out.u8(flags);
        out.u32(static_cast<std::uint32_t>(sibling->column));
        out.u64(sibling->value_hash);
        if (sibling->value) out.sized(sibling->value->encoded());
    }
}

void decode_group(ByteReader& in, Row& row) {
    Dot dot;
    in.fill(dot.device.bytes);
    dot.seq = in.varint();
    const Stamp stamp{in.u64()};
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        const std::uint8_t flags = in.u8();
        Sibling sibling{ColumnId{in.u32()}, dot, stamp, in.u64(), (flags & kIsSeen) != 0, {}};
        sibling.is_decision = (flags & kIsDecision) != 0;
        if ((flags & kHasValue) != 0) {
            auto value = Value::decode(in.sized());
            if (value)
                sibling.value = std::move(*value);
            else
                in.fail();
        }
        if (!in.failed()) row.siblings.push_back(std::move(sibling));
    }
}

}  // namespace

Bytes encode_row(const Row& row) {
    Group by_dot;
    by_dot.reserve(row.siblings.size());
    for (const Sibling& sibling : row.siblings) by_dot.push_back(&sibling);
    std::ranges::stable_sort(by_dot, {}, [](const Sibling* s) { return s->dot; });

    Bytes encoded;
    encoded.reserve(40 + row.siblings.size() * 14);
    ByteWriter out(encoded);
    out.u8(row.lagging ? kHasLagging : 0);
    if (row.lagging) encode_shadow(*row.lagging, out);
    for (auto first = by_dot.begin(); first != by_dot.end();) {
        const auto next = std::find_if(
            first, by_dot.end(), [&](const Sibling* s) { return s->dot != (*first)->dot; });
        encode_group(Group(first, next), out);
        first = next;
    }
    return encoded;
}

Result<Row> decode_row(ByteView encoded) {
    ByteReader in(encoded);
    Row row;
    const std::uint8_t flags = in.u8();
    if ((flags & kHasLagging) != 0) row.lagging = decode_shadow(in);
    bool is_one_group = true;
    for (std::size_t groups = 0; !in.failed() && in.remaining() > 0; ++groups) {
        is_one_group = groups == 0;
        decode_group(in, row);
    }
    if (in.failed())
        return Error{ErrorCode::corrupt,
                     "decode row: the local store holds malformed bytes",
                     "run satchelctl doctor"};
    if (!is_one_group) {
        std::ranges::sort(row.siblings, [](const Sibling& left, const Sibling& right) {
            return std::tie(left.column, left.dot) < std::tie(right.column, right.dot);
        });
    }
    return row;
}

}  // namespace satchel::core
