// Device names travel sealed: the hub routes for devices whose names it does not know. Padded to
// steps of 64 bytes so that the length tells nothing either.
#pragma once

#include "daemon/crypto/keyring.h"

#include <string>

namespace satchel::crypto {

/// Longest device name in bytes of UTF-8.
inline constexpr std::size_t kNameBytesMax = 128;

/// Seals `name` of `device` under `key`. Error: invalid_argument for an empty, long or malformed
/// one.
Result<Bytes> seal_name_under(KeyView key,
                              const DeviceId& device,
                              std::string_view name,
                              RandomSource& random);
/// Opens what `seal_name_under` sealed. Error: refused.
Result<std::string> open_name_under(KeyView key, const DeviceId& device, ByteView sealed);

/// Seals a name for the members of a workspace, under the keyring's newest epoch.
Result<Bytes> seal_name(const Keyring& keyring,
                        const DeviceId& device,
                        std::string_view name,
                        RandomSource& random);
/// Opens a name sealed under `epoch`. Error: refused.
Result<std::string> open_name(const Keyring& keyring,
                              std::uint32_t epoch,
                              const DeviceId& device,
                              ByteView sealed);

}  // namespace satchel::crypto
