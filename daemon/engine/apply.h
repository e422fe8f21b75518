// Applying other devices' segments: verify and merge.
//
// A received segment first lies in the inbox, durable. Applying it merges its ops into the rows
// they touch and commits rows, vector and the segment's removal in one transaction. The rows wait
// to be shown then (project.h): nothing is written into a source before the store knows that it
// will be.
#pragma once

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"
#include "daemon/store/inbox.h"

#include <functional>

namespace satchel::engine {

/// What applying did.
struct ApplyReport {
    std::uint64_t ops = 0;
    std::uint64_t items = 0;      ///< rows and files touched
    std::uint64_t conflicts = 0;  ///< of these, now with several values in a cell
    std::size_t part_bytes = 0;   ///< of parts of files
    bool is_complete = false;     ///< false: waits for another device's ops
};

/// The declared source of a collection, or null.
using FindSlot = std::function<SourceSlot*(CollectionId)>;

/// True when apply_segment() failed because of the segment, not because of our store.
inline bool is_segment_fault(const Error& error) {
    return !error.is_own_store &&
           (error.code == ErrorCode::corrupt || error.code == ErrorCode::refused ||
            error.code == ErrorCode::version_mismatch || error.code == ErrorCode::too_large);
}

/// Opens, checks and applies one segment inside the step. When is_segment_fault() says so of the
/// error, nothing was written to a source; the caller rolls back.
Result<ApplyReport> apply_segment(Step& step, const FindSlot& find_slot, ByteView object);

}  // namespace satchel::engine
