// The sources declared on this device.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/ids.h"

#include <string>
#include <vector>

namespace satchel::store {

/// What a person declared: this place is to be kept in sync under this name.
struct Declaration {
    std::int64_t id = 0;
    std::string name;     ///< logical name, the same on every device
    std::string kind;     ///< "tables" or "files"
    std::string path;     ///< on this device
    std::string options;  ///< JSON object, the source's own
    LaneId lane{};
};

Result<std::vector<Declaration>> load_declarations(Database& database);
/// Adds one and fills its id; already_exists when the name is taken.
Status add_declaration(Transaction& transaction, Declaration& declaration);
/// Changes the source's own options.
Status set_options(Transaction& transaction, std::int64_t id, const std::string& options);
/// Changes the lane its changes go to.
Status set_lane(Transaction& transaction, std::int64_t id, LaneId lane);
/// Removes it. Its rows and notes stay, and declaring the name again gives it the same id: what
/// was known of the place is compared with the place then (see engine/rejoin.h).
Status remove_declaration(Transaction& transaction, std::int64_t id);

}  // namespace satchel::store
