// Lines that say what a folder of copies holds.
#pragma once

#include "daemon/backup/backups.h"

namespace satchel::backup {

/// A line without its newline; names are percent-encoded where they need it.
std::string to_line(const BackupEntry& entry);
/// The entry a line stands for, or nothing; `cycle` and the folder part of `copy` are the caller's.
std::optional<BackupEntry> from_line(std::string_view line);
/// Adds the entry to `folder`'s manifest, durably.
Status add_to_manifest(const std::filesystem::path& folder, const BackupEntry& entry);
/// The entries of `folder`'s manifest; lines it cannot read are left out.
std::vector<BackupEntry> read_manifest(const std::filesystem::path& folder, bool is_database);

}  // namespace satchel::backup
