// What declaring a database would mean, told before it is declared. Reads the schema and counts
// rows; writes nothing and remembers nothing.
#pragma once

#include "daemon/sources/sqlite_tables/sqlite_tables.h"

namespace satchel::sources {

/// A foreign key as it will be treated.
struct PlannedReference {
    std::vector<std::string> from;
    std::string parent;
    std::vector<std::string> to;
    std::string on_delete;       ///< as declared: "CASCADE", "NO ACTION", ...
    bool is_renumbered = false;  ///< its numbers are those of the device it is read on
};

/// A table that would be synced.
struct PlannedTable {
    std::string name;
    std::uint64_t rows = 0;
    std::uint64_t rows_without_key = 0;  ///< NULL in the key: they stay here
    std::string identity;                ///< "column", "key" or "mapped"
    std::vector<std::string> key;
    std::vector<std::string> columns;   ///< that travel
    std::vector<std::string> left_out;  ///< columns that stay, each with its reason
    std::vector<PlannedReference> references;
    std::vector<std::vector<std::string>> uniques;  ///< beyond the key
    std::vector<std::string> triggers;              ///< the application's, run when rows arrive
};

/// One database, looked at.
struct DatabasePlan {
    std::uint64_t size_bytes = 0;
    std::uint64_t fingerprint = 0;  ///< of the schema
    std::string capture;            ///< "scan" or "marks"
    std::vector<PlannedTable> tables;
    std::vector<std::string> missing;      ///< tables asked for and not there
    std::vector<std::string> left_out;     ///< tables that stay, a sentence each
    std::vector<std::string> secrets;      ///< names of settings that stay
    std::vector<std::string> other_names;  ///< of the database's other tables
};

/// Errors as SqliteTables::open().
Result<DatabasePlan> explain_database(const SqliteTablesSettings& settings,
                                      const IdMaker& ids,
                                      const Clock& clock);

}  // namespace satchel::sources
