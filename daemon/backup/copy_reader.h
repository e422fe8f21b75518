// Reading copies back, whichever form they have.
#pragma once

#include "daemon/backup/archive.h"
#include "daemon/backup/backups.h"

#include <filesystem>
#include <optional>

namespace satchel::backup {

/// Keeps the archive it read last open. Used from one thread, for one piece of work.
class CopyReader {
  public:
    /// Hands the content on block by block. When it fails what was handed on is worth nothing:
    /// `corrupt` when it is not what was copied, `not_found` when it is gone, `refused` when it is
    /// no ordinary file or lies in an archive that is refused.
    Status read(const BackupEntry& entry, const Sink& sink);
    /// Reads the copy again; fails as read() does, with words about the copy.
    Status verify(const BackupEntry& entry);
    /// Writes the copy of a database to `target`, which must be free.
    Status copy_out(const BackupEntry& entry, const std::filesystem::path& target);

  private:
    Result<const Archive*> open(const std::filesystem::path& path);

    std::filesystem::path path_;
    std::optional<Archive> archive_;
};

}  // namespace satchel::backup
