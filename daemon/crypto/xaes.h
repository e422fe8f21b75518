// XAES-256-GCM (C2SP): AES-256-GCM under a key derived from the first half of a 192-bit nonce, so
// that random nonces may be drawn for any number of messages. Besides, a commitment to the derived
// key, because GCM by itself lets one ciphertext open under two keys.
#pragma once

#include "daemon/crypto/aes_gcm.h"
#include "daemon/crypto/random.h"
#include "daemon/crypto/secret.h"
#include "shared/protocol/wire/preamble.h"

namespace satchel::crypto {

using wire::Commitment;
using wire::Nonce;

/// One message: key and nonce met.
class XaesMessage {
  public:
    XaesMessage(KeyView key, const Nonce& nonce);

    /// Value to store beside the message and to compare, before opening, with
    /// `equal_constant_time`.
    [[nodiscard]] Commitment commitment() const;
    /// Ciphertext and tag.
    [[nodiscard]] Bytes seal(ByteView aad, ByteView plain) const;
    /// The plaintext, or nothing when `sealed` is not authentic.
    [[nodiscard]] std::optional<Bytes> open(ByteView aad, ByteView sealed) const;

  private:
    Wiped<32> key_;
    Nonce nonce_;
};

/// A nonce that is random when `random` is sound and still differs between different messages when
/// `random` repeats itself (a restored snapshot): no counter has to be stored anywhere.
Result<Nonce> hedged_nonce(KeyView hedge_key, RandomSource& random, ByteView plain, ByteView aad);

/// Nonce, commitment, ciphertext and tag in one string, for small secrets at rest.
Result<Bytes> seal_box(KeyView key, RandomSource& random, ByteView aad, ByteView plain);
/// What `seal_box` sealed, or nothing when it is not authentic.
std::optional<Bytes> open_box(KeyView key, ByteView aad, ByteView box);

}  // namespace satchel::crypto
