// Projection: making the source show what the workspace agreed on. Emits no ops.
#pragma once

#include <map>
#include <span>

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

namespace satchel::engine {

/// What one projection did.
struct ProjectReport {
    std::uint64_t applied = 0;
    std::uint64_t parked = 0;
    std::uint64_t deferred = 0;
    std::uint64_t changed_meanwhile = 0;

    void add(const ProjectReport& other);
};

/// Shows the rows given, all of one source, all pending; closes every edit. On an Error the source
/// was left as it was and the edits are closed as still pending.
Result<ProjectReport> project_rows(Step& step, SourceSlot& slot, std::span<RowEdit> edits);

/// Shows rows that waited: parked, deferred, or merged before the source was declared. Stops when a
/// whole pass applies nothing more.
Result<ProjectReport> project_pending(Step& step, SourceSlot& slot);

}  // namespace satchel::engine
