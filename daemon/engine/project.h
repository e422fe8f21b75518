// Projection: making the source show what the workspace agreed on. Emits no ops.
#pragma once

#include "daemon/engine/make_way.h"
#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <optional>
#include <span>

namespace satchel::engine {

/// What one projection did.
struct ProjectReport {
    std::uint64_t applied = 0;
    std::uint64_t parked = 0;
    std::uint64_t deferred = 0;
    std::uint64_t changed_meanwhile = 0;
    std::uint64_t stored = 0;      ///< kept here for good, nothing waits for them to be shown
    std::uint64_t left = 0;        ///< not asked for by this run
    std::uint64_t withheld = 0;    ///< of the parked: wait for a person's decision
    std::uint64_t unapproved = 0;  ///< of the parked: can run code and wait for approval
    std::uint64_t revived =
        0;  ///< rows deleted elsewhere and edited here, written again by new ops
    std::optional<Error> trouble{};  ///< why the source could not be written at all
    std::uint64_t hidden = 0;        ///< of the parked: taken out of the source, kept here
    std::vector<Blocked> blocked{};  ///< of the last call: rows parked because of others

    void add(const ProjectReport& other);
    void add(const Waiting& waiting);
};

/// True when showing the row would take values from the source that nobody else has.
bool has_values_at_risk(const sources::CollectionInfo& info, const core::Row& row);

/// The ops that wrote values of the row that nobody here has: only a source had them, and there
/// they went.
std::vector<core::Dot> lost_values(const sources::CollectionInfo& info, const core::Row& row);
/// What to ask the source for to show the row as it is.
sources::WantedRow to_wanted(const RowEdit& edit);

/// Items the source would lose by showing these rows.
std::uint64_t count_losses(const SourceSlot& slot, std::span<const RowEdit> edits);

/// Items the source would gain by showing these rows.
std::uint64_t count_gains(std::span<const RowEdit> edits);

/// Shows the rows given, all of one source, all pending and stored as they are; closes every edit.
/// With `trouble` the source was left as it was and the edits are closed as still pending. Asks
/// nobody however much is deleted: callers with more than a few losses leave them to
/// project_pending(). Rows that are not whole, and rows whose concurrent values only the source
/// holds, are left to project_pending(). Errors are the store's. `ways` is empty or says of each
/// row how it is meant.
Result<ProjectReport> project_rows(Step& step,
                                   SourceSlot& slot,
                                   std::span<RowEdit> edits,
                                   std::span<const Way> ways = {});

/// Shows rows that waited: parked, deferred, or merged before the source was declared. Revives rows
/// first, and copies concurrent values out of the source before it loses them; that much is
/// committed before anything is written. Rows in each other's way are settled (make_way.h). Stops
/// when a whole pass applies nothing more. `halted` and nothing written when all rows that wait
/// would delete too much of what the source holds.
Result<ProjectReport> project_pending(Step& step, SourceSlot& slot);

}  // namespace satchel::engine
