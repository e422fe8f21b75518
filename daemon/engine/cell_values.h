// The bytes behind a row's cells, wherever they are: in the store, or only in the source.
#pragma once

#include "daemon/engine/replica.h"

#include <vector>

namespace satchel::engine {

/// The values the source holds of a row; empty when it has none or cannot be read now.
Result<std::vector<core::ColumnValue>> held_values(Replica& replica,
                                                   CollectionId collection,
                                                   const store::StoredRow& row);
/// The value of a sibling: its own copy, or the source's; null when neither has it.
const core::Value* value_of(const core::Sibling& sibling,
                            const std::vector<core::ColumnValue>& held);

}  // namespace satchel::engine
