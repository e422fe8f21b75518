// Encoding and cutting of heads; see the byte table in head.h.
#include "shared/protocol/wire/head.h"

#include "shared/base/assert.h"
#include "shared/base/limits.h"

namespace satchel::wire {

namespace {

constexpr Magic kMagic{'S', 'H', 'E', 'D'};
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kLaneBytes = 42;

Error corrupt(std::string_view why) {
    return {ErrorCode::corrupt, "parse a head: " + std::string(why)};
}

// False when a lane comes twice or out of order: one head has one encoding.
bool read_lanes(ByteReader& in, std::vector<HeadLane>& lanes) {
    const std::size_t count = in.u16();
    if (count > kHeadLanesMax || count * kLaneBytes > in.remaining()) return false;
    lanes.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        HeadLane lane;
        lane.lane = LaneId{in.u16()};
        lane.seq = in.u64();
        in.fill(lane.link);
        if (!lanes.empty() && lanes.back().lane >= lane.lane) return false;
        lanes.push_back(lane);
    }
    return true;
}

}  // namespace

Bytes encode_head_clear(const HeadClear& clear) {
    SATCHEL_ASSERT(clear.lanes.size() <= kHeadLanesMax);
    Bytes bytes;
    ByteWriter out(bytes);
    write_preamble(out, kMagic);
    out.raw(clear.device.view());
    out.u64(clear.counter);
    out.u32(clear.epoch);
    out.u16(static_cast<std::uint16_t>(clear.lanes.size()));
    for (const HeadLane& lane : clear.lanes) {
        out.u16(static_cast<std::uint16_t>(lane.lane));
        out.u64(lane.seq);
        out.raw(lane.link);
    }
    return bytes;
}

Bytes encode_head_header(const HeadClear& clear,
                         const Commitment& commitment,
                         const Nonce& nonce,
                         std::uint32_t body_bytes) {
    Bytes bytes = encode_head_clear(clear);
    ByteWriter out(bytes);
    out.raw(commitment);
    out.raw(nonce);
    out.u32(body_bytes);
    return bytes;
}

Result<HeadView> parse_head(ByteView object) {
    if (object.size() > limits::kObjectBytesMax)
        return Error{ErrorCode::too_large, "parse a head: larger than an object may be"};
    ByteReader in(object);
    if (auto known = read_preamble(in, kMagic, "head"); !known) return std::move(known).error();

    HeadView view;
    in.fill(view.clear.device.bytes);
    view.clear.counter = in.u64();
    view.clear.epoch = in.u32();
    if (!read_lanes(in, view.clear.lanes)) return corrupt("its lanes are not in order");
    in.fill(view.commitment);
    in.fill(view.nonce);
    const std::size_t body_bytes = in.u32();
    const std::size_t header_bytes = object.size() - in.remaining();
    view.sealed = in.raw(body_bytes);
    view.signature = in.raw(sizeof(Signature));
    if (!in.finished()) return corrupt("its length is not what its header says");
    if (body_bytes < kTagBytes) return corrupt("its body is shorter than a tag");
    view.header_bytes = object.first(header_bytes);
    return view;
}

}  // namespace satchel::wire
