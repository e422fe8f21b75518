// The order is what makes it safe: the new database is whole, checked and on disk under another
// name; what is there gets a second name; from the moment the new one is called "hub.db.restored"
// there is only one way to go on, and whoever comes by goes it.
#include "daemon/hub/restore.h"

#include "daemon/hub/audit.h"
#include "daemon/hub/backup.h"
#include "daemon/hub/backup_files.h"
#include "daemon/hub/migrations.h"
#include "shared/platform/file_lock.h"
#include "shared/platform/files.h"

#include <array>

#include <SQLiteCpp/Database.h>

namespace satchel::hub {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRestored = "hub.db.restored";
constexpr std::string_view kStaged = "hub.db.staged";
constexpr std::array<std::string_view, 3> kSidecars = {"-wal", "-shm", "-journal"};
constexpr std::uint64_t kRoomBeside = 1u << 20;

Error io_error(const std::string& attempted, const std::error_code& failed) {
    return errno_error(attempted, failed.value());
}

void remove_staged(const fs::path& data_dir) {
    std::error_code ignored;
    fs::remove(data_dir / kStaged, ignored);
    for (const std::string_view end : kSidecars)
        fs::remove(data_dir / (std::string(kStaged) + std::string(end)), ignored);
}

/// What must not come back with a backup, and a word in the log of what was done.
Status prepare(const fs::path& staged, const Restored& restored, const Clock& clock) {
    try {
        SQLite::Database database(staged.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOFOLLOW);
        database.exec("BEGIN IMMEDIATE");
        // A code that was spent after the backup would be good again.
        database.exec("DELETE FROM admission");
        mark_clean(database, true);
        AuditNote note;
        note.address = "operator";
        note.operation = "restore";
        note.subject = to_rfc3339(restored.backup.time.ms);
        if (restored.backup.schema >= kSchemaWithAudit) write_audit(database, note, clock.now_ms());
        database.exec("COMMIT");
    } catch (const SQLite::Exception& error) {
        return Error{ErrorCode::io, "prepare the restored database: " + std::string(error.what())};
    }
    return seal_file(staged);
}

/// Second names in a folder of their own for all that is there; copies where links cannot be made.
Result<fs::path> keep_replaced(const fs::path& data_dir, UnixMs now_ms) {
    std::error_code failed;
    if (!fs::exists(data_dir / kBackupDatabase, failed)) return fs::path();
    fs::path folder = data_dir / ("replaced-" + time_in_name(now_ms));
    for (int n = 2; fs::exists(folder, failed) && n < 1'000; ++n)
        folder = data_dir / ("replaced-" + time_in_name(now_ms) + "-" + std::to_string(n));
    if (auto made = platform::ensure_private_directory(folder); !made) return made.error();
    for (const std::string_view end : {std::string_view(), kSidecars[0], kSidecars[2]}) {
        const std::string name = std::string(kBackupDatabase) + std::string(end);
        if (!fs::exists(data_dir / name, failed)) continue;
        fs::create_hard_link(data_dir / name, folder / name, failed);
        if (failed) fs::copy_file(data_dir / name, folder / name, failed);
        if (failed) return io_error("keep '" + (data_dir / name).string() + "'", failed);
    }
    if (auto synced = platform::sync_directory(folder); !synced) return synced.error();
    return folder;
}

Status stage(const fs::path& data_dir, const fs::path& from, const Restored& restored) {
    const auto bytes = static_cast<std::uint64_t>(restored.backup.bytes);
    if (auto room = check_room(data_dir, bytes + kRoomBeside); !room) return room;
    SATCHEL_TRY(copied, copy_and_hash(from / kBackupDatabase, data_dir / kStaged));
    if (to_hex(copied.sha256) != restored.backup.sha256)
        return Error{ErrorCode::corrupt,
                     "'" + from.string() + "' changed while it was read",
                     "nothing was changed; run it again"};
    return ok();
}

}  // namespace

Status finish_restore(const fs::path& data_dir) {
    std::error_code failed;
    const fs::path restored = data_dir / kRestored;
    if (!fs::exists(restored, failed)) return ok();
    for (const std::string_view end : kSidecars) {
        const fs::path sidecar = data_dir / (std::string(kBackupDatabase) + std::string(end));
        fs::remove(sidecar, failed);
        if (failed) return io_error("remove '" + sidecar.string() + "'", failed);
    }
    fs::rename(restored, data_dir / kBackupDatabase, failed);
    if (failed) return io_error("put the restored database into its place", failed);
    return platform::sync_directory(data_dir);
}

Result<Restored> restore_backup(const fs::path& data_dir,
                                const fs::path& from,
                                const Clock& clock,
                                bool is_dry_run) {
    SATCHEL_TRY(manifest, verify_backup(from));
    Restored restored{std::move(manifest), {}};
    if (auto made = platform::ensure_private_directory(data_dir); !made) return made.error();
    auto lock = platform::FileLock::acquire(data_dir / "hub.lock");
    if (!lock && lock.error().code == ErrorCode::busy)
        return Error{ErrorCode::busy,
                     "a hub uses '" + data_dir.string() + "'",
                     "stop it first; its devices wait and go on afterwards"};
    if (!lock) return lock.error();
    if (is_dry_run) return restored;
    if (auto finished = finish_restore(data_dir); !finished) return finished.error();
    remove_staged(data_dir);
    auto staged = stage(data_dir, from, restored);
    if (staged) staged = prepare(data_dir / kStaged, restored, clock);
    if (!staged) {
        remove_staged(data_dir);
        return staged.error();
    }
    auto kept = keep_replaced(data_dir, clock.now_ms());
    if (!kept) {
        remove_staged(data_dir);
        return kept.error();
    }
    restored.replaced = std::move(*kept);
    std::error_code failed;
    fs::rename(data_dir / kStaged, data_dir / kRestored, failed);
    if (failed) return io_error("name the restored database", failed);
    if (auto synced = platform::sync_directory(data_dir); !synced) return synced.error();
    if (auto finished = finish_restore(data_dir); !finished) return finished.error();
    return restored;
}

}  // namespace satchel::hub
