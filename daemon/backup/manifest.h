// Lines that say what a folder of copies holds.
#pragma once

#include "daemon/backup/backups.h"

namespace satchel::backup {

/// A line without its newline: time, size, copy, source, path, and the digest if there is one.
/// Names are percent-encoded where they need it.
std::string to_line(const BackupEntry& entry);
/// The entry a line stands for, or nothing; `cycle` and the folder part of `copy` are the caller's.
std::optional<BackupEntry> from_line(std::string_view line);
/// The entries of a manifest's whole text; `corrupt` when a line of it cannot be read or its end is
/// missing. The folder part of `copy` and `cycle` are the caller's.
Result<std::vector<BackupEntry>> parse_manifest(std::string_view text, bool is_database);
/// The text of `folder`'s manifest; `too_large` over `bytes_max`.
Result<std::string> load_manifest(const std::filesystem::path& folder, std::size_t bytes_max);
/// Adds the entry to `folder`'s manifest, durably.
Status add_to_manifest(const std::filesystem::path& folder, const BackupEntry& entry);
/// The entries of `folder`'s manifest; lines it cannot read are left out.
std::vector<BackupEntry> read_manifest(const std::filesystem::path& folder, bool is_database);

}  // namespace satchel::backup
