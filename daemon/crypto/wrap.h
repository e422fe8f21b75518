// HPKE (RFC 9180) base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, one message per
// call: how a keyring travels to a device that so far has only published a public key.
#pragma once

#include "daemon/crypto/agree.h"
#include "daemon/crypto/random.h"

namespace satchel::crypto {

/// Bytes a wrapping adds: the ephemeral public key and the tag.
inline constexpr std::size_t kWrapOverheadBytes = 48;

/// What a wrapping is bound to besides the recipient; both sides must say the same.
struct WrapContext {
    ByteView info;
    ByteView aad;
};

/// DeriveKeyPair of RFC 9180: the X25519 scalar made of `ikm`.
void hpke_derive_scalar(ByteView ikm, std::span<Byte, 32> scalar);
/// Ephemeral public key, ciphertext, tag. Error: refused when `recipient` is not a sound key.
Result<Bytes> wrap_to(const PublicKey& recipient,
                      const WrapContext& context,
                      ByteView plain,
                      RandomSource& random);
/// Opens what was wrapped to the public key of `scalar`. Error: refused.
Result<Bytes> unwrap(std::span<const Byte, 32> scalar,
                     const WrapContext& context,
                     ByteView wrapped);

}  // namespace satchel::crypto
