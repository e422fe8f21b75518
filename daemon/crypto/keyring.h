// Keyring: what members of a workspace share and nobody else has. Constants that never change (ids,
// digests, chain links are keyed with them) and one key per epoch, newest last.
#pragma once

#include "daemon/crypto/device_keys.h"

#include <optional>

namespace satchel::crypto {

/// The shared secrets of one workspace.
class Keyring {
  public:
    /// A new workspace at epoch 1.
    static Result<Keyring> create(RandomSource& random);
    /// Reads what `serialize` wrote. Errors: corrupt, version_mismatch.
    static Result<Keyring> parse(ByteView bytes);
    /// All of it, in clear: for wrapping and sealing only.
    [[nodiscard]] Secret serialize() const;
    [[nodiscard]] Keyring clone() const;

    [[nodiscard]] const WorkspaceId& workspace() const { return workspace_; }

    /// Takes the key of the next epoch, 32 bytes. Error: too_large after 1,000 epochs.
    Status begin_epoch(KeyView key);

    /// The epoch new objects are sealed under.
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }

    [[nodiscard]] KeyView id_key() const { return constant(0); }  ///< row, table and path ids

    [[nodiscard]] KeyView digest_key() const { return constant(1); }  ///< digests of state

    [[nodiscard]] KeyView link_key() const { return constant(2); }  ///< chain of a log

    [[nodiscard]] KeyView chunk_key() const { return constant(3); }  ///< chunk ids; reserved

    [[nodiscard]] KeyView gear_key() const { return constant(4); }  ///< chunk borders; reserved

    /// Fills `out` with the key of `label` under `epoch`; false when we have no key of that epoch.
    [[nodiscard]] bool object_key(std::uint32_t epoch,
                                  std::string_view label,
                                  std::span<Byte, 32> out) const;

  private:
    Keyring() = default;

    [[nodiscard]] KeyView constant(std::size_t number) const {
        return keys_.view().subspan(number * 32).first<32>();
    }

    WorkspaceId workspace_;
    std::uint32_t epoch_ = 0;
    Secret keys_;  // five constants, then the keys of epochs 1 to epoch_
};

/// The keyring for this device's own disk, under a key derived from its API key.
Result<Bytes> seal_keyring(const Keyring& keyring, const DeviceKeys& keys, RandomSource& random);
/// Opens what `seal_keyring` sealed. Error: refused when the key is not the one it was sealed with.
Result<Keyring> open_keyring(const DeviceKeys& keys, ByteView sealed);

/// Chain value after an op: keyed, so that the hub cannot compute it from guessed content.
inline Hash256 link_next(const Prf& link_prf, const Hash256& previous, ByteView op_bytes) {
    return link_prf({previous, op_bytes});
}

}  // namespace satchel::crypto
