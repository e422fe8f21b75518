// Membership entry: one link of the log that says which devices belong to a workspace. Entries are
// immutable, numbered, hash-linked and signed by a member, so the hub can check the log and cannot
// write it; names and keys inside are sealed, so it learns neither.
//
//   magic 4 | version 1 | suite 1 | flags 2 | kind 1 | number 8 | previous 32 | workspace 16
//   | device 16 | ed25519 32 | x25519 32 | epoch 4 | sealed name (2 + n) | envelope (2 + n)
//   | author 16 | signature 64
#pragma once

#include "shared/base/ids.h"
#include "shared/protocol/wire/preamble.h"

namespace satchel::wire {

/// A membership entry is at most this long.
inline constexpr std::size_t kMemberBytesMax = 16u << 10;

/// What an entry does. Numbers 3 (revoke) and 4 (rotate) are kept free for what they will do.
enum class MemberKind : std::uint8_t { genesis = 1, add = 2 };

/// One entry, all fields in clear on the wire except what the sealed ones hold.
struct MemberEntry {
    MemberKind kind = MemberKind::add;
    std::uint64_t number = 0;  ///< 0 for genesis, then without gaps
    Hash256 previous{};        ///< SHA-256 of the entry before, whole; zero for genesis
    WorkspaceId workspace;
    DeviceId device;
    PublicKey ed_public{};
    PublicKey x_public{};
    std::uint32_t epoch = 0;
    Bytes sealed_name;  ///< device name under the workspace key
    Bytes envelope;     ///< keyring wrapped to `x_public`
    DeviceId author;    ///< the member who signed; genesis signs itself
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
