// Putting a backup in the place of the hub's database. What was there stays beside it. A machine
// that stops in the middle leaves a hub that finishes the restore at its next start.
#pragma once

#include "daemon/hub/backup_manifest.h"
#include "shared/base/clock.h"

#include <filesystem>

namespace satchel::hub {

/// What was, or would be, done.
struct Restored {
    BackupManifest backup;
    std::filesystem::path replaced{};  ///< folder with what was there; empty: nothing was
};

/// Verifies the backup in `from`, then puts it into `data_dir`, which no running hub may use.
/// On an error nothing was changed. Errors: those of verify_backup(), busy (a hub runs), disk_full.
Result<Restored> restore_backup(const std::filesystem::path& data_dir,
                                const std::filesystem::path& from,
                                const Clock& clock,
                                bool is_dry_run);
/// Finishes what a restore had begun, when there is any. The caller holds the hub's lock.
Status finish_restore(const std::filesystem::path& data_dir);

}  // namespace satchel::hub
