// Head: the one mutable object of a device. In clear how far each of its lanes goes, so that the
// hub can answer "what is new"; sealed what the device has applied and what else peers should know.
//
//   magic 4 | version 1 | suite 1 | flags 2 | device 16 | counter 8 | epoch 4 | lanes 2
//   | lanes × (lane 2 | seq 8 | link 32) | commitment 16 | nonce 24 | body length 4
//   | body … with tag 16 | signature 64
#pragma once

#include "shared/base/ids.h"
#include "shared/protocol/wire/preamble.h"

#include <vector>

namespace satchel::wire {

/// Lanes one head may list.
inline constexpr std::size_t kHeadLanesMax = 1024;

/// How far a device's own log of one lane goes.
struct HeadLane {
    LaneId lane{};
    std::uint64_t seq = 0;  ///< last op; 0 when there is none
    Hash256 link{};         ///< chain value after that op

    bool operator==(const HeadLane&) const = default;
};

/// What everyone, the hub too, may read.
struct HeadClear {
    DeviceId device;
    std::uint64_t counter = 0;  ///< grows with every head the device publishes
    std::uint32_t epoch = 0;
    std::vector<HeadLane> lanes;  ///< ascending by lane, each lane once

    bool operator==(const HeadClear&) const = default;
};

/// A head cut into its parts; the views point into the parsed bytes.
struct HeadView {
    HeadClear clear;
    Commitment commitment{};
    Nonce nonce{};
    ByteView header_bytes;  ///< everything before the body
    ByteView sealed;
    ByteView signature;  ///< 64 bytes, not verified yet
};

/// The part before commitment and nonce: what the body is bound to.
Bytes encode_head_clear(const HeadClear& clear);
/// The whole header, everything before the body.
Bytes encode_head_header(const HeadClear& clear,
                         const Commitment& commitment,
                         const Nonce& nonce,
                         std::uint32_t body_bytes);
/// Cuts a whole head. Errors: too_large, corrupt, version_mismatch. Nothing is verified.
Result<HeadView> parse_head(ByteView object);

}  // namespace satchel::wire
