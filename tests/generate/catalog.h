// catalog.db as the programs that use it leave it: the ten tables that travel, filled with rows
// that refer to each other, and the tables that stay.
#pragma once

#include "shared/base/result.h"
#include "tests/generate/markers.h"
#include "tests/generate/random.h"

#include <cstdint>
#include <string>

namespace satchel::generate {

/// What to make.
struct CatalogOptions {
    std::string path;               ///< database file; must not exist
    std::string owner = "/home/a";  ///< home directory that paths in rows start with
    std::uint64_t rows = 400;       ///< about so many rows in the ten tables together
    std::uint64_t markers = 0;      ///< so many rows get a marker, one each
};

/// Makes the file. No row is stamped: `sync_id` is NULL everywhere, as other programs write it.
Status make_catalog(const CatalogOptions& options, Random& random, Markers& markers);

}  // namespace satchel::generate
