// CLOCK_BOOTTIME goes on while a Linux laptop sleeps; macOS's CLOCK_MONOTONIC does the same.
#include "shared/platform/system_clock.h"

#include <time.h>

namespace satchel::platform {
namespace {

std::int64_t read_ms(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

UnixMs SystemClock::now_ms() const {
    return read_ms(CLOCK_REALTIME);
}

milliseconds SystemClock::steady_ms() const {
#if defined(CLOCK_BOOTTIME)
    return milliseconds(read_ms(CLOCK_BOOTTIME));
#else
    return milliseconds(read_ms(CLOCK_MONOTONIC));
#endif
}

}  // namespace satchel::platform
