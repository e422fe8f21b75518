// What is known of databases by name: which tables travel, what belongs to one machine, where
// secrets are.
#pragma once

#include "daemon/sources/sqlite_tables/sqlite_tables.h"

#include <string_view>

namespace satchel::app {

inline constexpr std::string_view kCatalogPreset = "cc";

/// The tables of our own catalog and of a cc.db: the ten that travel, the columns of one machine,
/// and settings whose secrets stay. `settings.tables` is kept where a person chose some.
void apply_catalog_preset(sources::SqliteTablesSettings& settings);

}  // namespace satchel::app
