// What the engine asks of a source, one call after another.
#include "daemon/sources/sqlite_tables/sqlite_tables.h"

#include "daemon/sources/sqlite_tables/content_scan.h"
#include "daemon/sources/sqlite_tables/describe.h"
#include "daemon/sources/sqlite_tables/mark_triggers.h"
#include "daemon/sources/sqlite_tables/owner.h"
#include "daemon/sources/sqlite_tables/row_reader.h"
#include "daemon/sources/sqlite_tables/secret_filter.h"
#include "daemon/sources/sqlite_tables/seeds.h"
#include "daemon/sources/sqlite_tables/slices.h"
#include "daemon/sources/sqlite_tables/sqlite_tables_parts.h"
#include "daemon/sources/sqlite_tables/stamper.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>
#include <utility>

namespace satchel::sources {

using namespace sqlite;  // the private half of this folder

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

Status SqliteTables::check_integrity() {
    /// Reading more takes minutes, in which nothing else is done.
    constexpr std::int64_t kBytesMax = std::int64_t{1} << 30;
    Parts& p = *parts_;
    if (const Status done = p.connect(); !done) return done;
    SATCHEL_TRY(pages, p.database->integer("PRAGMA main.page_count"));
    SATCHEL_TRY(page_bytes, p.database->integer("PRAGMA main.page_size"));
    if (pages * page_bytes > kBytesMax) return ok();
    // What was read before says nothing of the disk.
    if (const Status done = p.database->run("PRAGMA shrink_memory"); !done) return done;
    const auto found =
        p.database->integer("SELECT count(*) FROM pragma_quick_check WHERE quick_check <> 'ok'");
    if (found && *found == 0) return ok();
    if (!found && found.error().code != ErrorCode::corrupt) return found.error();
    return Error{ErrorCode::corrupt,
                 "the database '" + p.settings.path.string() + "' is damaged",
                 "close the program it belongs to, and bring back a copy: satchelctl backup list "
                 "--source " +
                     p.settings.name};
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

std::vector<WatchRoot> SqliteTables::watch_roots() const {
    return {{parts_->settings.path.parent_path(), false}};
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
