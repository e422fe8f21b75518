// Undo: what other devices' changes and a person's decisions displaced comes back, as an ordinary
// change that displaces in turn, so that an undo can be undone.
#pragma once

#include "daemon/engine/replica.h"

#include <optional>
#include <string>
#include <vector>

namespace satchel::engine {

/// Which changes to take back. Without cycle and time: the newest cycle that displaced something
/// whose bytes are known, of the item or source if one is named.
struct UndoWish {
    std::string item;    ///< empty: any; else the name messages use, or a sync id
    std::string source;  ///< empty: any
    std::optional<std::uint64_t> cycle;
    std::optional<UnixMs> since_ms;
    bool is_dry_run = false;
    std::string device{};  ///< only what this device's changes displaced; empty: any
};

/// A value that was displaced, or that undo puts back.
struct DisplacedCell {
    std::string source;
    std::string item;
    std::string column;
    std::string value;      ///< for people
    std::string now;        ///< undo: what is there instead; empty when the row is gone
    std::string device;     ///< who had written the value
    UnixMs time_ms = 0;     ///< when, by that device's clock
    std::string by_device;  ///< whose change took it away
    UnixMs at_ms = 0;       ///< when that was applied here
    std::uint64_t cycle = 0;
    bool is_removal = false;  ///< it went with its row
    bool has_value = false;   ///< its bytes are known here
};

/// Something that cannot be put back.
struct SkippedUndo {
    std::string item;
    std::string reason;
};

/// What came back, or would, and what cannot.
struct UndoReport {
    std::vector<DisplacedCell> cells;
    std::vector<SkippedUndo> skipped;
    std::uint64_t rows = 0;  ///< written, or would be
};

/// Takes changes back. not_found when nothing fits the wish; halted or busy when a source must not
/// be written, and nothing of that source is then.
Result<UndoReport> undo(Replica& replica, const UndoWish& wish);
/// What was displaced here, newest first.
Result<std::vector<DisplacedCell>> list_displaced(Replica& replica,
                                                  const UndoWish& wish,
                                                  std::size_t limit);

}  // namespace satchel::engine
