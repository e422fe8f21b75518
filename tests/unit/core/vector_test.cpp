// Version vectors and values.
#include "daemon/core/version_vector.h"
#include "tests/unit/core/samples.h"

#include <limits>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::core;
using namespace satchel::core::test;

TEST_SUITE("core/version_vector") {
    TEST_CASE("a vector only rises") {
        VersionVector seen = vector({{'a', 5}});
        seen.raise(device('a'), 3);
        seen.raise(device('b'), 0);
        CHECK(seen.of(device('a')) == 5);
        CHECK(seen.entries().size() == 1);
        CHECK(seen.covers(Dot{device('a'), 5}));
        CHECK_FALSE(seen.covers(Dot{device('a'), 6}));
        CHECK_FALSE(seen.covers(vector({{'b', 1}})));
        CHECK(seen.covers(VersionVector{}));
    }

    TEST_CASE("unordered or empty entries are refused") {
        Bytes bytes;
        ByteWriter out(bytes);
        out.varint(2);
        out.raw(device('b').view());
        out.varint(1);
        out.raw(device('a').view());
        out.varint(1);
        ByteReader in(bytes);
        VersionVector::decode(in);
        CHECK(in.failed());
    }

    TEST_CASE("values come back bit for bit") {
        const std::int64_t integers[] = {0,
                                         1,
                                         -1,
                                         63,
                                         64,
                                         -64,
                                         -65,
                                         std::numeric_limits<std::int64_t>::min(),
                                         std::numeric_limits<std::int64_t>::max()};
        for (const std::int64_t number : integers) {
            const auto back = Value::decode(Value::integer(number).encoded());
            REQUIRE(back.has_value());
            CHECK(back->as_integer() == number);
        }
        CHECK(Value::real(-0.0) != Value::real(0.0));
        CHECK(Value::text("a") != Value::blob(as_bytes("a")));
        CHECK_FALSE(Value::decode({}).has_value());
        CHECK_FALSE(Value::decode(as_bytes("\x09")).has_value());
    }
}
