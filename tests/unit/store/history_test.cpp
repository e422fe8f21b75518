// Displaced values: kept, given their bytes later, found again, forgotten in time.
#include "daemon/store/history.h"

#include "daemon/store/clashes.h"
#include "daemon/store/rows.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::store;

namespace {

struct Fixture {
    std::unique_ptr<Database> database = std::move(Database::open(":memory:").value());
    Transaction transaction = Transaction::begin(*database).value();

    void add(Byte row, std::uint64_t cycle, UnixMs at_ms, std::string_view text) {
        add_displaced(transaction, displaced(row, cycle, at_ms, text)).value();
    }

    static Displaced displaced(Byte row, std::uint64_t cycle, UnixMs at_ms, std::string_view text) {
        Displaced one;
        one.collection = 7;
        one.sid = sid(row);
        one.column = ColumnId{9};
        one.value = core::Value::text(text);
        one.value_hash = one.value->hash();
        one.at_ms = at_ms;
        one.cycle = cycle;
        return one;
    }

    static Sid sid(Byte first) {
        Sid id;
        id.bytes[0] = first;
        return id;
    }

    std::vector<Displaced> all(bool is_newest_first = false) {
        DisplacedFilter filter;
        filter.limit = 100;
        filter.is_newest_first = is_newest_first;
        return list_displaced(*database, filter).value();
    }
};

}  // namespace

TEST_SUITE("store/history") {
    TEST_CASE_FIXTURE(Fixture, "a displaced value comes back as it was kept") {
        Displaced one = displaced(1, 3, 50, "was");
        one.kind = DisplacedKind::removed;
        one.key = Bytes{1, 2};
        one.stamp = core::Stamp{77};
        one.dot = {DeviceId::from(sid(4).view()).value(), 5};
        one.by = {DeviceId::from(sid(6).view()).value(), 8};
        add_displaced(transaction, one).value();
        const auto kept = all();
        REQUIRE(kept.size() == 1);
        CHECK(kept[0].value == one.value);
        CHECK(kept[0].kind == one.kind);
        CHECK(kept[0].key == one.key);
        CHECK(kept[0].stamp == one.stamp);
        CHECK(kept[0].dot == one.dot);
        CHECK(kept[0].by == one.by);
        CHECK(kept[0].cycle == 3);
        CHECK(kept[0].column == one.column);
    }

    TEST_CASE_FIXTURE(Fixture, "filters restrict and the order is as asked") {
        add(1, 1, 10, "a");
        add(2, 1, 10, "b");
        add(1, 2, 20, "c");
        CHECK(all().front().value == core::Value::text("a"));
        CHECK(all(true).front().value == core::Value::text("c"));
        DisplacedFilter filter;
        filter.limit = 100;
        SUBCASE("cycle") {
            filter.cycle = 1;
        }
        SUBCASE("row") {
            filter.collection = 7;
            filter.sid = sid(1);
        }
        CHECK(list_displaced(*database, filter).value().size() == 2);
        filter.since_ms = 15;
        CHECK(list_displaced(*database, filter).value().size() ==
              (filter.cycle ? std::size_t{0} : std::size_t{1}));
        CHECK(last_displacing_cycle(*database).value() == 2);
    }

    TEST_CASE_FIXTURE(Fixture, "bytes that are not known yet are given once") {
        Displaced one = displaced(1, 1, 10, "held by the source");
        const core::Value value = *one.value;
        one.value.reset();
        add_displaced(transaction, one).value();
        CHECK(last_restorable_cycle(*database).value() == 0);
        fill_displaced(transaction, 7, sid(1), {ColumnId{9}, core::Value::text("other")}).value();
        CHECK_FALSE(all()[0].value.has_value());
        fill_displaced(transaction, 7, sid(1), {ColumnId{9}, value}).value();
        CHECK(all()[0].value == value);
        CHECK(last_restorable_cycle(*database).value() == 1);
        CHECK(was_before(*database, 7, sid(1), ColumnId{9}, value.hash()).value());
        CHECK_FALSE(was_before(*database, 7, sid(1), ColumnId{8}, value.hash()).value());
    }

    TEST_CASE_FIXTURE(Fixture, "what is too old goes and then the oldest until the rest has room") {
        for (int i = 0; i < 10; ++i)
            add(1, static_cast<std::uint64_t>(i) + 1, i * 10, std::string(1'000, 'x'));
        prune_displaced(transaction, 20, 1u << 20).value();
        REQUIRE(all().size() == 8);
        CHECK(all().front().at_ms == 20);
        prune_displaced(transaction, 0, 4'000).value();
        CHECK(all().size() == 3);
        CHECK(all().back().at_ms == 90);
        prune_displaced(transaction, 0, 100).value();
        CHECK(all().empty());
    }

    TEST_CASE_FIXTURE(Fixture, "only rows hidden because of another one are clashes") {
        Parked parked;
        parked.collection = 7;
        parked.outcome = 1;
        parked.reason = "claimed earlier";
        parked.sid = sid(1);
        parked.kind = "unique";
        parked.against = sid(2);
        park(transaction, parked).value();
        parked.sid = sid(3);
        parked.kind = "constraint";
        parked.against.reset();
        park(transaction, parked).value();
        const auto clashes = list_clashes(*database, 7, {}, 10).value();
        REQUIRE(clashes.size() == 1);
        CHECK(clashes[0].against == sid(2));
        CHECK(count_clashes(*database, 7).value() == 1);
        CHECK(list_clashes(*database, 7, sid(1), 10).value().empty());
        CHECK(list_parked(*database, 10).value().size() == 2);
    }
}
