// Sessions and rate limits by a clock that stands still unless told.
#include "daemon/hub/rate_limiter.h"
#include "daemon/hub/sessions.h"
#include "tests/support/result_text.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::hub;
using namespace std::chrono_literals;

TEST_SUITE("hub/limits") {
    TEST_CASE("a burst is allowed and then the steady rate") {
        RateLimiter limiter(2);
        int allowed = 0;
        for (int i = 0; i < 100; ++i) allowed += limiter.allow("a", 0ms) ? 1 : 0;
        CHECK(allowed == 20);
        CHECK(limiter.allow("b", 0ms));
        CHECK_FALSE(limiter.allow("a", 400ms));
        CHECK(limiter.allow("a", 1'000ms));
        CHECK(limiter.allow("a", 1'100ms));
        CHECK_FALSE(limiter.allow("a", 1'100ms));
    }

    TEST_CASE("a clock that goes backwards gives nothing away") {
        RateLimiter limiter(1);
        for (int i = 0; i < 10; ++i) CHECK(limiter.allow("a", 10'000ms));
        CHECK_FALSE(limiter.allow("a", 0ms));
    }

    TEST_CASE("a million keys do not grow the limiter without bound") {
        RateLimiter limiter(1);
        for (int i = 0; i < 1'000'000; ++i) limiter.allow(std::to_string(i), 0ms);
        CHECK(limiter.size() <= 50'000);
    }

    TEST_CASE("an idle session ends and a used one stays") {
        crypto::KernelRandom random;
        Sessions sessions(random);
        const auto one = sessions.open({}, {}, 0ms);
        const auto two = sessions.open({}, {}, 0ms);
        REQUIRE(one);
        REQUIRE(two);
        CHECK(sessions.find(*one, 50min) != nullptr);
        CHECK(sessions.find(*one, 100min) != nullptr);
        CHECK(sessions.find(*two, 100min) == nullptr);
        CHECK(sessions.size() == 1);
    }

    TEST_CASE("sessions nobody proves do not push out a proven one") {
        crypto::KernelRandom random;
        Sessions sessions(random);
        const auto proven = sessions.open({}, {}, 0ms);
        sessions.find(*proven, 0ms)->is_proven = true;
        for (int i = 0; i < 1000; ++i) REQUIRE(sessions.open({}, {}, 0ms));
        CHECK(sessions.find(*proven, 0ms) != nullptr);
        CHECK(sessions.size() <= 9);
    }
}
