// Waiting for something to happen in one folder, blocking: for the control program, which has no
// loop. (The daemon watches whole trees with daemon/watch.)
#pragma once

#include "shared/base/clock.h"
#include "shared/platform/unique_fd.h"

#include <filesystem>

namespace satchel::platform {

/// Counts from its construction: what happens between that and wait() is not missed. Where the
/// system has no such watch, or none left, wait() is a short pause; so callers look themselves
/// after every wait.
class FolderWatch {
  public:
    explicit FolderWatch(const std::filesystem::path& folder);

    /// Returns when something in the folder was made, written, renamed or removed since the last
    /// wait, when a signal handler ran, and at the latest after `limit`.
    void wait(milliseconds limit);

  private:
    UniqueFd events_;
};

}  // namespace satchel::platform
