// Values that only a source had, and that went from there: with a column that was dropped, or with
// an older copy put in its place; and contents of files that went and are to come back. The logs
// have them: this device's own is in its store, the others' are at the hub. They are looked up by
// the ops that wrote them and put back into the rows that wait for them.
#pragma once

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <map>
#include <vector>

namespace satchel::engine {

/// Where one log holds what rows here lack.
struct LackedRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

/// A row that lacks a value.
struct LackingRow {
    CollectionId collection{};
    Sid sid;
    core::Dot dot;  ///< of the value; another op may carry it (copied.h)
};

/// Pieces of a content that a row names. They stand in the log right before its op.
struct LackedContent {
    Sid sid;
    Hash256 content{};
    std::uint64_t first = 0;  ///< the op with the first piece that is not here
};

/// What the rows of one source lack.
struct Lacked {
    std::map<DeviceId, LackedRange> ranges;
    std::map<core::Dot, std::vector<LackingRow>> rows;  ///< by the op they need
    std::map<core::Dot, LackedContent> contents;        ///< by the op that names them

    [[nodiscard]] bool is_empty() const { return rows.empty() && contents.empty(); }

    /// True when the segment may hold some of it.
    [[nodiscard]] bool wants(const DeviceId& device, std::uint64_t from, std::uint64_t to) const;
};

/// Looks through the rows that wait to be shown.
Result<Lacked> find_lacked(Step& step, const SourceSlot& slot);

/// Takes from an opened segment what rows lack; tells how many values.
Result<std::uint64_t> refill_from(Step& step,
                                  const Lacked& lacked,
                                  const DeviceId& author,
                                  ByteView plain);

/// Takes it from this device's own log.
Result<std::uint64_t> refill_from_own_log(Step& step, const SourceSlot& slot);

}  // namespace satchel::engine
