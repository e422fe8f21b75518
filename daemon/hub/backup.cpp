// SQLite's backup interface, from a read transaction: in write-ahead mode that is one state of the
// database however long copying takes, and it holds up no writer. Without the transaction every
// commit would begin the copy anew.
#include "daemon/hub/backup.h"

#include "daemon/hub/backup_files.h"
#include "daemon/hub/migrations.h"
#include "daemon/hub/store_read.h"
#include "shared/platform/files.h"
#include "shared/platform/system_clock.h"

#include <algorithm>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

namespace satchel::hub {

namespace {

namespace fs = std::filesystem;

constexpr int kPagesPerStep = 256;
/// What a manifest and a folder take beside the copy.
constexpr std::uint64_t kRoomBeside = 1u << 20;
constexpr std::string_view kPrefix = "satchel-hub-";
constexpr std::string_view kUnfinished = ".satchel-hub-";

Error sqlite_error(const std::string& attempted, int code, const std::string& why) {
    const bool is_corrupt = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    return {is_corrupt            ? ErrorCode::corrupt
            : code == SQLITE_FULL ? ErrorCode::disk_full
                                  : ErrorCode::io,
            attempted + ": " + why};
}

/// A folder that goes with what is in it, unless it was given its name.
class UnfinishedFolder {
  public:
    explicit UnfinishedFolder(fs::path path) : path_(std::move(path)) {}

    UnfinishedFolder(const UnfinishedFolder&) = delete;
    UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

    ~UnfinishedFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }

    [[nodiscard]] const fs::path& path() const { return path_; }

    Status finish(const fs::path& name) {
        if (auto synced = platform::sync_directory(path_); !synced) return synced;
        std::error_code failed;
        fs::rename(path_, name, failed);
        if (failed)
            return Error{ErrorCode::io,
                         "name the backup '" + name.string() + "': " + failed.message()};
        path_.clear();
        return platform::sync_directory(name.parent_path());
    }

  private:
    fs::path path_;
};

Status copy_pages(SQLite::Database& from,
                  SQLite::Database& to,
                  const std::function<bool()>& stop,
                  const std::string& attempted) {
    sqlite3_backup* backup = sqlite3_backup_init(to.getHandle(), "main", from.getHandle(), "main");
    if (backup == nullptr)
        return sqlite_error(
            attempted, sqlite3_errcode(to.getHandle()), sqlite3_errmsg(to.getHandle()));
    int code = SQLITE_OK;
    bool is_stopped = false;
    while (code == SQLITE_OK && !is_stopped) {
        code = sqlite3_backup_step(backup, kPagesPerStep);
        is_stopped = stop && stop();
    }
    const int finished = sqlite3_backup_finish(backup);
    if (is_stopped && code != SQLITE_DONE)
        return Error{ErrorCode::interrupted, attempted + ": the hub stops"};
    if (code == SQLITE_DONE && finished == SQLITE_OK) return ok();
    return sqlite_error(attempted, code, sqlite3_errstr(code));
}

/// Copies, and makes of the copy one file that needs nothing beside it.
Status copy_database(const BackupOrder& order, const fs::path& target) {
    const std::string attempted = "back up '" + order.database.string() + "'";
    try {
        SATCHEL_TRY(from, open_hub_reader(order.database.string()));
        from->exec("BEGIN");
        from->execAndGet("SELECT count(*) FROM sqlite_schema");
        SQLite::Database to(target.string(),
                            SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOFOLLOW);
        to.exec("PRAGMA synchronous = OFF");
        if (auto copied = copy_pages(*from, to, order.stop, attempted); !copied) return copied;
        to.exec("PRAGMA journal_mode = DELETE");
        const std::string verdict = to.execAndGet("PRAGMA quick_check(1)").getString();
        if (verdict == "ok") return ok();
        return Error{ErrorCode::corrupt,
                     attempted + ": the copy is damaged: " + verdict,
                     "the hub's database may be, too: restore an earlier backup"};
    } catch (const SQLite::Exception& error) {
        return sqlite_error(attempted, error.getErrorCode(), error.what());
    }
}

/// The counts of totals are for people, and not in every schema.
void count_contents(SQLite::Database& database, BackupManifest& manifest) {
    try {
        const StoredTotals totals = read_totals(database);
        manifest.devices = static_cast<std::int64_t>(totals.devices);
        manifest.segments = static_cast<std::int64_t>(totals.segments);
    } catch (const SQLite::Exception&) {
        manifest.devices = manifest.segments = 0;
    }
}

Result<BackupManifest> describe(const BackupOrder& order, const fs::path& copy) {
    BackupManifest manifest;
    manifest.format = kBackupFormat;
    manifest.version = order.version;
    manifest.time = json::Time{order.now_ms};
    manifest.file = std::string(kBackupDatabase);
    try {
        SATCHEL_TRY(database, open_hub_reader(copy.string()));
        manifest.schema = database->execAndGet("PRAGMA user_version").getInt();
        manifest.hub = database->execAndGet("SELECT value FROM hub WHERE key = 'id'").getString();
        count_contents(*database, manifest);
    } catch (const SQLite::Exception& error) {
        return sqlite_error("read '" + copy.string() + "'", error.getErrorCode(), error.what());
    }
    SATCHEL_TRY(hashed, hash_file(copy));
    manifest.bytes = static_cast<std::int64_t>(hashed.bytes);
    manifest.sha256 = to_hex(hashed.sha256);
    return manifest;
}

bool is_backup(const fs::path& path) {
    const std::string name = path.filename().string();
    std::error_code failed;
    return name.starts_with(kPrefix) && !fs::is_symlink(path, failed) &&
           fs::exists(path / kBackupManifest, failed);
}

/// Removes what an ended process left unfinished, and all but `keep`: `newest`, and the newest ones
/// by their names of the others.
std::size_t tidy(const fs::path& folder, std::size_t keep, const fs::path& newest = {}) {
    std::error_code failed;
    std::vector<fs::path> backups;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        if (entry.path().filename().string().starts_with(kUnfinished))
            fs::remove_all(entry.path(), failed);
        else if (is_backup(entry.path()) && entry.path() != newest)
            backups.push_back(entry.path());
    }
    if (keep == 0 || backups.size() < keep) return 0;
    // Names sort by age.
    std::ranges::sort(backups);
    backups.resize(backups.size() - (keep - 1));
    for (const fs::path& old : backups) {
        // A folder with anything else in it stays, and without its manifest is no backup.
        fs::remove(old / kBackupManifest, failed);
        fs::remove(old / kBackupDatabase, failed);
        fs::remove(old, failed);
    }
    return backups.size();
}

