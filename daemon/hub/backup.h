// A copy of the hub's database while the hub serves: one state of it, checked and hashed, in a
// folder of its own that has its name only once it is whole.
//
//   <folder>/satchel-hub-20260301T093000250Z/hub.db          rollback journal, nothing beside it
//   <folder>/satchel-hub-20260301T093000250Z/manifest.json
#pragma once

#include "daemon/hub/backup_manifest.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstddef>
#include <filesystem>
#include <functional>

namespace satchel::hub {

/// What to copy where.
struct BackupOrder {
    std::filesystem::path database;
    std::filesystem::path folder;  ///< made when it is not there
    std::string version{};         ///< of this program
    UnixMs now_ms = 0;
    std::size_t keep = 0;          ///< older backups in `folder` beyond so many go; 0: none
    std::function<bool()> stop{};  ///< asked between steps
};

/// A finished backup.
struct BackupDone {
    std::filesystem::path path;
    BackupManifest manifest;
    std::size_t removed = 0;  ///< older ones
};

/// Blocks for as long as copying takes; writers of the database go on. On an error nothing is left
/// but what was there. Errors: disk_full, corrupt (the copy fails SQLite's check), interrupted, io.
Result<BackupDone> make_backup(const BackupOrder& order);

/// A copy of a database whose schema is about to change, in "before-upgrade" beside it.
Status back_up_before_upgrade(const std::filesystem::path& database);

/// Reads the backup in `path` whole and compares: manifest, size, hash, schema, SQLite's own check.
/// Errors: not_found (no manifest or no copy), corrupt, version_mismatch (a newer hub made it).
Result<BackupManifest> verify_backup(const std::filesystem::path& path);

}  // namespace satchel::hub
