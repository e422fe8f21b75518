// Encoding and cutting of segments; see the byte table in segment.h.
#include "shared/protocol/wire/segment.h"

#include "shared/base/limits.h"

namespace satchel::wire {

namespace {

constexpr Magic kMagic{'S', 'S', 'E', 'G'};
constexpr std::size_t kTagBytes = 16;

Error corrupt(std::string_view why) {
    return {ErrorCode::corrupt, "parse a segment: " + std::string(why)};
}

}  // namespace

Bytes encode_segment_header(const SegmentHeader& header) {
    Bytes bytes;
    bytes.reserve(kSegmentHeaderBytes);
    ByteWriter out(bytes);
    write_preamble(out, kMagic);
    out.raw(header.device.view());
    out.u16(static_cast<std::uint16_t>(header.lane));
    out.u64(header.from);
    out.u64(header.to);
    out.u32(header.epoch);
    out.raw(header.commitment);
    out.raw(header.link);
    out.raw(header.nonce);
    out.u32(header.body_bytes);
    return bytes;
}

Result<SegmentView> parse_segment(ByteView object) {
    if (object.size() > limits::kObjectBytesMax)
        return Error{ErrorCode::too_large, "parse a segment: larger than an object may be"};
    ByteReader in(object);
    if (auto known = read_preamble(in, kMagic, "segment"); !known) return std::move(known).error();

    SegmentView view;
    in.fill(view.header.device.bytes);
    view.header.lane = LaneId{in.u16()};
    view.header.from = in.u64();
    view.header.to = in.u64();
    view.header.epoch = in.u32();
    in.fill(view.header.commitment);
    in.fill(view.header.link);
    in.fill(view.header.nonce);
    view.header.body_bytes = in.u32();
    view.sealed = in.raw(view.header.body_bytes);
    view.signature = in.raw(sizeof(Signature));
    if (!in.finished()) return corrupt("its length is not what its header says");
    if (view.header.from > view.header.to) return corrupt("it ends before it starts");
    if (view.header.body_bytes < kTagBytes) return corrupt("its body is shorter than a tag");
    view.header_bytes = object.first(kSegmentHeaderBytes);
    return view;
}

}  // namespace satchel::wire
