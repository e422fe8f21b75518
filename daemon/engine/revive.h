// A row that one device deleted while another edited it lives on. The delete took every cell its
// author had seen, so only the edited cells stand; the edit's author still has the whole row and
// writes it again. Until then the row is not whole and nobody shows it.
#pragma once

#include "daemon/engine/log_writer.h"
#include "daemon/engine/source_slot.h"

namespace satchel::engine {

/// True when the source holds what we believe it holds: a column that only this version has may be
/// in the row, filled by the schema, and in nothing that we noted.
bool is_as_captured(const sources::CollectionInfo& info,
                    const core::Shadow& held,
                    const sources::LocalRow& local);

/// True when the row waits for this device to write it again.
bool needs_revival(const Step& step, const core::Row& row);

/// Writes the row again as this device's source holds it, changing the edit; the caller closes it
/// and flushes the log. False when the source holds something the engine has not captured yet.
Result<bool> revive_row(Step& step, LogWriter& log, SourceSlot& slot, RowEdit& edit);

}  // namespace satchel::engine
