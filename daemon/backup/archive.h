// A cycle's copies in one zip: reading what archive_gate.h let through, by libzip. Every content is
// compared with its checksum and its size; whose copy it is and its digest stand in the manifest.
#pragma once

#include "daemon/backup/archive_gate.h"
#include "daemon/backup/backups.h"
#include "daemon/backup/digest.h"
#include "shared/platform/unique_fd.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct zip;

namespace satchel::backup {

/// An archive that is open for reading. Used from one thread.
class Archive {
  public:
    /// Opens a regular file, no link. Fails as look_at_archive() does, and with `not_found`.
    static Result<Archive> open(const std::filesystem::path& path);
    /// The same of a file that is open already.
    static Result<Archive> open(platform::UniqueFd file);

    /// Hands the content of an entry on in blocks of Digest::kBlock; what was handed on is worth
    /// nothing when this fails: `corrupt` when checksum or size are not those claimed.
    Result<Digest> read(const std::string& name, const Sink& sink = {}) const;

    /// The entries of the manifest; `cycle` and where the archive lies are the caller's. Fails when
    /// a line cannot be read, names what is not there, or nothing names what is there.
    Result<std::vector<BackupEntry>> entries(bool is_database) const;

  private:
    struct Close {
        void operator()(zip* archive) const;
    };

    struct Member {
        std::size_t index = 0;
        ArchiveMember claim;
    };

    platform::UniqueFd file_;
    std::unique_ptr<zip, Close> zip_;
    std::map<std::string, Member> members_;
};

/// Whether work should end now.
using Stop = std::function<bool()>;

/// Puts the copies of `folder` and its manifest into a new archive at `target`, makes it durable,
/// reads all of it again and compares it with the copies. The folder stays as it is. On failure, or
/// when `stop` says so, `target` is gone. `too_large` when it would not fit a classic zip.
Status write_archive(const std::filesystem::path& folder,
                     bool is_database,
                     const std::filesystem::path& target,
                     const Stop& stop);

}  // namespace satchel::backup
