// Opening, looking at the schema, and capturing: one connection does everything, since data_version
// moves for the commits of others only, so that our own writes are never taken for changes.
#include "daemon/sources/sqlite_tables/sqlite_tables_parts.h"

#include "daemon/sources/sqlite_tables/announced.h"
#include "daemon/sources/sqlite_tables/catalog_schema.h"
#include "daemon/sources/sqlite_tables/dangling.h"
#include "daemon/sources/sqlite_tables/describe.h"
#include "daemon/sources/sqlite_tables/drainer.h"
#include "daemon/sources/sqlite_tables/mark_triggers.h"
#include "daemon/sources/sqlite_tables/secret_filter.h"
#include "daemon/sources/sqlite_tables/stamper.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>
#include <utility>

namespace satchel::sources {

using namespace sqlite;  // the private half of this folder

namespace {

constexpr std::string_view kSchemaNote = "schema";

/// Beside a database in write-ahead mode; removed when the last program closes it, or by hand.
FileStamp index_stamp(const std::filesystem::path& path) {
    std::filesystem::path index = path;
    index += "-shm";
    return file_stamp(index);
}

Bytes schema_note(std::uint64_t fingerprint, std::int64_t version, bool has_marks) {
    Bytes note;
    ByteWriter writer(note);
    writer.u64(fingerprint);
    writer.zigzag(version);
    writer.u8(has_marks ? 1 : 0);
    return note;
}

}  // namespace

Status SqliteTables::Parts::create_owned() const {
    if (file_stamp(settings.path).is_there) return ok();
    return create_private_file(settings.path);
}

Status SqliteTables::Parts::connect() {
    const FileStamp now = file_stamp(settings.path);
    const std::uint64_t index = index_stamp(settings.path).inode;
    // While we have it open nobody but a person removes the index: then others use another one.
    const bool has_same_index = index_inode == 0 || index == index_inode;
    const bool is_same = database && now.is_there && now.device == file.device &&
                         now.inode == file.inode && has_same_index;
    if (is_same) {
        index_inode = index;
        return ok();
    }
    // Not told from inodes later: what was removed may leave its number to what came.
    was_replaced = was_replaced || database != nullptr;
    database.reset();
    schema_version = -1;
    data_version = -1;
    wants_scan = is_dirty = true;
    if (settings.is_owned)
        if (const Status made = create_owned(); !made) return made;
    file = file_stamp(settings.path);
    if (!file.is_there)
        return Error{ErrorCode::not_found,
                     "open " + settings.name + ": the database file is gone",
                     "nothing was deleted elsewhere; restore the file or remove the source"};
    SATCHEL_TRY(
        opened,
        Database::open(settings.path,
                       {settings.name, settings.is_owned, &world.clock, settings.busy_timeout}));
    // The first page is read only now: what is no database shows here.
    if (settings.is_owned) {
        const Status made = opened->run("PRAGMA journal_mode = WAL;" + std::string(kCatalogSchema));
        if (!made) return made;
    }
    SATCHEL_TRY(first, opened->integer("SELECT count(*) FROM main.sqlite_schema"));
    static_cast<void>(first);
    if (const Status only = opened->set_query_only(true); !only) return only;
    database = std::move(opened);
    index_inode = index_stamp(settings.path).inode;
    return ok();
}

Status SqliteTables::Parts::refresh(Memory& memory) {
    if (const Status done = connect(); !done) return done;
    database->restart_deadline();
    SATCHEL_TRY(version, database->integer("PRAGMA main.schema_version"));
    if (version == schema_version) return ok();
    const Status done = inspect(memory);
    if (done) schema_version = version;
    return done;
}

Status SqliteTables::Parts::inspect(Memory& memory) {
    database->forget_statements();
    shunned.clear();
    SATCHEL_TRY(found, inspect_schema(*database, settings, world.ids));
    schema = std::move(found);
    list_collections();
    if (const Status done = refuse_vanished(memory); !done) return done;
    if (const Status done = choose_capture(); !done) return done;
    if (wants_marks) {
        SATCHEL_TRY(is_complete, are_marks_installed(*database, schema));
        has_marks = is_complete;
        SATCHEL_TRY(version, database->integer("PRAGMA main.schema_version"));
        SATCHEL_TRY(noted, memory.note(as_bytes(kSchemaNote)));
        wants_scan = !has_marks || noted != schema_note(schema.fingerprint, version, true);
    } else {
        has_marks = false;
        wants_scan = true;
    }
    is_dirty = true;
    return ok();
}

/// Tables that were captured once and are all gone mean a damaged or replaced file, not deletions.
Status SqliteTables::Parts::refuse_vanished(Memory& memory) const {
    if (!schema.tables.empty()) return ok();
    SATCHEL_TRY(notes, memory.notes(as_bytes("t/"), {}, 1));
    if (notes.empty()) return ok();
    return Error{
        ErrorCode::halted,
        "read " + settings.name + ": the database has none of its tables any more",
        "nothing was deleted elsewhere; restore the file, then: satchelctl source resume " +
            settings.name};
}

Status SqliteTables::Parts::choose_capture() {
    if (settings.capture != Capture::automatic) {
        wants_marks = settings.capture == Capture::trigger;
    } else if (settings.is_owned) {
        wants_marks = true;
    } else {
        std::int64_t rows = 0;
        for (const Table& table : schema.tables) {
            SATCHEL_TRY(count,
                        database->integer("SELECT count(*) FROM main." + identifier(table.name)));
            rows += count;
        }
        // Once triggers are in place a smaller table is no reason to remove them.
        SATCHEL_TRY(has_objects, has_mark_objects(*database));
        wants_marks = rows >= kScanRowsMax || has_objects;
    }
    if (schema.tables.empty() || database->is_read_only()) wants_marks = false;
    return ok();
}

Status SqliteTables::Parts::ensure_marks() {
    if (!wants_marks || has_marks) return ok();
    if (!settings.is_owned && world.backup)
        if (const Status kept = world.backup(); !kept) return kept;
    if (const Status off = database->set_query_only(false); !off) return off;
    const Status done = install_marks(*database, schema);
    if (const Status on = database->set_query_only(true); !on) return on;
    if (!done) return done;
    SATCHEL_TRY(version, database->integer("PRAGMA main.schema_version"));
    schema_version = version;
    has_marks = true;
    wants_scan = true;
    return ok();
}

Status SqliteTables::Parts::note_schema(Memory& memory) {
    const Bytes note = schema_note(schema.fingerprint, schema_version, has_marks);
    SATCHEL_TRY(noted, memory.note(as_bytes(kSchemaNote)));
    return noted == note ? ok() : memory.set_note(as_bytes(kSchemaNote), note);
}

Result<FileAge> SqliteTables::Parts::age(Memory& memory) const {
    SATCHEL_TRY(age, find_file_age(*database, {file.inode, index_inode}, memory));
    return age == FileAge::newer && was_replaced ? FileAge::unknown : age;
}

Status SqliteTables::Parts::note_age(Memory& memory) const {
    return note_file_age(*database, {file.inode, index_inode}, memory);
}

Result<bool> SqliteTables::Parts::is_as_captured() const {
    SATCHEL_TRY(version, database->integer("PRAGMA main.data_version"));
    return version == data_version;
}

bool SqliteTables::Parts::has_by_content(std::span<const WantedRow> rows) const {
    return std::ranges::any_of(rows, [&](const WantedRow& row) {
        const Table* table = schema.find(row.collection);
        return table != nullptr && table->is_by_content();
    });
}

UnixMs SqliteTables::Parts::edited_ms() const {
    std::filesystem::path log = settings.path;
    log += "-wal";
    const UnixMs latest =
        std::max(file_stamp(settings.path).modified_ms, file_stamp(log).modified_ms);
    return std::min(latest, world.clock.now_ms());
}

void SqliteTables::Parts::list_collections() {
    const auto before = std::exchange(collections, collections_of(schema));
    has_other_collections = has_other_collections || collections != before;
}

Status SqliteTables::Parts::capture_now(CaptureSink& sink, Memory& memory) {
    SATCHEL_TRY(how_old, age(memory));
    // Marks tell nothing of what a copy takes back.
    if (how_old != FileAge::newer) wants_scan = true;
    if (how_old == FileAge::older) sink.looks_older();
    if (how_old == FileAge::unknown) sink.may_be_older();
    if (sink.is_look()) {
        SATCHEL_TRY(unstamped, count_without_sync_id(*database, schema));
        if (unstamped > 0 || (wants_marks && !has_marks))
            return Error{ErrorCode::busy,
                         "its rows get their ids, or the triggers that watch them, by the next "
                         "cycle, and a look writes nothing"};
    } else {
        if (const Status done = ensure_marks(); !done) return done;
        SATCHEL_TRY(stamped, stamp_now(memory));
        static_cast<void>(stamped);
    }
    // Commits of others from here on are seen by the next look, if not by this one.
    SATCHEL_TRY(version, database->integer("PRAGMA main.data_version"));
    const UnixMs edited = edited_ms();
    const Status told = Announcements::report(bench(memory), sink, edited);
    if (!told) return told;
    DanglingWatch watch(bench(memory), sink);
    Scanner scanner(bench(memory), watch, edited);
    const bool is_full = wants_scan || !has_marks;
    if (is_full) {
        const Status done = has_marks ? scanner.scan_marked() : scanner.scan_all();
        if (!done) return done;
        scan = scanner.report();
    }
    if (has_marks) {
        Drainer drainer(bench(memory), watch, scanner);
        if (const Status done = drainer.drain_all(); !done) return done;
        if (const Status done = scanner.scan_unmarked(); !done) return done;
    }
    if (const Status done = watch.report(edited); !done) return done;
    SATCHEL_TRY(kept, list_secrets(*database, schema));
    secrets = std::move(kept);
    if (const Status done = note_schema(memory); !done) return done;
    if (const Status done = note_age(memory); !done) return done;
    if (const Status done = sink.item_done(); !done) return done;
    data_version = version;
    wants_scan = is_dirty = was_replaced = false;
    return ok();
}

Result<std::uint64_t> SqliteTables::Parts::stamp_now(Memory& memory) {
    SATCHEL_TRY(count, count_without_sync_id(*database, schema));
    if (count == 0) return count;
    if (!settings.is_owned && world.backup)
        if (const Status kept = world.backup(); !kept) return kept.error();
    if (const Status off = database->set_query_only(false); !off) return off.error();
    auto stamped = stamp_rows(bench(memory), world.random);
    if (const Status on = database->set_query_only(true); !on) return on.error();
    is_dirty = true;
    return stamped;
}

}  // namespace satchel::sources
