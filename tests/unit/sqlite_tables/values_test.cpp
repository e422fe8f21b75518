// Storage classes survive the way from one database to another bit for bit.
#include "tests/unit/sqlite_tables/fixture.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace satchel;
using namespace satchel::sources;
using satchel::test::App;
using satchel::test::Bench;
using satchel::test::settings_for;
using satchel::test::TempFolder;

namespace {

constexpr const char* kSchema =
    "CREATE TABLE v (id INTEGER PRIMARY KEY, free, t TEXT, n INT, r REAL, b BLOB)";

void insert(App& app, const core::Value& value, const char* column) {
    sqlite3_stmt* statement = nullptr;
    const std::string sql = std::string("INSERT INTO v (") + column + ") VALUES (?)";
    REQUIRE(sqlite3_prepare_v2(app.handle(), sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    const std::string_view text =
        value.kind() == core::ValueKind::text || value.kind() == core::ValueKind::blob
            ? value.as_text()
            : std::string_view{};
    if (value.kind() == core::ValueKind::real)
        sqlite3_bind_double(statement, 1, value.as_real());
    else if (value.kind() == core::ValueKind::integer)
        sqlite3_bind_int64(statement, 1, value.as_integer());
    else if (value.kind() == core::ValueKind::text)
        sqlite3_bind_text64(statement, 1, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    else if (text.empty())
        sqlite3_bind_zeroblob(statement, 1, 0);
    else
        sqlite3_bind_blob64(statement, 1, text.data(), text.size(), SQLITE_TRANSIENT);
    REQUIRE(sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_finalize(statement);
}

}  // namespace

TEST_SUITE("sqlite_tables/values") {
    TEST_CASE("every storage class arrives as it was") {
        using core::Value;
        using namespace std::string_view_literals;
        const Bytes blob{0, 255, 1, 0};
        const std::vector<Value> values = {
            Value::integer(0),
            Value::integer(std::numeric_limits<std::int64_t>::min()),
            Value::integer(std::numeric_limits<std::int64_t>::max()),
            Value::real(1.5),
            Value::real(3.0),
            Value::real(-0.0),
            Value::real(std::numeric_limits<double>::infinity()),
            Value::real(-std::numeric_limits<double>::infinity()),
            Value::real(5e-324),
            Value::text(""),
            Value::text("plain"),
            Value::text("a\0b"sv),
            Value::text("\xff\xc0 broken \xed\xa0\x80"sv),
            Value::text("12"),
            Value::text(" 3.0e0 "),
            Value::blob({}),
            Value::blob(blob),
            Value::blob(as_bytes("plain")),
        };
        TempFolder folder;
        App from(folder / "a.db");
        App to(folder / "b.db");
        from.run(kSchema);
        to.run(kSchema);
        std::size_t count = 0;
        for (const char* column : {"free", "t", "n", "r", "b"})
            for (const Value& value : values) {
                insert(from, value, column);
                ++count;
            }
        Bench first(settings_for(folder / "a.db"), 1);
        Bench second(settings_for(folder / "b.db"), 2);
        CHECK(first.capture() == count);
        CHECK(second.capture() == 0);
        for (const ProjectedRow& result : second.project_from(first)) {
            CHECK(result.outcome == Outcome::applied);
            CHECK(result.reason == "");
        }
        CHECK(second.dump("v") == first.dump("v"));
        second.reopen();  // forget what was seen: scan everything
        CHECK(second.capture() == 0);
        const char* sum =
            "SELECT group_concat(id || typeof(free) || quote(free) || typeof(t) ||"
            " quote(t) || typeof(n) || quote(n) || quote(r) || quote(b), '/') FROM v";
        CHECK(from.ask(sum) == to.ask(sum));
    }

    TEST_CASE("a value that a column would change is parked and not written") {
        TempFolder folder;
        App from(folder / "a.db");
        App to(folder / "b.db");
        from.run("CREATE TABLE v (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO v VALUES (1, '12')");
        to.run("CREATE TABLE v (id INTEGER PRIMARY KEY, x INT)");
        from.run("INSERT INTO v VALUES (2, 'word')");
        Bench first(settings_for(folder / "a.db"), 1);
        Bench second(settings_for(folder / "b.db"), 2);
        first.capture();
        second.capture();
        std::size_t parked = 0;
        for (const ProjectedRow& result : second.project_from(first)) {
            if (result.outcome != Outcome::parked) continue;
            ++parked;
            CHECK(result.reason == "column x cannot hold this value unchanged");
        }
        CHECK(parked == 1);
        CHECK(to.ask("SELECT id, typeof(x) FROM v") == "2|text");
    }
}
