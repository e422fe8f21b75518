// X25519 (RFC 7748) with the checks the library leaves out: public keys have one encoding, and a
// shared secret of all zeros (a point of small order) is an error.
#pragma once

#include "daemon/crypto/secret.h"
#include "shared/protocol/wire/preamble.h"

#include <optional>

namespace satchel::crypto {

using wire::PublicKey;

/// The function of RFC 7748: clamps the scalar, ignores the top bit of the point, checks nothing.
void x25519(std::span<const Byte, 32> scalar, const PublicKey& point, std::span<Byte, 32> out);
/// The public key of a scalar.
PublicKey x25519_public(std::span<const Byte, 32> scalar);
/// True for the one encoding of a field element: top bit clear, below the prime.
bool is_canonical_x25519_public(const PublicKey& point);
/// Fills `out` with the shared secret; false, and zeros, when `point` is not canonical or of small
/// order.
bool x25519_agree(std::span<const Byte, 32> scalar,
                  const PublicKey& point,
                  std::span<Byte, 32> out);

}  // namespace satchel::crypto
