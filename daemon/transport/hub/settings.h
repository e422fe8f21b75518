// Which hub, and as whom.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/ids.h"

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace satchel::transport {

/// Signs the canonical form of a request with the device's Ed25519 key.
using Signer = std::function<std::array<Byte, 64>(ByteView canonical)>;

/// Where the hub is, how to know it, which workspace and device speak.
struct HubSettings {
    std::string url;
    std::optional<Hash256> tls_pin{};
    bool allow_plaintext = false;  ///< http to other machines
    std::string hub_id{};          ///< the hub we enrolled at; empty: any
    bool is_disconnected = false;  ///< a person wants no talk with it: every call fails as offline
    WorkspaceId workspace{};
    DeviceId device{};
    /// How long the hub may be silent before it is taken for gone; longer calls add to it.
    std::chrono::milliseconds patience{30'000};
};

}  // namespace satchel::transport
