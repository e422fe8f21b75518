// When an epoch has lasted long enough, from numbers alone.
#include "daemon/engine/rotation.h"

#include <doctest/doctest.h>

using satchel::UnixMs;
using satchel::engine::EpochAge;
using satchel::engine::is_rotation_due;

namespace {

constexpr UnixMs kNow = 1'772'359'200'000;
constexpr UnixMs kDay = 24ll * 3'600 * 1'000;

}  // namespace

TEST_SUITE("engine/rotation") {
    TEST_CASE("an epoch ends after ninety days and not before") {
        CHECK_FALSE(is_rotation_due({kNow, 0, 2}, kNow));
        CHECK_FALSE(is_rotation_due({kNow - 90 * kDay + 1, 0, 2}, kNow));
        CHECK(is_rotation_due({kNow - 90 * kDay, 0, 2}, kNow));
    }

    TEST_CASE("a clock that went back ends no epoch") {
        CHECK_FALSE(is_rotation_due({kNow + 400 * kDay, 0, 2}, kNow));
    }

    TEST_CASE("each device counts its share of the segments") {
        constexpr std::uint64_t kAll = std::uint64_t{1} << 20;
        CHECK_FALSE(is_rotation_due({kNow, kAll - 1, 1}, kNow));
        CHECK(is_rotation_due({kNow, kAll, 1}, kNow));
        CHECK_FALSE(is_rotation_due({kNow, kAll / 4 - 1, 4}, kNow));
        CHECK(is_rotation_due({kNow, kAll / 4, 4}, kNow));
        CHECK_FALSE(is_rotation_due({kNow, 5, 0}, kNow));
    }
}
