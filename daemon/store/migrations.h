// The store's schema as a table of steps, applied in order, each in a transaction.
#pragma once

#include "shared/base/result.h"

namespace SQLite {
class Database;
}

namespace satchel::store {

/// Brings the open database to the newest version; version_mismatch when it is newer than that.
Status migrate(SQLite::Database& sqlite);

}  // namespace satchel::store
