// A file on its way: written beside the one it replaces, put in place by one rename.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/platform/unique_fd.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace satchel::platform {

/// start(), write() in pieces, commit(). Without a commit nothing has happened: the temporary file
/// goes with the object. The temporary's name starts with ".satchel-" so that scans can ignore it.
class FileReplacement {
  public:
    /// Opens a temporary file (0600) in the directory of `target`, which must exist.
    static Result<FileReplacement> start(const std::filesystem::path& target);

    FileReplacement(FileReplacement&& other) noexcept;
    FileReplacement& operator=(FileReplacement&&) = delete;
    ~FileReplacement();

    /// Appends.
    Status write(ByteView piece);

    /// Permission bits of the result; without a call the target's own, or 0600 for a new file.
    void set_mode(mode_t mode) { mode_ = mode; }

    /// Modification time of the result.
    void set_modified(std::int64_t time_ns) { modified_ns_ = time_ns; }

    /// Called with everything written and synced, right before the rename: an error from it leaves
    /// the target untouched ("the file changed since it was read") and is what commit() returns.
    void check_before_rename(std::function<Status()> check) { check_ = std::move(check); }

    /// fsync, rename over the target, fsync of the directory. To be called once.
    Status commit();

  private:
    FileReplacement(std::filesystem::path target, std::filesystem::path temporary, UniqueFd file);
    [[nodiscard]] Error failure(int error_number) const;

    std::filesystem::path target_;
    std::filesystem::path temporary_;  // empty once renamed
    UniqueFd file_;
    std::optional<mode_t> mode_;
    std::optional<std::int64_t> modified_ns_;
    std::function<Status()> check_;
};

}  // namespace satchel::platform
