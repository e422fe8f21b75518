// What the source has in hand: the connection, the schema it found, and how changes are found.
// Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/database.h"
#include "daemon/sources/sqlite_tables/file_age.h"
#include "daemon/sources/sqlite_tables/file_stamp.h"
#include "daemon/sources/sqlite_tables/scanner.h"
#include "daemon/sources/sqlite_tables/schema.h"
#include "daemon/sources/sqlite_tables/sqlite_tables.h"

#include <set>

namespace satchel::sources {

/// State of a source between calls; its functions are the steps of those calls.
struct SqliteTables::Parts {
    SqliteTablesSettings settings;
    Surroundings world;
    std::unique_ptr<sqlite::Database> database;
    sqlite::FileStamp file;
    bool was_ahead = false;         // of the store, when rows were shown last
    bool was_replaced = false;      // by other files since the last capture
    std::uint64_t index_inode = 0;  // of the write-ahead index that our connection has; 0: none
    sqlite::Schema schema;
    std::int64_t schema_version = -1;
    std::vector<CollectionInfo> collections;
    bool has_marks = false;              // triggers capture, objects in place
    bool wants_marks = false;            // triggers capture chosen
    bool wants_scan = true;              // the next capture reads everything
    bool is_dirty = true;                // something is known to have changed
    bool has_other_collections = false;  // than the last capture told
    std::int64_t data_version = -1;
    sqlite::ScanReport scan;
    std::vector<std::string> secrets;  ///< names of settings that stay here, the first few
    std::set<std::string> shunned;     // tables whose triggers do not end

    Parts(SqliteTablesSettings given, Surroundings surroundings)
        : settings(std::move(given)), world(std::move(surroundings)) {}

    sqlite::Workbench bench(Memory& memory) { return {*database, schema, world.ids, memory}; }

    Status create_owned() const;
    /// Makes sure that the connection is to the file that has the name now.
    Status connect();
    /// That, and that the schema in hand is the present one.
    Status refresh(Memory& memory);
    Status inspect(Memory& memory);
    Status refuse_vanished(Memory& memory) const;
    /// By what a person chose, or how many rows there are.
    Status choose_capture();
    /// Installs the triggers where they are wanted and missing.
    Status ensure_marks();
    Status capture_now(CaptureSink& sink, Memory& memory);
    Result<std::uint64_t> stamp_now(Memory& memory);
    Status note_schema(Memory& memory);
    /// Whether this is the file that was captured last, or a copy that somebody put back.
    Result<sqlite::FileAge> age(Memory& memory) const;
    Status note_age(Memory& memory) const;
    /// True when nobody else wrote since the last capture began.
    Result<bool> is_as_captured() const;
    /// A row that an application wrote just now cannot be told from one it is to get.
    bool has_by_content(std::span<const WantedRow> rows) const;
    /// When the file or its log was written last, not later than now.
    UnixMs edited_ms() const;
    void list_collections();
};

}  // namespace satchel::sources
