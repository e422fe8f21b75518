#include "daemon/hub/migrations.h"

#include "daemon/crypto/random.h"
#include "daemon/hub/backup.h"
#include "shared/base/base32.h"

#include <array>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

namespace satchel::hub {

namespace {

struct Migration {
    int version;
    const char* sql;
};

// Only ever appended to.
constexpr std::array kMigrations = {
    Migration{1, R"sql(
        CREATE TABLE hub(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE workspace(
            id BLOB PRIMARY KEY,
            bytes INTEGER NOT NULL DEFAULT 0,
            created_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE member(
            workspace BLOB NOT NULL,
            number INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY(workspace, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE waiting(
            workspace BLOB NOT NULL,
            device BLOB NOT NULL,
            ed_public BLOB NOT NULL,
            x_public BLOB NOT NULL,
            sealed_name BLOB NOT NULL,
            proof BLOB NOT NULL,
            created_ms INTEGER NOT NULL,
            PRIMARY KEY(workspace, device)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE admission(
            code_hash BLOB PRIMARY KEY,
            kind INTEGER NOT NULL,
            workspace BLOB,
            expires_ms INTEGER NOT NULL,
            used_by BLOB
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE head(
            workspace BLOB NOT NULL,
            device BLOB NOT NULL,
            counter INTEGER NOT NULL,
            body BLOB NOT NULL,
            updated_ms INTEGER NOT NULL,
            PRIMARY KEY(workspace, device)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE segment(
            id INTEGER PRIMARY KEY,
            workspace BLOB NOT NULL,
            device BLOB NOT NULL,
            lane INTEGER NOT NULL,
            seq_from INTEGER NOT NULL CHECK(seq_from >= 1),
            seq_to INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX segment_position ON segment(workspace, device, lane, seq_to);
    )sql"},
    // What `hub status` and `usage` tell must not cost more with every segment.
    Migration{2, R"sql(
        ALTER TABLE workspace ADD COLUMN segments INTEGER NOT NULL DEFAULT 0;
        UPDATE workspace SET segments =
            (SELECT count(*) FROM segment WHERE segment.workspace = workspace.id);
    )sql"},
    // Who signed an entry stands before the signature at its end.
    Migration{3, R"sql(
        CREATE INDEX member_author ON member(substr(body, -80, 16));
    )sql"},
    Migration{4, R"sql(
        CREATE TABLE audit(
            number INTEGER PRIMARY KEY,
            time_ms INTEGER NOT NULL,
            device TEXT NOT NULL,
            address TEXT NOT NULL,
            operation TEXT NOT NULL,
            subject TEXT NOT NULL,
            result TEXT NOT NULL,
            count INTEGER NOT NULL,
            link BLOB NOT NULL
        ) STRICT;
    )sql"},
};

Error open_error(const std::string& path, const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    const bool is_corrupt = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    return {is_corrupt            ? ErrorCode::corrupt
            : code == SQLITE_FULL ? ErrorCode::disk_full
                                  : ErrorCode::io,
            "open hub database '" + path + "': " + error.what()};
}

/// No code in the schema is trusted, nor may it damage the file.
void configure(SQLite::Database& database) {
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    database.setBusyTimeout(5'000);
    database.exec("PRAGMA cell_size_check = ON");
}

Status migrate(SQLite::Database& database, const std::string& path) {
    const int found = database.execAndGet("PRAGMA user_version").getInt();
    if (found > kMigrations.back().version)
        return Error{ErrorCode::version_mismatch,
                     "open hub database '" + path + "': a newer Satchel wrote it",
                     "run the newer version, or restore an older backup"};
    if (found > 0 && found < kMigrations.back().version)
        if (auto backed_up = back_up_before_upgrade(path); !backed_up) return backed_up;
    for (const Migration& migration : kMigrations) {
        if (migration.version <= found) continue;
        database.exec("BEGIN IMMEDIATE");
        database.exec(migration.sql);
        database.exec("PRAGMA user_version = " + std::to_string(migration.version));
        database.exec("COMMIT");
    }
    return ok();
}

Status ensure_hub_id(SQLite::Database& database) {
    if (database.execAndGet("SELECT count(*) FROM hub WHERE key = 'id'").getInt() > 0) return ok();
    std::array<Byte, 16> id{};
    const Status is_drawn = crypto::KernelRandom().fill(id);
    if (!is_drawn) return is_drawn;
    SQLite::Statement insert(database, "INSERT INTO hub(key, value) VALUES('id', ?)");
    insert.bind(1, to_base32(id));
    insert.exec();
    return ok();
}

Status check_after_crash(SQLite::Database& database, const std::string& path) {
    SQLite::Statement clean(database, "SELECT value FROM hub WHERE key = 'clean'");
    const bool was_clean = !clean.executeStep() || clean.getColumn(0).getInt() == 1;
    if (was_clean) return ok();
    const std::string verdict = database.execAndGet("PRAGMA integrity_check(1)").getString();
    if (verdict == "ok") return ok();
    return Error{ErrorCode::corrupt,
                 "check hub database '" + path + "': " + verdict,
                 "restore a backup; devices send again what it lacks"};
}

}  // namespace

int newest_schema() {
    return kMigrations.back().version;
}

Result<std::unique_ptr<SQLite::Database>> open_hub_database(const std::string& path) {
    try {
        auto database = std::make_unique<SQLite::Database>(
            path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOFOLLOW);
        configure(*database);
        database->exec("PRAGMA journal_mode = WAL");
        database->exec("PRAGMA synchronous = FULL");
        if (const Status is_current = migrate(*database, path); !is_current)
            return is_current.error();
        if (const Status has_id = ensure_hub_id(*database); !has_id) return has_id.error();
        if (const Status is_sound = check_after_crash(*database, path); !is_sound)
            return is_sound.error();
        mark_clean(*database, false);
        return database;
    } catch (const SQLite::Exception& error) {
        return open_error(path, error);
    }
}

Result<std::unique_ptr<SQLite::Database>> open_hub_reader(const std::string& path) {
    try {
        auto database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY);
        configure(*database);
        return database;
    } catch (const SQLite::Exception& error) {
        return open_error(path, error);
    }
}

void mark_clean(SQLite::Database& database, bool is_clean) {
    SQLite::Statement set(database, "INSERT OR REPLACE INTO hub(key, value) VALUES('clean', ?)");
    set.bind(1, is_clean ? 1 : 0);
    set.exec();
}

}  // namespace satchel::hub
