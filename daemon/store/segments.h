// Our own log: sealed segments, durable from the moment a change is captured.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/bytes.h"
#include "shared/base/clock.h"
#include "shared/base/ids.h"

#include <map>
#include <vector>

namespace satchel::store {

/// One sealed piece of this device's log in a lane.
struct OwnSegment {
    LaneId lane{};
    std::uint64_t seq_from = 0;
    std::uint64_t seq_to = 0;
    std::uint64_t items = 0;  ///< rows and files it speaks of, for reports
    Bytes body;
};

/// Some of the segments that wait to be pushed.
struct Unpushed {
    std::vector<OwnSegment> segments;
    bool is_all = true;  ///< false: more wait behind these
};

/// What waits to be pushed.
struct Outgoing {
    std::uint64_t segments = 0;
    std::uint64_t items = 0;
    UnixMs oldest_ms = 0;
};

Status append_segment(Transaction& transaction, const OwnSegment& segment, UnixMs now_ms);
/// Unpushed segments in log order, at least one if any, together at most `bytes_max` otherwise.
Result<Unpushed> load_unpushed(Database& database, std::size_t bytes_max);
/// Segments of a lane that hold ops from `seq` on, in log order, at most `count`.
Result<std::vector<OwnSegment>> load_own(Database& database,
                                         LaneId lane,
                                         std::uint64_t seq,
                                         std::size_t count);
/// Grows with every segment of ours; 0 when there is none.
Result<std::uint64_t> last_segment_number(Database& database);
/// By lane; lanes with nothing to push are absent.
Result<std::map<LaneId, Outgoing>> count_unpushed(Database& database);
/// Keeps the segment's body in place of the one kept so far: the same ops, sealed anew.
Status replace_body(Transaction& transaction, const OwnSegment& segment);
/// Notes that the hub has acknowledged a segment.
Status mark_pushed(Transaction& transaction, LaneId lane, std::uint64_t seq_from);
/// Notes that the hub lacks what stands behind `seq` in a lane, and may never have had it.
Status mark_unpushed(Transaction& transaction, LaneId lane, std::uint64_t seq);

}  // namespace satchel::store
