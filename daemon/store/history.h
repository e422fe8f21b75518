// What was displaced: values that a change replaced, so that a person can ask what was there before
// and have it back.
#pragma once

#include "daemon/core/row.h"
#include "daemon/store/database.h"
#include "shared/base/bytes.h"
#include "shared/base/clock.h"

#include <optional>
#include <vector>

namespace satchel::store {

enum class DisplacedKind : std::uint8_t {
    replaced = 1,  ///< by another value of the cell
    removed = 2,   ///< with its whole row
};

/// One value of one cell that a change took away.
struct Displaced {
    std::int64_t id = 0;          ///< rises with time; given by add_displaced()
    std::int64_t collection = 0;  ///< its short local number
    Sid sid;
    ColumnId column{};
    DisplacedKind kind = DisplacedKind::replaced;
    std::optional<core::Value> value;  ///< absent when this device never had its bytes
    std::uint64_t value_hash = 0;
    core::Stamp stamp;         ///< of the value
    core::Dot dot;             ///< of the value
    core::Dot by;              ///< of the change that took it away
    UnixMs at_ms = 0;          ///< when that was applied here
    std::uint64_t cycle = 0;   ///< of this device
    std::optional<Bytes> key;  ///< removed: the key the local source had the row under
};

/// Which displaced values to list; what is not set does not restrict.
struct DisplacedFilter {
    std::optional<std::int64_t> collection;
    std::optional<Sid> sid;
    std::optional<std::uint64_t> cycle;
    UnixMs since_ms = 0;
    bool is_newest_first = false;
    std::size_t limit = 0;
};

Status add_displaced(Transaction& transaction, const Displaced& displaced);
/// Gives a displaced value its bytes, where they are not known yet.
Status fill_displaced(Transaction& transaction,
                      std::int64_t collection,
                      const Sid& sid,
                      const core::ColumnValue& cell);
Result<std::vector<Displaced>> list_displaced(Database& database, const DisplacedFilter& filter);
/// The newest cycle that displaced something; 0 when none did.
Result<std::uint64_t> last_displacing_cycle(Database& database);
/// The newest cycle that displaced a value whose bytes are known; 0 when none did.
Result<std::uint64_t> last_restorable_cycle(Database& database);
/// True when the cell held this value before.
Result<bool> was_before(Database& database,
                        std::int64_t collection,
                        const Sid& sid,
                        ColumnId column,
                        std::uint64_t value_hash);
/// Forgets what was displaced before `before_ms`, then the oldest until about `bytes_max` are left.
Status prune_displaced(Transaction& transaction, UnixMs before_ms, std::uint64_t bytes_max);

}  // namespace satchel::store
