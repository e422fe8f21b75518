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

void write_envelopes(ByteWriter& out, const std::vector<EpochEnvelope>& envelopes) {
    SATCHEL_ASSERT(envelopes.size() <= 0xffff);
    out.u16(static_cast<std::uint16_t>(envelopes.size()));
    for (const EpochEnvelope& envelope : envelopes) {
        out.raw(envelope.device.view());
        write_short(out, envelope.wrapped);
    }
}

std::vector<EpochEnvelope> read_envelopes(ByteReader& in) {
    std::vector<EpochEnvelope> envelopes;
    const std::size_t count = in.u16();
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        EpochEnvelope& envelope = envelopes.emplace_back();
        in.fill(envelope.device.bytes);
        envelope.wrapped = read_short(in);
    }
    return envelopes;
}

void write_log_ends(ByteWriter& out, const std::vector<MemberLogEnd>& ends) {
    SATCHEL_ASSERT(ends.size() <= 0xffff);
    out.u16(static_cast<std::uint16_t>(ends.size()));
    for (const MemberLogEnd& end : ends) {
        out.u16(static_cast<std::uint16_t>(end.lane));
        out.u64(end.seq);
        out.raw(end.link);
    }
}

std::vector<MemberLogEnd> read_log_ends(ByteReader& in) {
    std::vector<MemberLogEnd> ends;
    const std::size_t count = in.u16();
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        MemberLogEnd& end = ends.emplace_back();
        end.lane = LaneId{in.u16()};
        end.seq = in.u64();
        in.fill(end.link);
    }
    return ends;
}

void write_epoch(ByteWriter& out, const MemberEntry& entry) {
    out.u32(entry.epoch);
    out.raw(entry.key_check);
    write_envelopes(out, entry.envelopes);
}

void read_epoch(ByteReader& in, MemberEntry& entry) {
    entry.epoch = in.u32();
    in.fill(entry.key_check);
    entry.envelopes = read_envelopes(in);
}

/// What the kind adds.
void write_body(ByteWriter& out, const MemberEntry& entry) {
    switch (entry.kind) {
        case MemberKind::genesis:
        case MemberKind::add:
            out.raw(entry.ed_public);
            out.raw(entry.x_public);
            out.u32(entry.epoch);
            write_short(out, entry.sealed_name);
            return write_short(out, entry.envelope);
        case MemberKind::revoke:
            write_epoch(out, entry);
            return write_log_ends(out, entry.log_ends);
        case MemberKind::rotate:
            return write_epoch(out, entry);
        case MemberKind::rename:
            out.u32(entry.epoch);
            return write_short(out, entry.sealed_name);
        case MemberKind::role:
            out.u8(static_cast<Byte>(entry.role));
            return write_log_ends(out, entry.log_ends);
    }
}

/// False for a kind or role of another version.
bool read_body(ByteReader& in, MemberEntry& entry) {
    switch (entry.kind) {
        case MemberKind::genesis:
        case MemberKind::add:
            in.fill(entry.ed_public);
            in.fill(entry.x_public);
            entry.epoch = in.u32();
            entry.sealed_name = read_short(in);
            entry.envelope = read_short(in);
            return true;
        case MemberKind::revoke:
            read_epoch(in, entry);
            entry.log_ends = read_log_ends(in);
            return true;
        case MemberKind::rotate:
            read_epoch(in, entry);
            return true;
        case MemberKind::rename:
            entry.epoch = in.u32();
            entry.sealed_name = read_short(in);
            return true;
        case MemberKind::role: {
            const unsigned role = in.u8();
            entry.role = static_cast<MemberRole>(role);
            entry.log_ends = read_log_ends(in);
            return role >= 1 && role <= 3;
        }
    }
    return false;
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
    write_body(out, entry);
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
    const bool is_known = read_body(in, entry);
    if (!is_known && !in.failed())
        return Error{
            ErrorCode::version_mismatch,
            "parse a membership entry: kind " + std::to_string(kind) + " is of another version",
            "update Satchel on this device"};
    in.fill(entry.author.bytes);
    in.fill(entry.signature);
    if (!in.finished())
        return Error{ErrorCode::corrupt, "parse a membership entry: its length is wrong"};
    return entry;
}

}  // namespace satchel::wire
