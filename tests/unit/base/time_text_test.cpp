// Times as text: what is written is read back, and what is no time is not read.
#include "shared/base/time_text.h"

#include <limits>

#include <doctest/doctest.h>

namespace satchel {

namespace {

constexpr UnixMs kDayMs = 86'400'000;

}  // namespace

TEST_SUITE_BEGIN("base/time_text");

TEST_CASE("known times read as they should") {
    CHECK(to_rfc3339(0) == "1970-01-01T00:00:00.000Z");
    CHECK(to_rfc3339(-1) == "1969-12-31T23:59:59.999Z");
    CHECK(to_rfc3339(951'782'400'000) == "2000-02-29T00:00:00.000Z");
    CHECK(to_rfc3339(1'772'357'400'250) == "2026-03-01T09:30:00.250Z");
    CHECK(to_rfc3339(253'402'300'799'999) == "9999-12-31T23:59:59.999Z");
    CHECK(to_rfc3339(-62'167'219'200'000) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("years without four digits are clamped") {
    CHECK(to_rfc3339(std::numeric_limits<UnixMs>::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(to_rfc3339(std::numeric_limits<UnixMs>::min()) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("what is written is read back") {
    // Steps that are no multiple of a day, an hour or a second, over all years that have a text.
    for (UnixMs time = -62'167'219'200'000; time <= 253'402'300'799'999; time += 86'399'999'993)
        REQUIRE(from_rfc3339(to_rfc3339(time)) == time);
}

TEST_CASE("leap days exist in leap years only") {
    for (const std::string_view day : {"2024-02-29", "2000-02-29", "0000-02-29"}) {
        CAPTURE(day);
        CHECK(from_rfc3339(day));
    }
    for (const std::string_view day : {"2023-02-29", "1900-02-29", "2024-02-30"}) {
        CAPTURE(day);
        CHECK_FALSE(from_rfc3339(day));
    }
    CHECK(*from_rfc3339("2024-03-01") - *from_rfc3339("2024-02-29") == kDayMs);
}

TEST_CASE("offsets fractions and short forms are read") {
    const UnixMs time = 1'772'357'400'000;
    CHECK(from_rfc3339("2026-03-01T09:30:00Z") == time);
    CHECK(from_rfc3339("2026-03-01t09:30:00z") == time);
    CHECK(from_rfc3339("2026-03-01 09:30:00Z") == time);
    CHECK(from_rfc3339("2026-03-01T11:30:00+02:00") == time);
    CHECK(from_rfc3339("2026-03-01T04:00:00-05:30") == time);
    CHECK(from_rfc3339("2026-03-01T09:30:00.5Z") == time + 500);
    CHECK(from_rfc3339("2026-03-01T09:30:00.123456789012345678901234567890Z") == time + 123);
    CHECK(from_rfc3339("2026-03-01T09:30:00.0009Z") == time);
    CHECK(from_rfc3339("2026-03-01") == 1'772'323'200'000);
    CHECK(from_rfc3339("2016-12-31T23:59:60Z") == from_rfc3339("2017-01-01T00:00:00Z"));
}

TEST_CASE("what is no time is not read") {
    for (const std::string_view text : {"",
                                        "yesterday",
                                        "2026",
                                        "2026-03",
                                        "2026-3-01",
                                        "26-03-01",
                                        "2026-00-01",
                                        "2026-13-01",
                                        "2026-03-00",
                                        "2026-03-32",
                                        "2026-04-31",
                                        "-026-03-01",
                                        "2026-03-01T",
                                        "2026-03-01T09",
                                        "2026-03-01T09:30Z",
                                        "2026-03-01T09:30:00",
                                        "2026-03-01T24:00:00Z",
                                        "2026-03-01T09:60:00Z",
                                        "2026-03-01T09:30:61Z",
                                        "2026-03-01T09:30:00.Z",
                                        "2026-03-01T09:30:00,5Z",
                                        "2026-03-01T09:30:00+0200",
                                        "2026-03-01T09:30:00+24:00",
                                        "2026-03-01T09:30:00+02:60",
                                        "2026-03-01T09:30:00Z ",
                                        " 2026-03-01",
                                        "2026-03-01T09:30:00ZZ"}) {
        CAPTURE(text);
        CHECK_FALSE(from_rfc3339(text));
    }
}

TEST_SUITE_END();

}  // namespace satchel
