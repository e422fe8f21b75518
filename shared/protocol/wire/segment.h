// Segment: a run of ops of one device and lane, as it lies on the hub. Clear header of fixed width,
// sealed body, signature. This file only cuts bytes into fields; daemon/crypto seals and verifies.
//
//   magic 4 | version 1 | suite 1 | flags 2 | device 16 | lane 2 | from 8 | to 8 | epoch 4
//   | commitment 16 | link 32 | nonce 24 | body length 4 | body … with tag 16 | signature 64
#pragma once

#include "shared/base/ids.h"
#include "shared/protocol/wire/preamble.h"

namespace satchel::wire {

inline constexpr std::size_t kSegmentHeaderBytes = 122;

/// The clear part: position, key and length. Integers are big-endian on the wire.
struct SegmentHeader {
    DeviceId device;
    LaneId lane{};
    std::uint64_t from = 0;  ///< sequence of the first op inside
    std::uint64_t to = 0;    ///< sequence of the last op inside; not below `from`
    std::uint32_t epoch = 0;
    Commitment commitment{};
    Hash256 link{};  ///< chain value after op `to`
    Nonce nonce{};
    std::uint32_t body_bytes = 0;  ///< sealed bytes including the tag

    bool operator==(const SegmentHeader&) const = default;
};

/// A segment cut into its parts; the views point into the parsed bytes.
struct SegmentView {
    SegmentHeader header;
    ByteView header_bytes;
    ByteView sealed;
    ByteView signature;  ///< 64 bytes, not verified yet
};

/// The header as it is signed and sent, kSegmentHeaderBytes long.
Bytes encode_segment_header(const SegmentHeader& header);
/// Cuts a whole segment. Errors: too_large, corrupt, version_mismatch. Nothing is verified.
Result<SegmentView> parse_segment(ByteView object);

}  // namespace satchel::wire
