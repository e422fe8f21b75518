// Ed25519 (RFC 8032), strict: one signature has one encoding, and public keys of small order, under
// which anything verifies, are no keys.
#pragma once

#include "daemon/crypto/secret.h"
#include "shared/protocol/wire/preamble.h"

#include <initializer_list>

namespace satchel::crypto {

using wire::PublicKey;
using wire::Signature;

/// The public key of a 32-byte seed.
PublicKey ed25519_public(std::span<const Byte, 32> seed);
/// Signature of `message` under `seed`, whose public key is `public_key`.
Signature ed25519_sign(std::span<const Byte, 32> seed,
                       const PublicKey& public_key,
                       ByteView message);
/// True when `signature` (64 bytes) is the owner's of `public_key` on `message`.
bool ed25519_verify(const PublicKey& public_key, ByteView message, ByteView signature);
/// True for a canonically encoded public key that is not of small order.
bool is_sound_ed25519_public(const PublicKey& public_key);

}  // namespace satchel::crypto
