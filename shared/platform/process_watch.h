// Waiting for the end of a process that is nobody's child here.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/platform/unique_fd.h"

#include <sys/types.h>

namespace satchel::platform {

/// Holds on to one process from its construction, so that another one given the same number later
/// is not taken for it (where the system can: Linux).
class ProcessWatch {
  public:
    /// A process that has ended already, or never was, is one that has ended.
    explicit ProcessWatch(pid_t process);

    /// True as soon as the process has ended; false when `limit` has passed.
    [[nodiscard]] bool wait_end(milliseconds limit) const;

    /// Ends the process without its help (SIGKILL), one that hangs too.
    void kill() const;

  private:
    pid_t process_;
    UniqueFd handle_;
};

}  // namespace satchel::platform
