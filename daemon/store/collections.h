// The names behind collection and column ids, ours and other devices'.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/bytes.h"
#include "shared/base/ids.h"

#include <map>
#include <string>
#include <vector>

namespace satchel::store {

/// A table or tree as some device described it.
struct Collection {
    std::int64_t ord = 0;  ///< short local number, the key prefix of its rows
    CollectionId id{};
    LaneId lane{};
    std::string source;  ///< logical source name
    std::string name;    ///< table name, or part of a tree
    std::map<ColumnId, std::string> columns;
    std::uint64_t held = 0;  ///< rows the local source holds
};

Result<std::map<CollectionId, Collection>> load_collections(Database& database);
/// Inserts or updates by id; fills `ord` of a new one.
Status save_collection(Transaction& transaction, Collection& collection);

}  // namespace satchel::store
