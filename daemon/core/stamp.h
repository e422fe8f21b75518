// When and where a change was made. Wall time only picks which of several concurrent values is
// shown; what came before what is decided by dots and version vectors alone.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/ids.h"

#include <algorithm>
#include <compare>
#include <cstdint>

namespace satchel::core {

/// Hybrid clock of one cell: 48 bits of milliseconds, 16 bits of counter.
///
/// It is larger than every stamp its author replaced, so an edit made after seeing a value is shown
/// above it whatever the clocks say.
struct Stamp {
    std::uint64_t packed = 0;

    auto operator<=>(const Stamp&) const = default;

    /// Stamp of an edit at wall time `edited_ms` that replaces values stamped up to `replaced`.
    static Stamp after(UnixMs edited_ms, Stamp replaced) {
        constexpr UnixMs kLargestMs = (UnixMs{1} << 47) - 1;
        const auto ms = static_cast<std::uint64_t>(std::clamp<UnixMs>(edited_ms, 0, kLargestMs));
        constexpr std::uint64_t kLast = ~std::uint64_t{0};
        return {std::max(ms << 16, replaced.packed == kLast ? kLast : replaced.packed + 1)};
    }

    [[nodiscard]] UnixMs time_ms() const { return static_cast<UnixMs>(packed >> 16); }
};

/// One op: the `seq`-th of `device` in a lane, counted from 1.
struct Dot {
    DeviceId device;
    std::uint64_t seq = 0;

    auto operator<=>(const Dot&) const = default;
};

}  // namespace satchel::core
