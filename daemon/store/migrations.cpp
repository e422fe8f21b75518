#include "daemon/store/migrations.h"

#include "shared/platform/files.h"
#include "shared/platform/unique_fd.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::store {

namespace fs = std::filesystem;

namespace {

struct Migration {
    int version;
    const char* name;
    const char* sql;
};

constexpr std::array kMigrations = {
    Migration{1, "first tables", R"sql(
        CREATE TABLE meta (
            name TEXT PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE member (
            number INTEGER PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT;

        -- One lane's state here: digest over its rows, and our own log's end.
        CREATE TABLE lane (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL
        ) STRICT;

        -- The last op applied of each device, and the keyed chain value after it.
        CREATE TABLE applied (
            lane INTEGER NOT NULL,
            device BLOB NOT NULL,
            seq INTEGER NOT NULL,
            link BLOB NOT NULL,
            PRIMARY KEY (lane, device)
        ) STRICT, WITHOUT ROWID;

        -- Our own log, sealed: durable before it is acknowledged, kept for re-seeding a hub.
        CREATE TABLE segment (
            lane INTEGER NOT NULL,
            seq_from INTEGER NOT NULL,
            seq_to INTEGER NOT NULL,
            items INTEGER NOT NULL,
            is_pushed INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (lane, seq_from)
        ) STRICT;
        CREATE INDEX segment_unpushed ON segment (lane, seq_from) WHERE is_pushed = 0;

        -- Segments of other devices, from the moment they are received until they are applied.
        CREATE TABLE inbox (
            lane INTEGER NOT NULL,
            device BLOB NOT NULL,
            seq_from INTEGER NOT NULL,
            seq_to INTEGER NOT NULL,
            state INTEGER NOT NULL,
            reason TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (lane, device, seq_from)
        ) STRICT;

        -- The newest signed head seen of each device.
        CREATE TABLE head (
            device BLOB PRIMARY KEY,
            counter INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            path TEXT NOT NULL,
            options TEXT NOT NULL,
            lane INTEGER NOT NULL
        ) STRICT;

        -- Tables and trees by their workspace-wide id; `ord` keeps row keys short.
        CREATE TABLE collection (
            ord INTEGER PRIMARY KEY,
            id INTEGER NOT NULL UNIQUE,
            lane INTEGER NOT NULL,
            source TEXT NOT NULL,
            name TEXT NOT NULL,
            columns BLOB NOT NULL,
            held INTEGER NOT NULL
        ) STRICT;

        -- flags: 1 the source lags behind, 2 some cell has several values,
        -- 4 the source had it, but its key went to another row
        -- Rows lie in the order they came; the ids are random, so only small indexes are.
        CREATE TABLE row (
            id INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL,
            sid BLOB NOT NULL,
            key BLOB,
            held_hash INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            state BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX row_sid ON row (collection, sid);
        CREATE UNIQUE INDEX row_key ON row (collection, key) WHERE key IS NOT NULL;
        CREATE INDEX row_pending ON row (collection, sid) WHERE flags & 1;
        CREATE INDEX row_conflict ON row (collection, sid) WHERE flags & 2;
        CREATE INDEX row_orphan ON row (collection, sid) WHERE flags & 4;

        CREATE TABLE parked (
            collection INTEGER NOT NULL,
            sid BLOB NOT NULL,
            outcome INTEGER NOT NULL,
            reason TEXT NOT NULL,
            since_ms INTEGER NOT NULL,
            PRIMARY KEY (collection, sid)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE note (
            source INTEGER NOT NULL,
            name BLOB NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (source, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE piece (
            sid BLOB NOT NULL,
            content BLOB NOT NULL,
            number INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (sid, content, number)
        ) STRICT;
    )sql"},
    Migration{2, "what a held row clashes with", R"sql(
        -- kind: constraint unique orphan shown_as_null owner_open missing_parent too_large secret
        -- withheld; against: sid of the row it clashes with or lacks.
        ALTER TABLE parked ADD COLUMN kind TEXT NOT NULL DEFAULT '';
        ALTER TABLE parked ADD COLUMN against BLOB;
        ALTER TABLE parked ADD COLUMN detail TEXT NOT NULL DEFAULT '';
        CREATE INDEX parked_against ON parked (collection, against) WHERE against IS NOT NULL;
    )sql"},
    Migration{3, "displaced values", R"sql(
        -- kind: 1 replaced by another value, 2 removed with its row.
        -- value: NULL when this device never had its bytes.
        CREATE TABLE history (
            id INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL,
            sid BLOB NOT NULL,
            column INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            value BLOB,
            value_hash INTEGER NOT NULL,
            stamp INTEGER NOT NULL,
            device BLOB NOT NULL,
            seq INTEGER NOT NULL,
            by_device BLOB NOT NULL,
            by_seq INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            cycle INTEGER NOT NULL,
            key BLOB
        ) STRICT;
        CREATE INDEX history_item ON history (collection, sid);
        CREATE INDEX history_cycle ON history (cycle);
        CREATE INDEX history_age ON history (at_ms);
    )sql"},
    Migration{4, "rows in each other's way", R"sql(
        ALTER TABLE parked ADD COLUMN against_collection INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE parked ADD COLUMN hiding INTEGER NOT NULL DEFAULT 0;
    )sql"},
    Migration{5, "changes a person approved", R"sql(
        CREATE TABLE approval (
            id TEXT PRIMARY KEY,
            at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX parked_approval ON parked (since_ms) WHERE kind = 'approval';
    )sql"},
    Migration{6, "rows that wait, in the order they came", R"sql(
        DROP INDEX row_pending;
        CREATE INDEX row_pending ON row (collection) WHERE flags & 1;
    )sql"},
    Migration{7, "applied segments are kept", R"sql(
        UPDATE inbox SET state = 2 WHERE state = 1;
        CREATE INDEX inbox_waiting ON inbox (lane, device, seq_from) WHERE state IN (0, 2);
        CREATE INDEX inbox_quarantined ON inbox (lane) WHERE state = 2;
    )sql"},
};

/// Copies made before an upgrade that stay.
constexpr std::size_t kCopiesKept = 2;

/// "store.db.v6": the version of a copy beside `path`; 0 when it is none.
int version_of_copy(const fs::path& path, const fs::path& copy) {
    const std::string start = path.filename().string() + ".v";
    const std::string name = copy.filename().string();
    int version = 0;
    if (!name.starts_with(start)) return 0;
    const char* const end = name.data() + name.size();
    const auto [stopped, failed] = std::from_chars(name.data() + start.size(), end, version);
    return failed == std::errc{} && stopped == end ? version : 0;
}

void drop_old_copies(const fs::path& path) {
    std::map<int, fs::path, std::greater<>> copies;
    std::error_code failed;
    for (auto entry = fs::directory_iterator(path.parent_path(), failed);
         !failed && entry != fs::directory_iterator();
         entry.increment(failed))
        if (const int version = version_of_copy(path, entry->path()); version > 0)
            copies[version] = entry->path();
    std::size_t kept = 0;
    for (const auto& [version, copy] : copies)
        if (++kept > kCopiesKept) fs::remove(copy, failed);
}

/// The store as it is, whole and durable, beside itself.
Status copy_before(SQLite::Database& sqlite, const fs::path& path, int version) {
    const fs::path copy = path.string() + ".v" + std::to_string(version);
    const fs::path unfinished = copy.string() + ".part";
    std::error_code failed;
    fs::remove(unfinished, failed);
    SQLite::Statement vacuum(sqlite, "VACUUM INTO ?");
    vacuum.bind(1, unfinished.string());
    vacuum.exec();
    const platform::UniqueFd file(::open(unfinished.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file.is_open() || ::fchmod(file.get(), 0600) != 0 || ::fsync(file.get()) != 0)
        return Error{ErrorCode::io, "copy the store before it is upgraded: it cannot be written"};
    fs::rename(unfinished, copy, failed);
    if (failed)
        return Error{ErrorCode::io, "copy the store before it is upgraded: " + failed.message()};
    if (auto synced = platform::sync_directory(path.parent_path()); !synced) return synced;
    drop_old_copies(path);
    return ok();
}

bool is_file(const std::string& path) {
    return path.starts_with('/');
}

}  // namespace

int newest_schema() {
    return kMigrations.back().version;
}

Status migrate(SQLite::Database& sqlite, const std::string& path, const MigrateOptions& options) {
    const int known = newest_schema();
    const int found = sqlite.execAndGet("PRAGMA user_version").getInt();
    if (found > known)
        return Error{ErrorCode::version_mismatch,
                     "the store has version " + std::to_string(found) +
                         ", this program knows versions up to " + std::to_string(known),
                     "update Satchel on this device; nothing was changed"};
    if (found >= options.to) return ok();
    if (found > 0 && is_file(path))
        if (auto copied = copy_before(sqlite, path, found); !copied) return copied;
    SQLite::Transaction transaction(sqlite, SQLite::TransactionBehavior::IMMEDIATE);
    if (options.on_step) options.on_step(0);
    for (const Migration& migration : kMigrations) {
        if (migration.version <= found || migration.version > options.to) continue;
        sqlite.exec(migration.sql);
        sqlite.exec("PRAGMA user_version = " + std::to_string(migration.version));
        if (options.on_step) options.on_step(migration.version);
    }
    transaction.commit();
    return ok();
}

}  // namespace satchel::store
