// Time as a part that is handed in, never a global: the simulator replaces it.
#pragma once

#include <chrono>
#include <cstdint>

namespace satchel {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Milliseconds since 1970-01-01 UTC by the wall clock, which may jump.
using UnixMs = std::int64_t;

/// Where the time comes from.
class Clock {
  public:
    virtual ~Clock() = default;
    /// Wall time; may go backwards.
    [[nodiscard]] virtual UnixMs now_ms() const = 0;
    /// Monotonic time since an arbitrary start; counts through sleep where the system can.
    [[nodiscard]] virtual milliseconds steady_ms() const = 0;
};

}  // namespace satchel
