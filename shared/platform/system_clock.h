// The clock of the machine.
#pragma once

#include "shared/base/clock.h"

namespace satchel::platform {

/// Wall time from the system; steady time counts through sleep where the system offers it. Any
/// thread.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] UnixMs now_ms() const override;
    [[nodiscard]] milliseconds steady_ms() const override;
};

}  // namespace satchel::platform
