#include "daemon/engine/heads.h"

#include "daemon/crypto/seal.h"

namespace satchel::engine {

namespace {

constexpr std::uint8_t kHeadStateFormat = 1;

}  // namespace

Bytes encode_head_state(const HeadState& state) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u8(kHeadStateFormat);
    out.sized(state.device_name);
    out.sized(state.version);
    out.u64(static_cast<std::uint64_t>(state.time_ms));
    out.varint(state.lanes.size());
    for (const HeadLaneState& lane : state.lanes) {
        out.u16(static_cast<std::uint16_t>(lane.lane));
        out.sized(lane.source);
        lane.vector.encode(out);
        out.raw(lane.digest);
    }
    return bytes;
}

Result<HeadState> decode_head_state(ByteView bytes) {
    ByteReader in(bytes);
    const std::uint8_t format = in.u8();
    if (!in.failed() && format > kHeadStateFormat)
        return Error{ErrorCode::version_mismatch,
                     "read a head: its format is newer than this program",
                     "update Satchel on this device"};
    HeadState state;
    state.device_name = as_text(in.sized());
    state.version = as_text(in.sized());
    state.time_ms = static_cast<UnixMs>(in.u64());
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        HeadLaneState lane;
        lane.lane = LaneId{in.u16()};
        lane.source = as_text(in.sized());
        lane.vector = core::VersionVector::decode(in);
        in.fill(lane.digest);
        if (!in.failed()) state.lanes.push_back(std::move(lane));
    }
    if (!in.finished() || format != kHeadStateFormat)
        return Error{ErrorCode::corrupt, "read a head: malformed bytes"};
    return state;
}

Result<std::pair<DeviceId, Peer>> open_peer_head(const Identity& identity, ByteView object) {
    SATCHEL_TRY(opened, crypto::open_head(identity.keyring, identity.members, object));
    SATCHEL_TRY(state, decode_head_state(opened.payload));
    Peer peer;
    peer.counter = opened.clear.counter;
    for (const wire::HeadLane& lane : opened.clear.lanes) {
        peer.log_ends[lane.lane] = lane.seq;
        peer.told_ends.push_back({lane.lane, lane.seq, lane.link});
    }
    peer.state = std::move(state);
    return std::pair{opened.clear.device, std::move(peer)};
}

Result<Bytes> seal_own_head(const Identity& identity,
                            const Ledger& ledger,
                            const HeadState& state,
                            std::uint64_t counter,
                            crypto::RandomSource& random) {
    wire::HeadClear clear;
    clear.device = identity.device;
    clear.counter = counter;
    const auto& counted = identity.members.find(identity.device)->log_ends;
    for (const auto& [id, lane] : ledger.lanes()) {
        const store::LogEnd end = lane.end_of(identity.device);
        // Of a device that may not write no more is told than what counts.
        if (!counted && end.seq > 0) clear.lanes.push_back({id, end.seq, end.link});
    }
    if (counted)
        for (const auto& [id, end] : *counted) clear.lanes.push_back({id, end.seq, end.link});
    const Bytes payload = encode_head_state(state);
    return crypto::seal_head(identity.keyring, identity.keys, clear, payload, random);
}

}  // namespace satchel::engine
