// The store's schema as a table of steps, applied in order and all in one transaction. Before an
// older store is touched it is copied beside itself, as store.db.v6 for a store of version 6.
#pragma once

#include "shared/base/result.h"

#include <functional>
#include <string>

namespace SQLite {
class Database;
}

namespace satchel::store {

/// The version this program writes.
int newest_schema();

/// What tests ask for beside the newest version.
struct MigrateOptions {
    int to = newest_schema();
    /// Told the version after each step, in the transaction, and 0 before the first.
    std::function<void(int version)> on_step{};
};

/// Brings the open database at `path` to the newest version: it has the old one or the new one,
/// whatever happens meanwhile. version_mismatch when it is newer than that. Of the copies made
/// before the last two stay.
Status migrate(SQLite::Database& sqlite,
               const std::string& path,
               const MigrateOptions& options = {});

}  // namespace satchel::store
