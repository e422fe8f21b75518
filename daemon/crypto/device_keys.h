// The keys of one device, all derived from its API key: Ed25519 to sign, X25519 to be wrapped to, a
// key for its local secrets, and one that hedges nonces.
#pragma once

#include "daemon/crypto/api_key.h"
#include "daemon/crypto/hash.h"
#include "daemon/crypto/sign.h"
#include "shared/base/ids.h"

namespace satchel::crypto {

/// First 16 bytes of SHA-256 of the Ed25519 public key: an id that certifies itself.
DeviceId device_id(const PublicKey& ed_public);

/// A device's private keys and their public halves.
class DeviceKeys {
  public:
    /// The same keys for the same API key, always.
    explicit DeviceKeys(const ApiKey& api_key) : DeviceKeys(api_key.view()) {}

    /// The same of 32 secret bytes that are used for nothing else.
    explicit DeviceKeys(KeyView root);

    [[nodiscard]] const DeviceId& device() const { return device_; }

    [[nodiscard]] const PublicKey& ed_public() const { return ed_public_; }

    [[nodiscard]] const PublicKey& x_public() const { return x_public_; }

    [[nodiscard]] KeyView x_scalar() const { return part(1); }

    [[nodiscard]] KeyView local_key() const { return part(2); }

    [[nodiscard]] KeyView hedge_key() const { return part(3); }

    /// Signature over `context`, one of the labels, and `message`.
    [[nodiscard]] Signature sign(std::string_view context, ByteView message) const;

  private:
    [[nodiscard]] KeyView part(std::size_t number) const {
        return keys_.view().subspan(number * 32).first<32>();
    }

    Secret keys_{4 * 32};
    PublicKey ed_public_{};
    PublicKey x_public_{};
    DeviceId device_;
};

/// True when the owner of `ed_public` signed `message` in `context`.
bool verify_signed(const PublicKey& ed_public,
                   std::string_view context,
                   ByteView message,
                   ByteView signature);

/// Signs a request to the hub; `canonical` is its canonical form.
Signature sign_request(const DeviceKeys& keys, ByteView canonical);
/// The hub's side of `sign_request`.
bool verify_request(const PublicKey& ed_public, ByteView canonical, ByteView signature);

}  // namespace satchel::crypto
