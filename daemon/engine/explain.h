// Why an item is as it is: who wrote its values and what they replaced.
#pragma once

#include "daemon/engine/replica.h"

#include <optional>
#include <string>
#include <vector>

namespace satchel::engine {

/// One of several values of a cell.
struct Version {
    std::string device;  ///< name of who wrote it
    UnixMs time_ms = 0;  ///< by that device's clock
    core::Dot dot;
    std::string value;  ///< for people
    std::uint64_t bytes = 0;
    bool is_shown = false;
};

/// A value that was in a cell before.
struct Replaced {
    std::string value;      ///< for people
    std::string device;     ///< who had written it
    UnixMs time_ms = 0;     ///< when, by that device's clock
    std::string by_device;  ///< whose change took it away
    UnixMs at_ms = 0;       ///< when that reached this device
    std::uint64_t cycle = 0;
};

/// The history behind one item's cells.
struct Explanation {
    std::string source;
    std::string item;
    std::string sync_id;
    std::string held_back;  ///< why the source does not show it; empty when it does

    struct Cell {
        std::string column;
        Version version;
        std::vector<Replaced> replaced;  ///< newest first; of the shown version only
    };

    std::vector<Cell> cells;
};

/// Finds an item by sync id or by the name messages call it by.
Result<Explanation> explain_item(Replica& replica, std::string_view item, std::string_view source);

/// What messages call an item: the source's words where it has it, else the table and its sync id.
std::string item_name(Replica& replica,
                      const store::Collection& collection,
                      const store::StoredRow& row);
/// A column's name, "?" when nobody told it.
std::string column_name(const store::Collection& collection, ColumnId column);
/// One value of a cell for people; `held` as from held_values().
Version to_version(Replica& replica,
                   const core::Sibling& sibling,
                   const std::vector<core::ColumnValue>& held,
                   bool is_shown);
/// Name of a member, or the start of its id when it is unknown.
std::string device_name(Replica& replica, const DeviceId& device);

}  // namespace satchel::engine