/// A name that is free: two backups may be made in one second.
fs::path free_name(const fs::path& folder, const std::string& base) {
    fs::path name = folder / base;
    std::error_code failed;
    for (int n = 2; fs::exists(name, failed) && n < 1'000; ++n)
        name = folder / (base + "-" + std::to_string(n));
    return name;
}

Status make_folder(const fs::path& folder) {
    std::error_code failed;
    if (fs::is_directory(folder, failed)) return ok();
    return platform::ensure_private_directory(folder);
}

}  // namespace

Result<BackupDone> make_backup(const BackupOrder& order) {
    if (auto made = make_folder(order.folder); !made) return made.error();
    tidy(order.folder, 0);
    const std::uint64_t bytes = size_of(order.database) + size_of(order.database.string() + "-wal");
    if (auto room = check_room(order.folder, bytes + kRoomBeside); !room) return room.error();
    const std::string when = time_in_name(order.now_ms);
    UnfinishedFolder unfinished(order.folder / (std::string(kUnfinished) + when + ".part"));
    if (auto made = platform::ensure_private_directory(unfinished.path()); !made)
        return made.error();
    const fs::path copy = unfinished.path() / kBackupDatabase;
    if (auto copied = copy_database(order, copy); !copied) return copied.error();
    if (auto sealed = seal_file(copy); !sealed) return sealed.error();
    SATCHEL_TRY(manifest, describe(order, copy));
    const std::string text = json::to_pretty_text(json::to_json(manifest)) + "\n";
    const fs::path manifest_file = unfinished.path() / kBackupManifest;
    auto written = platform::replace_file(manifest_file, as_bytes(text), 0600);
    if (!written) return written.error();
    BackupDone done;
    done.path = free_name(order.folder, std::string(kPrefix) + when);
    done.manifest = std::move(manifest);
    if (auto finished = unfinished.finish(done.path); !finished) return finished.error();
    done.removed = tidy(order.folder, order.keep, done.path);
    return done;
}

Status back_up_before_upgrade(const fs::path& database) {
    BackupOrder order;
    order.database = database;
    order.folder = database.parent_path() / "before-upgrade";
    order.version = "before an upgrade";
    order.now_ms = platform::SystemClock().now_ms();
    auto made = make_backup(order);
    if (made) return ok();
    return std::move(made)
        .error()
        .at("back up the hub's database before its upgrade")
        .with_hint("nothing was changed: make room, or go back to the version that ran before");
}

Result<BackupManifest> verify_backup(const fs::path& path) {
    const fs::path manifest_file = path / kBackupManifest;
    const auto text = platform::read_file(manifest_file, 64u << 10);
    if (!text && text.error().code == ErrorCode::not_found)
        return Error{ErrorCode::not_found,
                     "'" + path.string() + "' has no " + std::string(kBackupManifest),
                     "give the folder that satchelctl hub backup made, satchel-hub-<time>"};
    if (!text) return text.error();
    SATCHEL_TRY(manifest, parse_manifest(as_text(*text)));
    if (manifest.schema > newest_schema())
        return Error{ErrorCode::version_mismatch,
                     "'" + path.string() + "' was made by a newer Satchel (" + manifest.version +
                         ", schema " + std::to_string(manifest.schema) + ")",
                     "install that version or a newer one, and restore with it"};
    const fs::path copy = path / kBackupDatabase;
    SATCHEL_TRY(hashed, hash_file(copy));
    const Error damaged{ErrorCode::corrupt,
                        "'" + copy.string() + "' is not what was backed up",
                        "use another backup; nothing was changed"};
    const bool is_same =
        std::cmp_equal(hashed.bytes, manifest.bytes) && to_hex(hashed.sha256) == manifest.sha256;
    if (!is_same) return damaged;
    try {
        SATCHEL_TRY(database, open_hub_reader(copy.string()));
        const std::string verdict = database->execAndGet("PRAGMA integrity_check(1)").getString();
        const auto schema = database->execAndGet("PRAGMA user_version").getInt();
        const auto hub = database->execAndGet("SELECT value FROM hub WHERE key = 'id'");
        if (verdict != "ok" || schema != manifest.schema || hub.getString() != manifest.hub)
            return damaged;
    } catch (const SQLite::Exception& error) {
        return sqlite_error("read '" + copy.string() + "'", error.getErrorCode(), error.what());
    }
    return manifest;
}

}  // namespace satchel::hub
