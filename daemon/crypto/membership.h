// Writing of membership entries: founding a workspace and adding a device to one. An entry carries
// the device's sealed name and the keyring wrapped to it, so a device needs its entry and its API
// key, nothing else, to read everything.
#pragma once

#include "daemon/crypto/keyring.h"
#include "daemon/crypto/members.h"

namespace satchel::crypto {

/// A device that asks to become a member.
struct Newcomer {
    DeviceId device;
    PublicKey ed_public{};
    PublicKey x_public{};
    std::string name;  ///< plain; leaves this process sealed only
};

/// Entry 0 of a new workspace, by its first device.
Result<Bytes> make_genesis(const Keyring& keyring,
                           const DeviceKeys& keys,
                           std::string_view name,
                           RandomSource& random);
/// The entry that adds `newcomer`, signed by `keys`, which must be a member's, to follow `members`.
/// Errors: refused for unsound keys, already_exists for a member.
Result<Bytes> make_add(const Keyring& keyring,
                       const DeviceKeys& keys,
                       const Members& members,
                       const Newcomer& newcomer,
                       RandomSource& random);
/// The keyring that `entry` carries for the device with `keys`. Error: refused.
Result<Keyring> unwrap_keyring(const Member& entry, const DeviceKeys& keys);
/// The member's name. Error: refused.
Result<std::string> name_of(const Keyring& keyring, const Member& member);

}  // namespace satchel::crypto
