// What the next cycle would do, item by item, and why. Everything is tried for real inside a
// transaction that is rolled back, so that the plan and the cycle cannot differ in what they think;
// no source is written to and nothing is sent.
#pragma once

#include "daemon/engine/replica.h"

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::engine {

/// One item and what would become of it.
struct PlannedItem {
    bool is_out = false;  ///< to the other devices, or from them
    std::string source;
    std::string_view action;  ///< "insert", "update", "delete", "rename", "stay"; from others also
                              ///< "conflict", "approve" and "wait"
    std::string item;
    std::string why;
};

/// What would happen. Totals count everything, items are the first of them.
struct Plan {
    std::size_t items_max = 1'000;
    std::vector<PlannedItem> items;
    std::map<std::tuple<bool, std::string, std::string_view>, std::uint64_t> totals;
    std::vector<std::string> notes;  ///< sentences: what stands still, what cannot be told
    bool is_complete = true;         ///< false: more than was looked at

    void add(PlannedItem item);
};

/// Adds what a capture would send. The sources that were looked at are opened anew by the next
/// cycle.
Status plan_outgoing(Replica& replica, const std::function<bool()>& should_stop, Plan& plan);

/// Where the logs that these heads announce go on from what is applied here; heads that do not hold
/// are passed over.
std::vector<Missing> announced_by(Replica& replica, std::span<const Bytes> heads);

/// Adds what applying `segments` would write, and what waits to be written already.
Status plan_incoming(Replica& replica, std::span<const Bytes> segments, Plan& plan);

}  // namespace satchel::engine
