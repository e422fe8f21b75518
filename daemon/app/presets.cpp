// One preset: a catalog of projects and environments.
#include "daemon/app/presets.h"

#include "daemon/sources/sqlite_tables/catalog_schema.h"

namespace satchel::app {

void apply_catalog_preset(sources::SqliteTablesSettings& settings) {
    if (settings.tables.empty())
        settings.tables.assign(sources::kCatalogTables.begin(), sources::kCatalogTables.end());
    settings.machine_local_columns.emplace_back(sources::kCatalogLocalColumn);
    settings.seed_columns = {"environment.project_path",
                             "environment.version_id",
                             "version.path",
                             "database.last_synced_at"};
    settings.secret_rules.push_back({"setting", "name", "value"});
}

}  // namespace satchel::app
