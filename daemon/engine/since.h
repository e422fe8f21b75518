// What other devices changed after a moment.
#pragma once

#include "daemon/engine/replica.h"

#include <string>
#include <vector>

namespace satchel::engine {

/// Items of other devices that are newer than a moment.
struct NewerItems {
    std::uint64_t count = 0;
    std::vector<std::string> names;  ///< "source: item", the first of them
};

/// Rows and files whose shown value another device wrote after `since` (strictly, by its clock), of
/// the sources declared here; at most `limit` are named. Reads every row.
Result<NewerItems> list_newer(Replica& replica, UnixMs since, std::size_t limit);

}  // namespace satchel::engine
