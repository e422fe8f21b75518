// Opens the hub's database file and brings its tables up to date.
#pragma once

#include "shared/base/result.h"

#include <memory>
#include <string>

namespace SQLite {
class Database;
}

namespace satchel::hub {

/// The first schema with an audit log.
inline constexpr int kSchemaWithAudit = 4;

/// The schema this program writes; of a newer one it knows nothing.
int newest_schema();
/// Opens for writing, migrates (after a backup into "before-upgrade" beside it), checks the file's
/// integrity when it was not closed cleanly, and marks it as in use. Errors: version_mismatch (a
/// newer hub wrote it), corrupt, disk_full, io.
Result<std::unique_ptr<SQLite::Database>> open_hub_database(const std::string& path);
/// A second connection that cannot write.
Result<std::unique_ptr<SQLite::Database>> open_hub_reader(const std::string& path);
/// Marks the file as closed cleanly; throws SQLite::Exception.
void mark_clean(SQLite::Database& database, bool is_clean);

}  // namespace satchel::hub
