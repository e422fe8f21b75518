// Numbers and times as people say them.
#pragma once

#include "shared/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace satchel::ctl {

/// "812 B", "1.2 kB", "3.4 MB": powers of 1000, as disks and networks are sold.
std::string size_words(std::int64_t bytes);
/// "250 ms", "12 s", "5 min", "3 h", "2 d".
std::string duration_words(std::int64_t duration_ms);
/// "5 min ago", "in 3 min", "now".
std::string relative_words(UnixMs time, UnixMs now);
/// "2026-03-01 10:30:00 +0100": on the clock of this machine, with its distance from UTC.
std::string local_words(UnixMs time);
/// "1 item", "2 items".
std::string count_words(std::int64_t count, std::string_view noun);
/// `text` without control characters, cut to `length_max` characters with "…".
std::string shown(std::string_view text, std::size_t length_max = 200);

}  // namespace satchel::ctl
