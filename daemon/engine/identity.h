// Who this device is in its workspace: ids, keys and the verified membership log.
#pragma once

#include "daemon/crypto/keyring.h"
#include "daemon/crypto/members.h"

#include <string>

namespace satchel::engine {

/// Made at enrolment, loaded at start. Secrets inside wipe themselves.
struct Identity {
    std::string device_name;
    DeviceId device;
    crypto::DeviceKeys keys;
    crypto::Keyring keyring;
    crypto::Members members;
};

}  // namespace satchel::engine
