// Membership entry: one link of the log that says which devices belong to a workspace. Entries are
// immutable, numbered, hash-linked and signed by a member, so the hub can check the log and cannot
// write it; names and keys inside are sealed, so it learns neither.
//
//   magic 4 | version 1 | suite 1 | flags 2 | kind 1 | number 8 | previous 32 | workspace 16
//   | device 16 | what the kind adds | author 16 | signature 64
//
//   genesis, add   ed25519 32 | x25519 32 | epoch 4 | sealed name (2 + n) | envelope (2 + n)
//   revoke         epoch 4 | key check 32 | envelopes | log ends
//   rotate         epoch 4 | key check 32 | envelopes; its device is its author
//   rename         epoch 4 | sealed name (2 + n)
//   role           role 1 | log ends
//   envelopes      count 2 | (device 16 | 2 + n) ...
//   log ends       count 2 | (lane 2 | sequence 8 | link 32) ...
#pragma once

#include "shared/base/ids.h"
#include "shared/protocol/wire/preamble.h"

#include <vector>

namespace satchel::wire {

/// A membership entry is at most this long.
inline constexpr std::size_t kMemberBytesMax = 16u << 10;

/// What an entry does.
enum class MemberKind : std::uint8_t {
    genesis = 1,
    add = 2,
    revoke = 3,  ///< ends a device's membership; others than itself begin an epoch with it
    rotate = 4,  ///< begins an epoch
    rename = 5,
    role = 6,
};

/// What a device may do.
enum class MemberRole : std::uint8_t {
    normal = 1,
    reader = 2,  ///< gets everything, writes nothing
    paper = 3,   ///< words on paper: holds the keys, has no log of its own
};

/// An epoch's key, wrapped to one device.
struct EpochEnvelope {
    DeviceId device;
    Bytes wrapped;

    bool operator==(const EpochEnvelope&) const = default;
};

/// How far a device's log counts; what stands behind it was written without leave.
struct MemberLogEnd {
    LaneId lane{};
    std::uint64_t seq = 0;
    Hash256 link{};

    bool operator==(const MemberLogEnd&) const = default;
};

/// One entry, all fields in clear on the wire except what the sealed ones hold. Which fields a kind
/// has is in the table above; the others are empty.
struct MemberEntry {
    MemberKind kind = MemberKind::add;
    std::uint64_t number = 0;  ///< 0 for genesis, then without gaps
    Hash256 previous{};        ///< SHA-256 of the entry before, whole; zero for genesis
    WorkspaceId workspace;
    DeviceId device;  ///< whom it is about
    PublicKey ed_public{};
    PublicKey x_public{};
    std::uint32_t epoch = 0;
    Bytes sealed_name;                       ///< device name under the workspace key
    Bytes envelope;                          ///< keyring wrapped to `x_public`
    Hash256 key_check{};                     ///< tells that all got the same key of the epoch
    std::vector<EpochEnvelope> envelopes{};  ///< to every member that stays
    std::vector<MemberLogEnd> log_ends{};
    MemberRole role = MemberRole::normal;
    DeviceId author;  ///< the member who signed; genesis signs itself
    Signature signature{};

    bool operator==(const MemberEntry&) const = default;
};

/// What the signature covers: everything but the signature.
Bytes encode_member_signed_part(const MemberEntry& entry);
/// The entry as it is stored.
Bytes encode_member(const MemberEntry& entry);
/// Cuts an entry. Errors: too_large, corrupt, version_mismatch (a kind of a newer version too).
/// Nothing is verified.
Result<MemberEntry> parse_member(ByteView object);

}  // namespace satchel::wire
