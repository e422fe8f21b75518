// A person's decision about rows, as an ordinary change: it replaces whatever is there, travels to
// the other devices and is shown at once.
#pragma once

#include "daemon/engine/replica.h"

#include <span>
#include <string>
#include <vector>

namespace satchel::engine {

/// What is decided about one row.
struct Decision {
    CollectionId collection{};
    Sid sid;
    bool is_removal = false;
    std::vector<core::ColumnValue> columns;  ///< ordered by column; empty for a removal
};

/// Refuses while the source must not be written; `attempt` opens the message.
Status check_writable(const SourceSlot& slot, const std::string& attempt);
/// Writes decisions about rows of one source. When the source cannot be written nothing is decided
/// either; rows that cannot be shown now wait as usual.
Status write_decisions(Replica& replica, SourceSlot& slot, std::span<const Decision> decisions);

}  // namespace satchel::engine
