// Lines of the daemon's log read back, whatever way they stand in the file, and shown in another.
#pragma once

#include "shared/log/line.h"

#include <optional>
#include <string>
#include <string_view>

namespace satchel::ctl {

/// A line of a log file, in any format; nothing when it is in none.
std::optional<log::Line> read_log_line(std::string_view text);

/// What a person wants to see of a log.
struct LogWish {
    log::Level level = log::Level::trace;  ///< this and worse
    log::Format format = log::Format::text;
};

/// Shows line after line. What is no line of a log belongs to the one before it.
class LogView {
  public:
    explicit LogView(LogWish wish) : wish_(wish) {}

    /// The line as it is to be shown; nothing when it is not wanted.
    std::optional<std::string> show(std::string_view text);

  private:
    LogWish wish_;
    bool is_wanted_ = true;
};

}  // namespace satchel::ctl
