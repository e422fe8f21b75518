// Sealing and opening of what goes to the hub: segments and heads. Packed (compressed, padded),
// then XAES-256-GCM under a key of the epoch, committed to that key, bound to its place by
// associated data, signed by its device.
//
// Opening checks in this order, and a failure at any step changes nothing: size and form, member,
// signature, epoch, commitment, authenticated decryption into scratch, unpacking with a bound.
// Errors: too_large, corrupt (not authentic, does not parse), refused (unknown device, wrong
// signature, epoch we have no key for), version_mismatch (made by a newer Satchel).
#pragma once

#include "daemon/crypto/keyring.h"
#include "daemon/crypto/members.h"
#include "shared/protocol/wire/head.h"
#include "shared/protocol/wire/segment.h"

namespace satchel::crypto {

/// Where a segment stands in its author's log.
struct SegmentPosition {
    LaneId lane{};
    std::uint64_t from = 0;
    std::uint64_t to = 0;  ///< not below `from`
    Hash256 link{};        ///< chain value after op `to`
};

/// A segment that held every check.
struct OpenedSegment {
    wire::SegmentHeader header;
    Bytes plain;
};

/// A head that held every check.
struct OpenedHead {
    wire::HeadClear clear;
    Bytes payload;
};

/// Seals up to limits::kPlainBytesMax bytes as a segment of the device with `keys`.
Result<Bytes> seal_segment(const Keyring& keyring,
                           const DeviceKeys& keys,
                           const SegmentPosition& position,
                           ByteView plain,
                           RandomSource& random);
/// Opens a segment of any member. That it came under the name its header says is the caller's
/// check.
Result<OpenedSegment> open_segment(const Keyring& keyring, const Members& members, ByteView object);
/// True when the device with `ed_public` signed this segment for this workspace. Needs no secret.
bool verify_segment_signature(const PublicKey& ed_public,
                              const WorkspaceId& workspace,
                              const wire::SegmentView& segment);

/// Seals a head; device and epoch of `clear` are filled in from `keys` and `keyring`.
Result<Bytes> seal_head(const Keyring& keyring,
                        const DeviceKeys& keys,
                        wire::HeadClear clear,
                        ByteView payload,
                        RandomSource& random);
/// Opens a head of any member.
Result<OpenedHead> open_head(const Keyring& keyring, const Members& members, ByteView object);
/// True when the device with `ed_public` signed this head for this workspace. Needs no secret.
bool verify_head_signature(const PublicKey& ed_public,
                           const WorkspaceId& workspace,
                           const wire::HeadView& head);

}  // namespace satchel::crypto
