// Devices whose databases do not have the same columns: whatever appears where, in whatever order,
// no value that an application wrote is replaced by what a schema put there.
#include "daemon/sources/sqlite_tables/sqlite_tables.h"
#include "tests/unit/engine/replica_fixture.h"
#include "tests/unit/sqlite_tables/fixture.h"

#include <cstdlib>
#include <set>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using satchel::test::App;
using satchel::test::TempFolder;

namespace {

/// One replica with one database file and the application that writes it.
struct TableDevice {
    App app;
    std::unique_ptr<store::Database> database;
    engine::Identity identity;
    Replica replica;

    TableDevice(Workspace& shared,
                std::size_t number,
                const std::filesystem::path& path,
                sources::Capture capture,
                const std::string& schema)
        : app(path),
          database(store::Database::open(":memory:").value()),
          identity{"device",
                   {},
                   crypto::DeviceKeys(shared.keys[number]),
                   shared.keyring.clone(),
                   crypto::Members::verify(shared.members, std::nullopt).value()},
          replica(*database, identity, shared.clock, shared.random, "test") {
        identity.device = identity.keys.device();
        app.run(schema);
        replica.load().value();
        store::Declaration declaration;
        declaration.name = "app";
        declaration.kind = "sqlite_tables";
        declaration.lane = replica.ids().lane("app");
        replica
            .in_step(
                [&](Step& step) { return store::add_declaration(step.transaction, declaration); })
            .value();
        const auto random = [&shared](std::span<Byte> out) { shared.random.fill(out).value(); };
        replica.add_source(declaration,
                           std::make_unique<sources::SqliteTables>(
                               test::settings_for(path, capture),
                               sources::SqliteTables::Surroundings{
                                   replica.ids(), shared.clock, random, [] { return ok(); }}));
    }

    StepReport capture() {
        auto report = replica.capture(kNeverStop).value();
        for (const std::string& note : report.notes) FAIL_CHECK(note);
        return report;
    }

    StepReport apply() {
        auto report = replica.apply_received(kNeverStop).value();
        for (const std::string& note : report.notes) FAIL_CHECK(note);
        return report;
    }

    std::vector<Bytes> log() {
        std::vector<Bytes> bodies;
        const auto unpushed = replica.unpushed(1u << 26).value();
        for (const store::OwnSegment& segment : unpushed.segments) bodies.push_back(segment.body);
        replica.mark_pushed(unpushed.segments).value();
        return bodies;
    }

    /// Every value the store knows to stand in some cell.
    std::set<std::uint64_t> standing() {
        return standing([](const core::Row&, const core::Sibling&) { return true; });
    }

    /// Those the source was shown, in rows where `value` stands.
    std::set<std::uint64_t> shown_beside(std::uint64_t value) {
        return standing([&](const core::Row& row, const core::Sibling& sibling) {
            return sibling.is_seen &&
                   std::ranges::find(row.siblings, value, &core::Sibling::value_hash) !=
                       row.siblings.end();
        });
    }

    std::set<std::uint64_t> standing(
        const std::function<bool(const core::Row&, const core::Sibling&)>& is_meant) {
        std::set<std::uint64_t> hashes;
        for (const auto& [id, collection] : replica.ledger().collections()) {
            const auto page = store::Rows(*database).all(collection.ord, {}, 1'000).value();
            for (const store::StoredRow& row : page)
                for (const core::Sibling& sibling : row.row.siblings)
                    if (is_meant(row.row, sibling)) hashes.insert(sibling.value_hash);
        }
        return hashes;
    }
};

/// Some devices that hear of each other.
struct Group {
    TempFolder folder;
    Workspace workspace;
    std::vector<std::unique_ptr<TableDevice>> devices;

    Group(std::size_t count, const std::string& schema, sources::Capture capture)
        : workspace(count) {
        for (std::size_t i = 0; i < count; ++i)
            devices.push_back(std::make_unique<TableDevice>(
                workspace, i, folder / (std::to_string(i) + ".db"), capture, schema));
    }

    TableDevice& operator[](std::size_t number) { return *devices[number]; }

    /// Captures on one device and tells the others.
    void tell(std::size_t from) {
        devices[from]->capture();
        const auto bodies = devices[from]->log();
        for (std::size_t i = 0; i < devices.size(); ++i)
            if (i != from) devices[i]->replica.receive(bodies).value();
    }

