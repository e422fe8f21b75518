// A word on the person's desktop, for what waits for a person. It names no file and no value: a
// screen may be shared, or locked.
#pragma once

#include "shared/base/clock.h"
#include "shared/platform/dirs.h"

#include <map>
#include <string>
#include <string_view>

namespace satchel::app {

/// Shows notices by `notify-send`, where there is one. On the loop's thread.
class DesktopNotice {
  public:
    DesktopNotice(platform::Environment environment, const Clock& clock)
        : environment_(std::move(environment)), clock_(clock) {}

    /// Shows `text`, which ends with the command to type. At most one of a `kind` in ten minutes:
    /// what goes on is in the status. What cannot be shown is told to the log.
    void show(std::string_view kind, const std::string& text);

  private:
    platform::Environment environment_;
    const Clock& clock_;
    std::map<std::string, milliseconds, std::less<>> shown_;  ///< when, by kind
};

}  // namespace satchel::app
