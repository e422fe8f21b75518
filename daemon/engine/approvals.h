// Changes of other devices that can run code wait until a person here approved exactly them: what
// is approved is a hash over the source, the row, the new values and the devices that wrote them,
// and it is good for once. What this device wrote itself needs none, unless a policy wrote it.
#pragma once

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::engine {

class Replica;

/// A change that waits, for people.
struct WaitingChange {
    std::string id;  ///< hexadecimal; any unambiguous beginning names it
    std::string source;
    std::string item;
    std::string device;  ///< who wrote it; empty when it is a deletion
    UnixMs time_ms = 0;  ///< by that device's clock; of a deletion, when it was first held here
    bool is_removal = false;
    std::string before;  ///< whole values as text; filled by find_waiting_change() only
    std::string after;
    CollectionId collection{};
    Sid sid;
};

/// What is to be done with a row that is about to be shown.
enum class Hold : std::uint8_t {
    none,
    approval,  ///< parked until a person approves it
    unknown,   ///< parked: what it is cannot be told yet
};

/// Judges a pending row and parks it if it must wait. The edit stays open.
Result<Hold> hold_for_approval(Step& step, SourceSlot& slot, const RowEdit& edit);
/// A person decided these rows here: showing them needs no other word.
Status approve_rows(Step& step, const SourceSlot& slot, std::span<const RowEdit> edits);
/// The row was shown: the approval is used up.
Status spend_row_approval(Step& step, const SourceSlot& slot, std::string_view id);
/// The id of the approval that showing the row now needs.
std::string approval_id(const SourceSlot& slot, const RowEdit& edit);

/// All changes that wait, oldest first; at most `limit`.
Result<std::vector<WaitingChange>> list_waiting_changes(Replica& replica, std::size_t limit);
Result<std::uint64_t> count_waiting_changes(Replica& replica);
/// The one whose id starts with `prefix`, with its texts; not_found, or invalid_argument when there
/// are several.
Result<WaitingChange> find_waiting_change(Replica& replica, std::string_view prefix);
/// Approves it and shows it at once where that can be done. `busy` when it is another change by
/// now: look at it again.
Status approve_change(Replica& replica, const WaitingChange& change);

}  // namespace satchel::engine
