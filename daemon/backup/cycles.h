// The cycles of one kind of copies on disk, in either form: a folder, or the archive it was folded
// into. While both are there the folder counts: the archive is then made anew.
#pragma once

#include "daemon/backup/backups.h"

#include <filesystem>
#include <string>
#include <vector>

namespace satchel::backup {

/// One cycle.
struct CyclePlace {
    std::string name;
    std::filesystem::path path;  ///< of the folder or the archive
    bool is_archive = false;

    [[nodiscard]] UnixMs time_ms() const;
    /// What it takes on disk.
    [[nodiscard]] std::uint64_t bytes() const;
    /// Its entries, complete; lines of a folder that cannot be read are left out, an archive with
    /// such lines is refused.
    [[nodiscard]] Result<std::vector<BackupEntry>> entries(bool is_database) const;
    [[nodiscard]] Status remove() const;
};

/// The cycles below `folder`, newest first.
std::vector<CyclePlace> find_cycles(const std::filesystem::path& folder);

/// Removes what work that was cut off has left below `folder`.
void sweep_leftovers(const std::filesystem::path& folder);

/// The name of an archive that is being made of `folder`; `number` tells several apart.
std::filesystem::path unfinished_archive(const std::filesystem::path& folder, std::uint64_t number);

/// Puts a finished archive in the place of `folder`. After a crash either is there, whole.
Status replace_by_archive(const std::filesystem::path& folder,
                          const std::filesystem::path& archive);

}  // namespace satchel::backup
