// The source itself: opening, noticing changes, and calling scanner, drainer, stamper and
// projector. One connection does everything: data_version moves for the commits of others only, so
// our own writes are never taken for changes.
#include "daemon/sources/sqlite_tables/sqlite_tables.h"

#include "daemon/sources/sqlite_tables/announced.h"
#include "daemon/sources/sqlite_tables/catalog_schema.h"
#include "daemon/sources/sqlite_tables/content_scan.h"
#include "daemon/sources/sqlite_tables/describe.h"
#include "daemon/sources/sqlite_tables/drainer.h"
#include "daemon/sources/sqlite_tables/file_age.h"
#include "daemon/sources/sqlite_tables/file_stamp.h"
#include "daemon/sources/sqlite_tables/mark_triggers.h"
#include "daemon/sources/sqlite_tables/owner.h"
#include "daemon/sources/sqlite_tables/scanner.h"
#include "daemon/sources/sqlite_tables/secret_filter.h"
#include "daemon/sources/sqlite_tables/seeds.h"
#include "daemon/sources/sqlite_tables/slices.h"
#include "daemon/sources/sqlite_tables/stamper.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>
#include <set>
#include <utility>

namespace satchel::sources {

namespace {

using namespace sqlite;  // the private half of this folder

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

struct SqliteTables::Parts {
    SqliteTablesSettings settings;
    Surroundings world;
    std::unique_ptr<Database> database;
    FileStamp file;
    bool was_ahead = false;         // of the store, when rows were shown last
    bool was_replaced = false;      // by other files since the last capture
    std::uint64_t index_inode = 0;  // of the write-ahead index that our connection has; 0: none
    Schema schema;
    std::int64_t schema_version = -1;
    std::vector<CollectionInfo> collections;
    bool has_marks = false;              // triggers capture, objects in place
    bool wants_marks = false;            // triggers capture chosen
    bool wants_scan = true;              // the next capture reads everything
    bool is_dirty = true;                // something is known to have changed
    bool has_other_collections = false;  // than the last capture told
    std::int64_t data_version = -1;
    ScanReport scan;
    std::vector<std::string> secrets;  ///< names of settings that stay here, the first few
    std::set<std::string> shunned;     // tables whose triggers do not end

    Parts(SqliteTablesSettings given, Surroundings surroundings)
        : settings(std::move(given)), world(std::move(surroundings)) {}

    Workbench bench(Memory& memory) { return {*database, schema, world.ids, memory}; }

