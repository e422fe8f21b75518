// Single facts the replica keeps in the store, by name.
#pragma once

#include "daemon/store/meta.h"

#include <string_view>

namespace satchel::engine {

/// Counter of the newest head this device made.
inline constexpr std::string_view kHeadCounterFact = "head_counter";
/// Hash of the state that the newest head at the hub describes.
inline constexpr std::string_view kPublishedFact = "head_published";
/// Counter of the newest head the hub is known to have had.
inline constexpr std::string_view kPublishedCounterFact = "head_published_counter";

/// The keyring, sealed with this device's key.
inline constexpr std::string_view kKeyringFact = "keyring";
/// What this device is called.
inline constexpr std::string_view kDeviceNameFact = "device_name";

/// The number kept under `name`; 0 when there is none.
inline Result<std::uint64_t> number_fact(store::Database& database, std::string_view name) {
    SATCHEL_TRY(bytes, store::find_fact(database, name));
    return bytes ? ByteReader(*bytes).u64() : 0;
}

/// Keeps `value` under `name`.
inline Status set_number_fact(store::Transaction& transaction,
                              std::string_view name,
                              std::uint64_t value) {
    Bytes bytes;
    ByteWriter(bytes).u64(value);
    return store::set_fact(transaction, name, bytes);
}

}  // namespace satchel::engine
