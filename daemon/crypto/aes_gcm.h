// AES-256-GCM with the tag fixed at 16 bytes and the nonce at 12: the library underneath would take
// any length, and on a forged message would leave its plaintext in the output. Used through xaes.h
// and wrap.h only.
#pragma once

#include "daemon/crypto/hash.h"

#include <optional>

namespace satchel::crypto {

inline constexpr std::size_t kTagBytes = 16;
using GcmNonceView = std::span<const Byte, 12>;

/// Ciphertext and tag. `plain` is at most 64 GiB less 32 bytes; the caller's limits are far below.
Bytes gcm_seal(KeyView key, GcmNonceView nonce, ByteView aad, ByteView plain);
/// The plaintext, or nothing when `sealed` is not authentic. Nothing of a forgery gets out.
std::optional<Bytes> gcm_open(KeyView key, GcmNonceView nonce, ByteView aad, ByteView sealed);

}  // namespace satchel::crypto
