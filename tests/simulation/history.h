// The workspace's state by definition: from every op at the hub, without the engine's merge. A
// value stands unless an op that touched its cell and whose author had seen it exists.
#pragma once

#include "daemon/core/digest.h"
#include "daemon/core/op.h"
#include "daemon/engine/identity.h"
#include "tests/simulation/hub.h"

#include <map>
#include <string>
#include <vector>

namespace satchel::simulation {

/// A standing value of a cell.
struct Standing {
    ColumnId column{};
    core::Dot dot;
    core::Stamp stamp;
    std::uint64_t value_hash = 0;

    auto operator<=>(const Standing&) const = default;
};

/// Rows that exist, with their standing values in order.
using Definition = std::map<std::pair<CollectionId, Sid>, std::vector<Standing>>;

/// Reads the whole hub and computes the state by definition.
Definition define_state(const Hub& hub, const engine::Identity& reader);

/// Every op of the rows that ever held the text, one line each, for people who look for a defect.
std::vector<std::string> explain_write(const Hub& hub,
                                       const engine::Identity& reader,
                                       const std::string& text);

}  // namespace satchel::simulation
