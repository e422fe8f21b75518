// What a device keeps of its enrolment: its key in a file of its own, everything else in the store.
#pragma once

#include "daemon/app/places.h"
#include "daemon/engine/identity.h"
#include "daemon/store/database.h"

#include <optional>

namespace satchel::app {

/// How to reach the hub.
struct HubAddress {
    std::string url;
    std::string hub_id;
    std::optional<Hash256> tls_pin;
};

/// A device that belongs to a workspace.
struct Enrolment {
    engine::Identity identity;
    HubAddress hub;
};

/// The saved enrolment, or nothing when the device has none. `refused` when the key file is
/// missing, readable by others, or not the one the rest was sealed with.
Result<std::optional<Enrolment>> load_enrolment(store::Database& database, const Places& places);

/// What a finished join leaves to be kept.
struct NewEnrolment {
    const crypto::ApiKey& api_key;
    const engine::Identity& identity;
    const HubAddress& hub;
    std::span<const Bytes> member_entries;
};

/// Keeps it in the place of any other: the key file first, then the rest in one transaction.
/// Sources that are declared stay so. On failure everything is as before.
Status save_enrolment(store::Database& database,
                      const Places& places,
                      const NewEnrolment& enrolment,
                      crypto::RandomSource& random);

/// Forgets the enrolment, its key file included; sources stay declared.
Status forget_enrolment(store::Database& database, const Places& places);

/// Keeps another address for the same enrolment.
Status save_hub(store::Transaction& transaction, const HubAddress& hub);

}  // namespace satchel::app
