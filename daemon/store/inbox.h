// Segments of other devices. From the moment they are received until they are applied they make a
// crash between writing the application's database and writing our store harmless. Applied ones
// are kept: a hub that lost them is given them again, also when their device is gone for good.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/bytes.h"
#include "shared/base/ids.h"

#include <string>
#include <vector>

namespace satchel::store {

enum class InboxState : std::uint8_t {
    waiting = 0,      ///< for another device's segment that has not arrived
    applied = 1,      ///< kept for a hub that lost it
    quarantined = 2,  ///< cannot be read here yet; kept with its reason, its log stops here
};

/// One received segment.
struct Received {
    LaneId lane{};
    DeviceId device;
    std::uint64_t seq_from = 0;
    std::uint64_t seq_to = 0;
    InboxState state = InboxState::waiting;
    std::string reason{};
    Bytes body;
};

/// Keeps a received segment; true when its place was free. What is there stays as it is.
Result<bool> put_received(Transaction& transaction, const Received& segment);
/// The name of every segment that is not applied (no bodies), in log order of each device.
Result<std::vector<Received>> list_received(Database& database);
Result<Bytes> load_received(Database& database, const Received& segment);
Status remove_received(Transaction& transaction, const Received& segment);
Status mark_applied(Transaction& transaction, const Received& segment);
/// Applied segments of one log that hold something after op `after`, in order: at least one if
/// there are any, and no more once they hold `bytes_max`.
Result<std::vector<Bytes>> list_applied(Database& database,
                                        const DeviceId& device,
                                        LaneId lane,
                                        std::uint64_t after,
                                        std::size_t bytes_max);
Status quarantine(Transaction& transaction, const Received& segment, std::string_view reason);
/// Received segments that cannot be read here yet.
Result<std::uint64_t> count_quarantined(Database& database);
/// Lets every quarantined segment be tried again; true when there was one.
Result<bool> release_quarantined(Transaction& transaction);

}  // namespace satchel::store