    void meet() {
        for (int round = 0; round < 3; ++round) {
            for (std::size_t i = 0; i < devices.size(); ++i) {
                tell(i);
                devices[i]->apply();
            }
        }
    }
};

const std::vector<std::string> kWays = {
    "ALTER TABLE t ADD COLUMN c",
    "ALTER TABLE t ADD COLUMN c TEXT DEFAULT 'dflt'",
    "BEGIN; CREATE TABLE n (k TEXT PRIMARY KEY, a, c TEXT DEFAULT 'dflt');"
    "INSERT INTO n (k, a) SELECT k, a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t; COMMIT",
};
constexpr std::string_view kSchema = "CREATE TABLE t (k TEXT PRIMARY KEY, a)";

sources::Capture mode(std::uint64_t seed) {
    return seed % 2 == 0 ? sources::Capture::scan : sources::Capture::trigger;
}

/// Random work on three devices, the last of which may drop the column and add it again.
class Drift {
  public:
    explicit Drift(std::uint64_t seed)
        : chance_(seed), group_(3, std::string(kSchema), mode(seed)) {}

    void run() {
        for (int step = 0; step < 40; ++step) {
            const std::size_t device = chance_.below(3);
            switch (chance_.below(8)) {
                case 0:
                    change_schema(device);
                    break;
                case 1:
                case 2:
                    tell(device);
                    break;
                case 3:
                    group_[device].apply();
                    break;
                default:
                    write(device);
            }
            group_.workspace.clock.pass(1'000);
        }
        for (std::size_t device = 0; device < 3; ++device)
            if (!has_column_[device]) change_schema(device);
        group_.meet();
    }

    void check() {
        for (std::size_t device = 0; device < 3; ++device) {
            const auto standing = group_[device].standing();
            for (const auto& entry : written_) {
                const auto& value = entry.first;
                CAPTURE(entry.second.value);
                CAPTURE(device);
                CHECK(standing.contains(value));
            }
        }
        // What nobody ever wrote may be each device's own default.
        const std::string shown = "SELECT k, a, CASE WHEN c LIKE 'v%' THEN c END FROM t ORDER BY k";
        CHECK(group_[0].app.ask(shown) == group_[1].app.ask(shown));
        if (!has_dropped_) CHECK(group_[0].app.ask(shown) == group_[2].app.ask(shown));
        for (std::size_t device = 0; device < 3; ++device)
            CHECK(group_[device].capture().captured == 0);
    }

  private:
    using Cell = std::pair<std::string, std::string>;

    struct Written {
        std::string value;
        Cell cell;
    };

    void tell(std::size_t device) {
        group_.tell(device);
        has_looked_[device] = has_column_[device];
    }

    void change_schema(std::size_t device) {
        App& app = group_[device].app;
        if (!has_column_[device]) {
            app.run(kWays[chance_.below(kWays.size())]);
            has_column_[device] = true;
        } else if (device == 2) {
            // What was never captured goes with the column; a column that came back before anybody
            // looked was emptied by the application.
            tell(device);
            app.run("ALTER TABLE t DROP COLUMN c");
            has_column_[device] = false;
            has_dropped_ = true;
            tell(device);
        }
    }

    /// The application replaces what it shows, and nothing else.
    void write(std::size_t device) {
        App& app = group_[device].app;
        const std::string key = std::to_string(chance_.below(5));
        const std::string value = "v" + std::to_string(++count_);
        const std::string column = has_column_[device] && chance_.below(3) > 0 ? "c" : "a";
        const std::string where = " WHERE k = '" + key + "'";
        if (app.ask("SELECT count(*) FROM t" + where) == "0") {
            app.run("INSERT INTO t (k, " + column + ") VALUES ('" + key + "', '" + value + "')");
        } else {
            note_replaced(device, {key, column}, app.ask("SELECT " + column + " FROM t" + where));
            app.run("UPDATE t SET " + column + " = '" + value + "'" + where);
        }
        written_[hash(value)] = {value, {key, column}};
    }

    /// What an application writes over a value takes along what that value was chosen from.
    void note_replaced(std::size_t device, const Cell& cell, const std::string& shown) {
        written_.erase(hash(shown));
        const auto seen = group_[device].shown_beside(hash(cell.first));
        // A projection looks as well: what it showed was chosen from all that stand there.
        const auto shown_hash = shown == "NULL" ? core::Value().hash() : hash(shown);
        const bool has_looked = has_looked_[device] || seen.contains(shown_hash);
        if (cell.second == "c" && !has_looked) return;
        std::erase_if(written_, [&](const auto& one) {
            return one.second.cell == cell && seen.contains(one.first);
        });
    }

    static std::uint64_t hash(const std::string& text) { return core::Value::text(text).hash(); }

    Chance chance_;
    Group group_;
    std::array<bool, 3> has_column_{};
    std::array<bool, 3> has_looked_{};  // captured since the column is there
    bool has_dropped_ = false;
    int count_ = 0;
    std::map<std::uint64_t, Written> written_;  // and never replaced by who saw it
};

}  // namespace

TEST_SUITE("engine/drift") {
    TEST_CASE("a column that appears on a second device takes the value it has elsewhere") {
        for (const bool is_scan : {true, false}) {
            std::vector<std::string> ways = kWays;
            ways.emplace_back("ALTER TABLE t ADD COLUMN c INTEGER DEFAULT '7'");
            ways.emplace_back("ALTER TABLE t ADD COLUMN c REAL DEFAULT 7");
            ways.emplace_back("ALTER TABLE t ADD COLUMN c TEXT DEFAULT word");
            for (const std::string& way : ways) {
                CAPTURE(way);
                Group group(2, std::string(kSchema), mode(is_scan ? 0 : 1));
                group[0].app.run("INSERT INTO t VALUES ('1', 'one'), ('2', 'two')");
                group.meet();
                group[0].app.run("ALTER TABLE t ADD COLUMN c; UPDATE t SET c = 'kept' WHERE k = 1");
                group.meet();
                group[1].app.run(way);
                group.meet();
                for (const auto& device : group.devices) {
                    CHECK(device->app.ask("SELECT c FROM t WHERE k = 1") == "kept");
                    CHECK(device->capture().captured == 0);
                }
                // A later change of the other row, where the new column shows its default.
                group[0].app.run("UPDATE t SET a = 'changed' WHERE k = 2");
                group.meet();
                CHECK(group[1].app.ask("SELECT a FROM t WHERE k = 2") == "changed");
            }
        }
    }

    TEST_CASE("two values that meet in a column new to one of them are a conflict") {
        Group group(2, std::string(kSchema), sources::Capture::scan);
        group[0].app.run("INSERT INTO t VALUES ('1', 'one')");
        group.meet();
        group[0].app.run("ALTER TABLE t ADD COLUMN c; UPDATE t SET c = 'left'");
        group.meet();
        group.workspace.clock.pass(5'000);
        group[1].app.run("ALTER TABLE t ADD COLUMN c; UPDATE t SET c = 'right'");
        group.meet();
        for (const auto& device : group.devices) {
            CHECK(device->app.ask("SELECT c FROM t") == "right");
            CHECK(device->standing().contains(core::Value::text("left").hash()));
        }
    }

    TEST_CASE("rows of a table that another device described wait for its description") {
        Group group(3, "CREATE TABLE t (k TEXT PRIMARY KEY)", sources::Capture::scan);
        group.meet();
        group[0].app.run("CREATE TABLE later (k TEXT PRIMARY KEY); INSERT INTO later VALUES ('a')");
        group[0].capture();
        const auto first = group[0].log();
        group[1].replica.receive(first).value();
        group[1].apply();
        group[1].app.run("CREATE TABLE later (k TEXT PRIMARY KEY); INSERT INTO later VALUES ('b')");
        group[1].capture();
        group[2].replica.receive(group[1].log()).value();
        group[2].apply();
        group[2].replica.receive(first).value();
        group[2].app.run("CREATE TABLE later (k TEXT PRIMARY KEY)");
        group.meet();
        CHECK(group[2].app.ask("SELECT k FROM later ORDER BY k") == "a;b");
    }

    TEST_CASE("a row deleted right after a column appeared stays deleted") {
        Group group(2, std::string(kSchema), sources::Capture::trigger);
        group[0].app.run("INSERT INTO t VALUES ('1', 'one')");
        group.meet();
        group[0].app.run("ALTER TABLE t ADD COLUMN c; UPDATE t SET c = 'left'");
        group.meet();
        group[1].app.run("ALTER TABLE t ADD COLUMN c; DELETE FROM t");
        group.meet();
        for (const auto& device : group.devices)
            CHECK(device->app.ask("SELECT count(*) FROM t") == "0");
    }

    TEST_CASE("a row written again by a device without a column keeps what it holds there") {
        for (const bool is_scan : {true, false}) {
            Group group(3, std::string(kSchema), mode(is_scan ? 0 : 1));
            group[0].app.run("INSERT INTO t VALUES ('1', 'one')");
            group.meet();
            group[0].app.run("ALTER TABLE t ADD COLUMN c DEFAULT 'made'; UPDATE t SET c = 'kept'");
            group.meet();
            group[1].app.run("DELETE FROM t");
            group[2].app.run("UPDATE t SET a = 'edited'");
            group.meet();
            CHECK(group[0].app.ask("SELECT a, c FROM t") == "edited|kept");
            group[1].app.run("ALTER TABLE t ADD COLUMN c");
            group.meet();
            CHECK(group[1].app.ask("SELECT a, c FROM t") == "edited|kept");
        }
    }

    TEST_CASE("a column dropped and added again takes nothing from others") {
        Group group(
            2, std::string(kSchema) + "; ALTER TABLE t ADD COLUMN c", sources::Capture::scan);
        group[0].app.run("INSERT INTO t VALUES ('1', 'one', 'kept')");
        group.meet();
        group[1].app.run("ALTER TABLE t DROP COLUMN c");
        group.meet();
        group[1].app.run("ALTER TABLE t ADD COLUMN c");
        group.meet();
        CHECK(group[0].app.ask("SELECT c FROM t") == "kept");
        group[0].app.run("UPDATE t SET c = 'next'");
        group.meet();
        CHECK(group[1].app.ask("SELECT c FROM t") == "next");
    }

    TEST_CASE("a table made later fills without a restart") {
        for (const bool is_scan : {true, false}) {
            Group group(2, std::string(kSchema), mode(is_scan ? 0 : 1));
            group[0].app.run("INSERT INTO t VALUES ('1', 'one')");
            group.meet();
            const std::string later =
                "CREATE TABLE later (id INTEGER PRIMARY KEY, t REFERENCES t, v)";
            group[0].app.run(later + "; INSERT INTO later VALUES (1, '1', 'left')");
            group.meet();
            group[1].app.run(later + "; INSERT INTO later VALUES (7, '1', 'right')");
            group.meet();
            for (const auto& device : group.devices)
                CHECK(device->app.ask("SELECT v FROM later ORDER BY v") == "left;right");
        }
    }

    TEST_CASE("an older copy of a database put back is not sent unasked") {
        for (const bool is_scan : {true, false}) {
            Group group(2, std::string(kSchema), mode(is_scan ? 0 : 1));
            const auto file = group.folder / "0.db";
            for (int i = 0; i < 30; ++i)
                group[0].app.run("INSERT INTO t VALUES ('" + std::to_string(i) + "', 'old')");
            group.meet();
            std::filesystem::copy_file(file, group.folder / "copy");
            group[0].app.run("UPDATE t SET a = 'new'; INSERT INTO t VALUES ('x', 'new')");
            group.meet();
            const auto newer = group.folder / "newer";
            std::filesystem::copy_file(file, newer);
            const auto put_back = [&](const std::filesystem::path& copy) {
                std::filesystem::copy_file(
                    copy, file, std::filesystem::copy_options::overwrite_existing);
            };
            put_back(group.folder / "copy");
            SourceSlot& slot = group[0].replica.slots().front();
            group[0].replica.capture(kNeverStop).value();
            CHECK(slot.state == SourceState::halted);
            CHECK(slot.trouble.message.find("older copy") != std::string::npos);
            CHECK(group[0].log().empty());
            // The newer one again: there is nothing to ask.
            put_back(newer);
            CHECK(group[0].replica.resume("app").value());
            CHECK(group[0].capture().captured == 0);
            group[0].app.run("UPDATE t SET a = 'newest' WHERE k = '1'");
            group.meet();
            CHECK(group[1].app.ask("SELECT a FROM t WHERE k = '1'") == "newest");
            put_back(group.folder / "copy");
            group[0].replica.capture(kNeverStop).value();
            REQUIRE(slot.state == SourceState::halted);
            CHECK(group[0].replica.resume("app").value());
            group.meet();
            CHECK(slot.state == SourceState::ok);
            CHECK(group[1].app.ask("SELECT count(*) FROM t WHERE a = 'old'") == "30");
        }
    }

    TEST_CASE("no value is lost whatever column appears where and when") {
        const char* asked = std::getenv("SATCHEL_SCHEDULES");
        const std::uint64_t schedules = asked == nullptr ? 60 : std::strtoull(asked, nullptr, 10);
        for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
            CAPTURE(seed);
            Drift drift(seed);
            drift.run();
            drift.check();
        }
    }
}