    Status create_owned() const;
    Status connect();
    Status refresh(Memory& memory);
    Status inspect(Memory& memory);
    Status refuse_vanished(Memory& memory) const;
    Status choose_capture();
    Status ensure_marks();
    Status capture_now(CaptureSink& sink, Memory& memory);
    Result<std::uint64_t> stamp_now(Memory& memory);
    Status note_schema(Memory& memory);
    Result<FileAge> age(Memory& memory) const;
    Status note_age(Memory& memory) const;
    Result<bool> is_as_captured() const;
    bool has_by_content(std::span<const WantedRow> rows) const;
    UnixMs edited_ms() const;
    void list_collections();
};

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

/// Makes sure that the connection is to the file of this name and the schema is the present one.
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

/// True when nobody else wrote since the last capture began.
Result<bool> SqliteTables::Parts::is_as_captured() const {
    SATCHEL_TRY(version, database->integer("PRAGMA main.data_version"));
    return version == data_version;
}

/// A row that an application wrote just now cannot be told from one it is to get.
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
    if (const Status done = ensure_marks(); !done) return done;
    SATCHEL_TRY(stamped, stamp_now(memory));
    static_cast<void>(stamped);
    // Commits of others from here on are seen by the next look, if not by this one.
    SATCHEL_TRY(version, database->integer("PRAGMA main.data_version"));
    const UnixMs edited = edited_ms();
    const Status told = Announcements::report(bench(memory), sink, edited);
    if (!told) return told;
    Scanner scanner(bench(memory), sink, edited);
    const bool is_full = wants_scan || !has_marks;
    if (is_full) {
        const Status done = has_marks ? scanner.scan_marked() : scanner.scan_all();
        if (!done) return done;
        scan = scanner.report();
    }
    if (has_marks) {
        Drainer drainer(bench(memory), sink, scanner);
        if (const Status done = drainer.drain_all(); !done) return done;
        if (const Status done = scanner.scan_unmarked(); !done) return done;
    }
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

SqliteTables::SqliteTables(SqliteTablesSettings settings, Surroundings surroundings)
    : parts_(std::make_unique<Parts>(std::move(settings), std::move(surroundings))) {}

SqliteTables::~SqliteTables() = default;

Status SqliteTables::open(Memory& memory) {
    parts_->database.reset();
    return parts_->refresh(memory);
}

const std::vector<CollectionInfo>& SqliteTables::collections() const {
    return parts_->collections;
}

bool SqliteTables::uses_triggers() const {
    return parts_->wants_marks;
}

Result<bool> SqliteTables::has_changes() {
    Parts& p = *parts_;
    if (const Status done = p.connect(); !done) return done.error();
    if (p.is_dirty || p.wants_scan) return true;
    SATCHEL_TRY(version, p.database->integer("PRAGMA main.data_version"));
    if (version != p.data_version) return true;
    if (!p.has_marks) return false;
    SATCHEL_TRY(mark, p.database->integer("SELECT seq FROM main._satchel_mark LIMIT 1", -1));
    return mark != -1;
}

Status SqliteTables::capture(CaptureSink& sink, Memory& memory) {
    if (const Status done = parts_->refresh(memory); !done) return done;
    if (const Status done = parts_->refuse_vanished(memory); !done) return done;
    if (parts_->has_other_collections)
        if (const Status told = sink.collections_changed(); !told) return told;
    const Status done = parts_->capture_now(sink, memory);
    if (done) parts_->has_other_collections = false;
    return done;
}

Result<std::uint64_t> SqliteTables::stamp(Memory& memory) {
    if (const Status done = parts_->refresh(memory); !done) return done.error();
    return parts_->stamp_now(memory);
}

Result<std::uint64_t> SqliteTables::count_unstamped() {
    if (const Status done = parts_->connect(); !done) return done.error();
    return count_without_sync_id(*parts_->database, parts_->schema);
}

Result<LocalRow> SqliteTables::read(CollectionId collection, ByteView key, Memory& memory) {
    Parts& p = *parts_;
    if (const Status done = p.refresh(memory); !done) return done.error();
    const Table* table = p.schema.find(collection);
    if (table == nullptr)
        return Error{ErrorCode::not_found, "read " + p.settings.name + ": no such table"};
    LocalRow absent;
    absent.collection = collection;
    absent.key = to_bytes(key);
    absent.edited_ms = p.edited_ms();
    const auto values = decode_key(*table, key);
    if (!values) return absent;
    SATCHEL_TRY(row, p.database->query(read_sql(*table)));
    bind_key(row, 1, *values);
    const int code = row.step_code();
    if (code == SQLITE_DONE) return absent;
    if (code != SQLITE_ROW) return p.database->error(code, "read");
    if (is_secret_row(p.schema, *table, row)) return absent;
    RowReader reader(p.bench(memory));
    SATCHEL_TRY(local, reader.local_row(*table, row, to_bytes(key)));
    local.edited_ms = absent.edited_ms;
    if (table->is_by_content()) {
        SATCHEL_TRY(sid, held_sid(p.bench(memory), *table, local));
        if (!sid) return absent;
        local.sid = sid;
    }
    return local;
}

Result<std::vector<ProjectedRow>> SqliteTables::project(std::span<const WantedRow> rows,
                                                        Memory& memory) {
    Parts& p = *parts_;
    if (rows.empty()) return std::vector<ProjectedRow>();
    if (const Status done = p.refresh(memory); !done) return done.error();
    SATCHEL_TRY(split, split_secrets(p.bench(memory), rows));
    if (split.is_any) {
        SATCHEL_TRY(others, project(split.others, memory));
        return split.join(std::move(others));
    }
    if (p.database->is_read_only())
        return Error{ErrorCode::refused,
                     "write " + p.settings.name + ": the file is read-only",
                     "check the permissions of the database and its directory"};
    const bool is_live = p.settings.is_owned || p.settings.writes == Writes::live;
    const std::string owner = is_live ? "" : name_openers(p.settings.path);
    if (!owner.empty()) {
        const ProjectedRow waits{
            Outcome::deferred, owner + " has it open; it is written when that ends", {}, {}};
        return std::vector<ProjectedRow>(rows.size(), waits);
    }
    SATCHEL_TRY(is_known, p.is_as_captured());
    SATCHEL_TRY(how_old, p.age(memory));
    // Into a file that somebody put there nothing is written before capture judged what it is.
    if (how_old != FileAge::newer || (!is_known && p.has_by_content(rows))) {
        const ProjectedRow waits{Outcome::changed_meanwhile, std::string(kChangedHere), {}, {}};
        return std::vector<ProjectedRow>(rows.size(), waits);
    }
    if (p.world.backup)
        if (const Status kept = p.world.backup(); !kept) return kept.error();
    if (const Status off = p.database->set_query_only(false); !off) return off.error();
    const bool has_triggers = std::ranges::any_of(p.schema.tables, &Table::has_app_triggers);
    if (has_triggers) p.database->set_trusted_schema(true);
    Slices slices(p.bench(memory), rows, {p.has_marks, is_live, p.world.clock, p.shunned});
    auto results = slices.run();
    if (results) plant_seeds(p.bench(memory), rows, *results);
    if (has_triggers) p.database->set_trusted_schema(false);
    if (const Status on = p.database->set_query_only(true); !on) return on.error();
    if (results && slices.has_side_effects()) p.is_dirty = true;
    // What keeps differing after a look at what changed, nothing tells of: all rows are looked at.
    const bool is_ahead =
        results &&
        std::ranges::count(*results, Outcome::changed_meanwhile, &ProjectedRow::outcome) > 0;
    if (std::exchange(p.was_ahead, is_ahead) && is_ahead) p.wants_scan = true;
    // A copy from before this is an older one, too.
    if (results)
        if (const Status noted = p.note_age(memory); !noted) return noted.error();
    return results;
}

std::string SqliteTables::describe(CollectionId collection, ByteView key) const {
    const Table* table = parts_->schema.find(collection);
    if (table == nullptr || !parts_->database) return "a row of " + parts_->settings.name;
    return describe_row(*parts_->database, *table, key);
}

SourceTraits SqliteTables::traits() const {
    const Parts& p = *parts_;
    SourceTraits traits;
    traits.collections = traits_of(p.schema, p.wants_marks);
    traits.fingerprint = p.schema.fingerprint;
    traits.left_out = what_is_left_out(p.schema, p.scan, p.secrets);
    return traits;
}

SourceHealth SqliteTables::health() {
    const Parts& p = *parts_;
    SourceHealth health;
    for (const std::string& fact : what_is_left_out(p.schema, p.scan, p.secrets))
        health.detail += (health.detail.empty() ? "" : "; ") + fact;
    if (p.database && p.has_marks) {
        const auto count = p.database->integer("SELECT count(*) FROM main._satchel_mark");
        if (count) health.backlog = static_cast<std::uint64_t>(*count);
    }
    return health;
}

std::vector<std::filesystem::path> SqliteTables::watch_roots() const {
    return {parts_->settings.path.parent_path()};
}

void SqliteTables::hint(const std::optional<std::filesystem::path>& path) {
    // data_version answers has_changes() for nothing; only "look at everything" adds to it.
    if (!path) parts_->wants_scan = parts_->is_dirty = true;
}

Status SqliteTables::uninstall() {
    Parts& p = *parts_;
    if (!file_stamp(p.settings.path).is_there) return ok();
    if (const Status done = p.connect(); !done) return done;
    SATCHEL_TRY(has_objects, has_mark_objects(*p.database));
    if (!has_objects) return ok();
    if (const Status off = p.database->set_query_only(false); !off) return off;
    const Status done = remove_marks(*p.database);
    if (const Status on = p.database->set_query_only(true); !on) return on;
    p.has_marks = false;
    p.schema_version = -1;
    return done;
}

}  // namespace satchel::sources
