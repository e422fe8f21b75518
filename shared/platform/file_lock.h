// One instance per state directory: a lock of the operating system on a file, which goes with the
// process however it ends. A pid file would not.
#pragma once

#include "shared/base/result.h"
#include "shared/platform/unique_fd.h"

#include <filesystem>

namespace satchel::platform {

/// Held from acquire() until destruction. The file stays: removing it would let two processes each
/// lock a file of that name.
class FileLock {
  public:
    /// Makes the file (0600) if need be and locks it without waiting. Fails with `busy` when
    /// another process, or another FileLock of this one, holds it.
    static Result<FileLock> acquire(const std::filesystem::path& path);

  private:
    explicit FileLock(UniqueFd file) : file_(std::move(file)) {}

    UniqueFd file_;
};

}  // namespace satchel::platform
