// Parked rows that a person has something to decide about: hidden because of another row.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/ids.h"

#include <optional>
#include <string>
#include <vector>

namespace satchel::store {

/// A row hidden because of another one.
struct Clash {
    Sid sid;
    std::string kind;  ///< "unique" or "orphan"
    std::optional<Sid> against;
    std::string reason;
};

/// Those of a collection above `after`, in sid order.
Result<std::vector<Clash>> list_clashes(Database& database,
                                        std::int64_t collection,
                                        const Sid& after,
                                        std::size_t limit);
Result<std::uint64_t> count_clashes(Database& database, std::int64_t collection);

}  // namespace satchel::store
