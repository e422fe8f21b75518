// Encoding and cutting of membership entries; see the byte table in member.h.
#include "shared/protocol/wire/member.h"

#include "shared/base/assert.h"

namespace satchel::wire {

namespace {

constexpr Magic kMagic{'S', 'M', 'E', 'M'};

void write_short(ByteWriter& out, ByteView bytes) {
    SATCHEL_ASSERT(bytes.size() <= 0xffff);
    out.u16(static_cast<std::uint16_t>(bytes.size()));
    out.raw(bytes);
}

Bytes read_short(ByteReader& in) {
    const std::size_t count = in.u16();
    return to_bytes(in.raw(count));
}

}  // namespace

Bytes encode_member_signed_part(const MemberEntry& entry) {
    Bytes bytes;
    ByteWriter out(bytes);
    write_preamble(out, kMagic);
    out.u8(static_cast<Byte>(entry.kind));
    out.u64(entry.number);
    out.raw(entry.previous);
    out.raw(entry.workspace.view());
    out.raw(entry.device.view());
    out.raw(entry.ed_public);
    out.raw(entry.x_public);
    out.u32(entry.epoch);
    write_short(out, entry.sealed_name);
    write_short(out, entry.envelope);
    out.raw(entry.author.view());
    return bytes;
}

Bytes encode_member(const MemberEntry& entry) {
    Bytes bytes = encode_member_signed_part(entry);
    ByteWriter(bytes).raw(entry.signature);
    return bytes;
}

Result<MemberEntry> parse_member(ByteView object) {
    if (object.size() > kMemberBytesMax)
        return Error{ErrorCode::too_large, "parse a membership entry: larger than one may be"};
    ByteReader in(object);
    if (auto known = read_preamble(in, kMagic, "membership entry"); !known)
        return std::move(known).error();

    MemberEntry entry;
    const unsigned kind = in.u8();
    entry.kind = static_cast<MemberKind>(kind);
    entry.number = in.u64();
    in.fill(entry.previous);
    in.fill(entry.workspace.bytes);
    in.fill(entry.device.bytes);
    in.fill(entry.ed_public);
    in.fill(entry.x_public);
    entry.epoch = in.u32();
    entry.sealed_name = read_short(in);
    entry.envelope = read_short(in);
    in.fill(entry.author.bytes);
    in.fill(entry.signature);
    if (!in.finished())
        return Error{ErrorCode::corrupt, "parse a membership entry: its length is wrong"};
    if (kind != 1 && kind != 2)
        return Error{
            ErrorCode::version_mismatch,
            "parse a membership entry: kind " + std::to_string(kind) + " is of another version",
            "update Satchel on this device"};
    return entry;
}

}  // namespace satchel::wire
