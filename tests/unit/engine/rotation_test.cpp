// When an epoch has lasted long enough, from numbers alone.
#include "daemon/engine/rotation.h"

#include <doctest/doctest.h>

using satchel::engine::is_rotation_due;

TEST_SUITE("engine/rotation") {
    TEST_CASE("each device counts its share of the segments") {
        constexpr std::uint64_t kAll = std::uint64_t{1} << 20;
        CHECK_FALSE(is_rotation_due({kAll - 1, 1}));
        CHECK(is_rotation_due({kAll, 1}));
        CHECK_FALSE(is_rotation_due({kAll / 4 - 1, 4}));
        CHECK(is_rotation_due({kAll / 4, 4}));
        CHECK_FALSE(is_rotation_due({5, 0}));
    }
}
