// Every label this folder derives a key under or signs under. One label, one purpose: a unit test
// fails on a duplicate, and a label never changes its meaning within a format version.
#pragma once

#include <array>
#include <string_view>

namespace satchel::crypto::labels {

/// Salt of every extraction is SHA-256 of this.
inline constexpr std::string_view kSalt = "satchel v1";

// Derived from a device's API key.
inline constexpr std::string_view kDeviceEd25519 = "id-ed25519";
inline constexpr std::string_view kDeviceX25519 = "id-x25519";
inline constexpr std::string_view kLocal = "local";
inline constexpr std::string_view kKeyId = "kid";
inline constexpr std::string_view kHedge = "hedge";

// Derived from recovery words: what a paper device has in place of an API key.
inline constexpr std::string_view kPaper = "paper";

// Derived from an epoch key.
inline constexpr std::string_view kSegment = "seg";
inline constexpr std::string_view kHead = "head";
inline constexpr std::string_view kName = "name";
inline constexpr std::string_view kKeyCheck = "key-check";

// Derived from an invitation's secret.
inline constexpr std::string_view kJoinProof = "join-proof";
inline constexpr std::string_view kJoinName = "join-name";

// Under a key that is already derived.
inline constexpr std::string_view kCommit = "commit";

// Contexts of signatures and envelopes.
inline constexpr std::string_view kSignSegment = "satchel/v1/sign-segment";
inline constexpr std::string_view kSignHead = "satchel/v1/sign-head";
inline constexpr std::string_view kSignMember = "satchel/v1/sign-member";
inline constexpr std::string_view kSignRequest = "satchel/v1/sign-request";
inline constexpr std::string_view kEnvelope = "satchel/v1/envelope";
inline constexpr std::string_view kEpochEnvelope = "satchel/v1/epoch-envelope";
inline constexpr std::string_view kCompare = "satchel/v1/compare";

inline constexpr std::array kAll = {
    kSalt,        kDeviceEd25519, kDeviceX25519, kLocal,       kKeyId,     kHedge,         kPaper,
    kSegment,     kHead,          kName,         kKeyCheck,    kJoinProof, kJoinName,      kCommit,
    kSignSegment, kSignHead,      kSignMember,   kSignRequest, kEnvelope,  kEpochEnvelope, kCompare,
};

}  // namespace satchel::crypto::labels
