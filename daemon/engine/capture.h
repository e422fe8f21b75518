// Capture: from what a source reports to ops in our log.
//
// The source says what it holds; the difference to what it held, as we remember it, is the change.
// Reporting an unchanged item costs a comparison and nothing else, so crashes, repeated reports and
// our own projections need no special case.
#pragma once

#include "daemon/engine/log_writer.h"
#include "daemon/engine/source_slot.h"

#include <functional>

namespace satchel::engine {

/// What one capture found.
struct CaptureReport {
    std::uint64_t changed = 0;   ///< items with a new op
    std::uint64_t removed = 0;   ///< of these, deletions
    std::uint64_t restored = 0;  ///< items to be written back; not among the changed
    std::uint64_t left_out = 0;  ///< items found too large to travel, new ones only
};

/// Told what a capture would record, by one that records nothing.
class CaptureObserver {
  public:
    virtual ~CaptureObserver() = default;
    /// The item differs; `existed` when the workspace has it already.
    virtual void changed(const sources::CollectionInfo& info,
                         const sources::LocalRow& row,
                         bool existed) = 0;
    /// The item is too large to travel.
    virtual void stays(const sources::LocalRow& row, const std::string& why) = 0;
};

/// Captures one source; may commit and continue the step's transaction on the way, and leaves the
/// last commit to the caller. On an error the caller rolls back and reads the ledger anew; `halted`
/// when the source lost more than max(20 items, 20 %) of what it held. With an observer nothing is
/// committed, and a source that would have to write is left with `interrupted`; the caller rolls
/// back in any case.
Result<CaptureReport> capture_source(Step& step,
                                     SourceSlot& slot,
                                     const std::function<bool()>& should_stop,
                                     CaptureObserver* observer = nullptr);

/// Tells the workspace a collection's names, if the ledger did not know them.
Status announce(Step& step, LogWriter& log, const SourceSlot& slot);

/// True when `before` items shrinking to `after` is more than an ordinary clean-up.
bool is_mass_loss(std::uint64_t before, std::uint64_t after);

}  // namespace satchel::engine
