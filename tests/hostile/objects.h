// Objects taken apart and put together as a hub might, which has every byte and no key; and as a
// stranger or another workspace would seal them.
#pragma once

#include "daemon/crypto/seal.h"
#include "tests/hostile/stage.h"

namespace satchel::hostile {

/// Where the fields of a segment's header lie (shared/protocol/wire/segment.h).
inline constexpr std::size_t kVersionAt = 4;
inline constexpr std::size_t kSuiteAt = 5;
inline constexpr std::size_t kFlagsAt = 7;
inline constexpr std::size_t kDeviceAt = 8;
inline constexpr std::size_t kLaneAt = 25;
inline constexpr std::size_t kFromAt = 33;
inline constexpr std::size_t kEpochAt = 45;
inline constexpr std::size_t kSignatureBytes = 64;

/// A lie that changes every segment of a pull.
inline auto every(std::function<void(Bytes&)> change) {
    return [change](transport::PullReply& reply) {
        for (Bytes& segment : reply.segments) change(segment);
    };
}

/// A lie that changes every head but the listener's own.
inline auto every_head(const Client& listener, std::function<void(Bytes&)> change) {
    return [change, own = listener.id()](transport::HeadsReply& reply) {
        for (Bytes& head : reply.heads)
            if (wire::parse_head(head)->clear.device != own) change(head);
    };
}

/// A segment at the place of `like`, sealed by `keys` under `keyring`.
inline Bytes sealed_like(const Bytes& like,
                         const crypto::Keyring& keyring,
                         const crypto::DeviceKeys& keys,
                         ByteView plain,
                         crypto::RandomSource& random) {
    const wire::SegmentHeader header = wire::parse_segment(like)->header;
    const crypto::SegmentPosition position{header.lane, header.from, header.to, header.link};
    return crypto::seal_segment(keyring, keys, position, plain, random).value();
}

}  // namespace satchel::hostile
