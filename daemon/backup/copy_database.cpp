// Backups of databases, by SQLite itself: consistent while others write.
#include "daemon/backup/copy.h"
#include "shared/base/limits.h"
#include "shared/platform/files.h"

#include <memory>

#include <sqlite3.h>
#include <sys/stat.h>

namespace satchel::backup {

namespace {

constexpr int kPagesPerStep = 1'024;
constexpr int kRestartsMax =
    3;  // then one step takes all: writers wait once instead of us for ever
constexpr int kWaitsMax = 100;
constexpr int kWaitMs = 50;

struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};

using Connection = std::unique_ptr<sqlite3, CloseDatabase>;

Error failure(int code, const std::filesystem::path& path, std::string_view detail) {
    ErrorCode kind = ErrorCode::failed;
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            kind = ErrorCode::busy;
            break;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            kind = ErrorCode::corrupt;
            break;
        case SQLITE_FULL:
            kind = ErrorCode::disk_full;
            break;
        case SQLITE_IOERR:
            kind = ErrorCode::io;
            break;
        case SQLITE_CANTOPEN:
            kind = ErrorCode::not_found;
            break;
        default:
            break;
    }
    return {kind, "back up database '" + path.string() + "': " + std::string(detail)};
}

Result<Connection> open_database(const std::filesystem::path& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    Connection connection(raw);
    if (code != SQLITE_OK) return failure(code, path, sqlite3_errstr(code));
    const auto wait = std::chrono::milliseconds(limits::kForeignBusyTimeout).count();
    sqlite3_busy_timeout(raw, static_cast<int>(wait));
    return connection;
}

int copy_pages(sqlite3_backup* backup) {
    int restarts = 0;
    int waits = 0;
    int before = -1;
    while (true) {
        const int code = sqlite3_backup_step(backup, restarts > kRestartsMax ? -1 : kPagesPerStep);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
            if (++waits > kWaitsMax) return code;
            sqlite3_sleep(kWaitMs);
            continue;
        }
        if (code != SQLITE_OK) return code;
        const int left = sqlite3_backup_remaining(backup);
        if (before >= 0 && left >= before) ++restarts;  // somebody wrote: SQLite begins anew
        before = left;
    }
}

Status check(sqlite3* copy, const std::filesystem::path& from) {
    sqlite3_stmt* raw = nullptr;
    int code = sqlite3_prepare_v2(copy, "PRAGMA quick_check(1)", -1, &raw, nullptr);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
    if (code == SQLITE_OK) code = sqlite3_step(raw);
    const unsigned char* text = code == SQLITE_ROW ? sqlite3_column_text(raw, 0) : nullptr;
    if (text != nullptr && std::string_view(reinterpret_cast<const char*>(text)) == "ok")
        return ok();
    return failure(SQLITE_CORRUPT, from, "the copy fails SQLite's check");
}

Status copy_all(const std::filesystem::path& from, const std::filesystem::path& to) {
    SATCHEL_TRY(source, open_database(from, SQLITE_OPEN_READONLY));
    SATCHEL_TRY(target, open_database(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    ::chmod(to.c_str(), 0600);
    sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
    if (backup == nullptr)
        return failure(sqlite3_errcode(target.get()), from, sqlite3_errmsg(target.get()));
    const int step_code = copy_pages(backup);
    const int end_code = sqlite3_backup_finish(backup);
    if (step_code != SQLITE_DONE) return failure(step_code, from, sqlite3_errstr(step_code));
    if (end_code != SQLITE_OK) return failure(end_code, from, sqlite3_errstr(end_code));
    return check(target.get(), from);
}

}  // namespace

Status check_database(const std::filesystem::path& path) {
    SATCHEL_TRY(database, open_database(path, SQLITE_OPEN_READONLY));
    return check(database.get(), path);
}

Result<Copied> copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
    const std::filesystem::path temporary = to.parent_path() / ".unfinished";
    std::error_code error;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        std::filesystem::remove(temporary.string() + suffix, error);
    const Status status = copy_all(from, temporary);
    if (!status) {
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(temporary.string() + suffix, error);
        return status.error();
    }
    std::filesystem::rename(temporary, to, error);
    if (error) return errno_error("write a backup", error.value());
    if (Status synced = platform::sync_directory(to.parent_path()); !synced) return synced.error();
    return Copied{to.filename().string(), std::filesystem::file_size(to, error)};
}

}  // namespace satchel::backup
