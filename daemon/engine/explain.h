// What a person may ask about the replicated state: conflicts, and why an item is as it is.
#pragma once

#include "daemon/core/conflict.h"
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

/// A cell with several values, named for people.
struct Conflict {
    std::string id;  ///< the same on every device
    CollectionId collection{};
    Sid sid;
    ColumnId column{};
    std::string source;
    std::string item;
    std::string column_name;
    std::vector<Version> versions;  ///< the shown one first
};

/// All conflicts of a source, or of every source when `source` is empty; at most `limit`.
Result<std::vector<Conflict>> list_conflicts(Replica& replica,
                                             std::string_view source,
                                             std::size_t limit);
Result<std::uint64_t> count_conflicts(Replica& replica);
/// Takes version `number` (1 is the shown one): an ordinary change that replaces all versions.
Status resolve_conflict(Replica& replica, const std::string& id, std::size_t number);

/// The history behind one item's cells.
struct Explanation {
    std::string source;
    std::string item;
    std::string sync_id;
    std::string held_back;  ///< why the source does not show it; empty when it does

    struct Cell {
        std::string column;
        Version version;
    };

    std::vector<Cell> cells;
};

/// Finds an item by sync id or by the name messages call it by.
Result<Explanation> explain_item(Replica& replica, std::string_view item, std::string_view source);

/// What messages call an item: the source's words where it has it, else the table and its sync id.
std::string item_name(Replica& replica,
                      const store::Collection& collection,
                      const store::StoredRow& row);
/// Name of a member, or the start of its id when it is unknown.
std::string device_name(Replica& replica, const DeviceId& device);

}  // namespace satchel::engine
