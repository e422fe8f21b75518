// Times as text: RFC 3339 for programs, local time for people.
#pragma once

#include "shared/base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace satchel {

/// "2026-03-01T09:30:00.250Z"; years outside 0..9999 are clamped.
std::string to_rfc3339(UnixMs time_ms);
/// Parses RFC 3339 with 'Z' or an offset, fraction optional; a date alone means its midnight UTC.
std::optional<UnixMs> from_rfc3339(std::string_view text);

}  // namespace satchel
