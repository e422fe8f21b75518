// Writing of membership entries: founding a workspace, adding a device and ending its membership,
// beginning an epoch. An added device's entry carries its sealed name and the keyring wrapped to
// it, an epoch's entry the key wrapped to everybody: a device needs the log and its API key,
// nothing else, to read everything.
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
/// The entry that ends the membership of `device` behind `log_ends` and begins an epoch without it;
/// of this very device, one that begins none: the others do. Errors: refused, not_found.
Result<Bytes> make_revoke(const DeviceKeys& keys,
                          const Members& members,
                          const DeviceId& device,
                          std::vector<wire::MemberLogEnd> log_ends,
                          RandomSource& random);
/// The entry that begins a new epoch for everybody.
Result<Bytes> make_rotation(const DeviceKeys& keys, const Members& members, RandomSource& random);
/// The entry that gives a member another name.
Result<Bytes> make_rename(const Keyring& keyring,
                          const DeviceKeys& keys,
                          const Members& members,
                          const Newcomer& renamed,
                          RandomSource& random);
/// The entry that changes what `device` may do; its log counts up to `log_ends` unless it may
/// write.
Result<Bytes> make_role(const DeviceKeys& keys,
                        const Members& members,
                        const DeviceId& device,
                        MemberRole role,
                        std::vector<wire::MemberLogEnd> log_ends);
/// The keyring that the log carries for the device with `keys`, of all epochs up to the newest that
/// was made for it. Error: refused.
Result<Keyring> unwrap_keyring(const Members& members, const DeviceKeys& keys);
/// Takes the key of the epoch that `entry` begins, if it begins one. Error: refused when it does
/// not open, or is not the key that the others got.
Status follow_entry(Keyring& keyring, const wire::MemberEntry& entry, const DeviceKeys& keys);
/// The member's name. Error: refused.
Result<std::string> name_of(const Keyring& keyring, const Member& member);

}  // namespace satchel::crypto
