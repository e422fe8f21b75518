// Copies of what a projection is about to change, made and verified before it does.
//
//   <folder>/files/<cycle>/manifest          one line for each copy
//   <folder>/files/<cycle>/<hash>            a file's content
//   <folder>/databases/<cycle>/manifest
//   <folder>/databases/<cycle>/<hash>.db     a database
//   <folder>/files/<cycle>.zip               the same of a cycle that was folded, in one archive;
//   <folder>/databases/<cycle>.zip           its manifest has the digest of each copy too
//
// A copy is a plain file for as long as its cycle lasts, because it must be whole on disk before
// what it is of is overwritten. Folding is later and elsewhere (docs/decisions/0008).
//
// A cycle here is five minutes: what is copied in them belongs together, and a database is copied
// once in them. Were it one cycle of the engine, which a busy hub starts every few seconds, the
// three databases that are kept would all be of the last minute, and each cycle would copy a whole
// file. Its name begins with its time, or follows the newest one's, so that names sort by age.
// Folders are 0700, copies 0600.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::backup {

/// One copy.
struct BackupEntry {
    std::string cycle;   ///< folder name of the cycle
    std::string source;  ///< name of the source
    std::string path;    ///< below the source's root; a database's own path
    bool is_database = false;
    std::uint64_t size_bytes = 0;
    UnixMs time_ms = 0;
    std::filesystem::path copy;     ///< where it lies; its name in the archive, if there is one
    std::filesystem::path archive;  ///< empty while it lies plain
    std::string digest;             ///< of what lies in an archive
};

/// A cycle whose copies are not listed, because none of it is to be trusted.
struct RefusedCycle {
    std::string cycle;
    Error reason;
};

/// What there is.
struct Copies {
    std::vector<BackupEntry> entries;  ///< newest cycle first
    std::vector<RefusedCycle> refused;
};

/// Used from one thread.
class Backups {
  public:
    /// `clock` outlives it. Nothing is made before the first copy.
    Backups(std::filesystem::path folder, const Clock& clock);

    /// Copies the file at `relative` below `root`. `busy` when it changes while it is copied.
    Status take_file(std::string_view source,
                     const std::filesystem::path& root,
                     const std::filesystem::path& relative);
    /// Copies a SQLite database while others use it, and checks the copy. Does nothing when this
    /// cycle has a copy already.
    Status take_database(std::string_view source, const std::filesystem::path& path);
    /// What is copied from now on belongs to a new cycle.
    void end_cycle();

    /// Name of the cycle that copies go to; empty before the first.
    [[nodiscard]] const std::string& current_cycle() const { return cycle_; }

    /// All copies, and what is refused.
    [[nodiscard]] Copies look() const;

    /// All copies, newest cycle first.
    [[nodiscard]] std::vector<BackupEntry> list() const { return look().entries; }

    /// When the newest copy of a database was made; nothing when there is none.
    [[nodiscard]] std::optional<UnixMs> newest_database(const std::filesystem::path& path) const;
    /// Removes what need not be kept: of databases the cycles without one of the three newest
    /// copies of any database; of files what is older than 30 days, or the oldest beyond 2 GiB, but
    /// never the three newest cycles. Done at the first copy of each cycle.
    Status prune();

    /// A cycle of copies that is over and lies plain, to be folded into an archive.
    struct Foldable {
        std::filesystem::path folder;
        bool is_database = false;
        std::filesystem::path archive;  ///< where to write it
    };

    /// The next one, given out once; nothing when all are folded. The first call removes what an
    /// earlier run has left unfinished.
    std::optional<Foldable> next_to_fold();
    /// Puts an archive that write_archive() made in the place of the copies.
    Status put_archive(const Foldable& folded);

    /// Another number than three, from now on; at least one.
    void keep(std::size_t count) { kept_ = std::max<std::size_t>(count, 1); }

  private:
    Result<std::filesystem::path> cycle_folder(std::string_view kind);
    Status prune_databases() const;
    [[nodiscard]] bool is_cycle_over() const;

    std::filesystem::path folder_;
    const Clock& clock_;
    std::size_t kept_ = 3;  // newest cycles of files, and newest copies of each database
    std::string cycle_;     // empty: the next copy begins one
    UnixMs cycle_began_ms_ = 0;
    std::set<std::string> databases_;            // copied in this cycle
    std::set<std::filesystem::path> given_out_;  // to be folded; what failed is not tried again
    bool is_swept_ = false;
    bool may_have_plain_ = true;  // cycles that were not given out
};

}  // namespace satchel::backup
