// Whole schedules on real databases: applications with foreign keys, UNIQUE columns and a schema
// that changes on one device write what they like, exchange when they like, and must end equal.
// SATCHEL_SCHEDULES sets how many, SATCHEL_SEED the first.
#include "tests/unit/engine/tables_fixture.h"

#include <cstdlib>
#include <random>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using satchel::test::App;

namespace {

constexpr const char* kSchema =
    "CREATE TABLE p (id INTEGER PRIMARY KEY, u TEXT UNIQUE, v);"
    "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON DELETE CASCADE,"
    " u TEXT UNIQUE, v);"
    "CREATE TABLE g (id INTEGER PRIMARY KEY, c INT NOT NULL REFERENCES c(id) ON DELETE CASCADE, v);"
    "CREATE TABLE s (id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON DELETE SET NULL, v);"
    "CREATE TABLE f (id INTEGER PRIMARY KEY, p INT REFERENCES p(id), v);"
    "CREATE TABLE k (k TEXT PRIMARY KEY, u TEXT UNIQUE, v) WITHOUT ROWID;"
    "CREATE TABLE kc (id INTEGER PRIMARY KEY, k TEXT REFERENCES k(k) ON DELETE CASCADE"
    " ON UPDATE CASCADE, v);"
    "CREATE TABLE l (line TEXT, n)";

/// What people see, without the numbers that every device gives its rows itself.
const std::vector<std::string> kViews = {
    "SELECT u, v FROM p ORDER BY 1, 2",
    "SELECT p.v, c.u, c.v FROM c LEFT JOIN p ON p.id = c.p ORDER BY 1, 2, 3",
    "SELECT c.v, g.v FROM g LEFT JOIN c ON c.id = g.c ORDER BY 1, 2",
    "SELECT p.v, s.v FROM s LEFT JOIN p ON p.id = s.p ORDER BY 1, 2",
    "SELECT p.v, f.v FROM f LEFT JOIN p ON p.id = f.p ORDER BY 1, 2",
    "SELECT k, u, v FROM k ORDER BY 1",
    "SELECT k, v FROM kc ORDER BY 1, 2",
    "SELECT line, n FROM l ORDER BY 1, 2",
};

class Schedule {
  public:
    explicit Schedule(std::uint64_t seed)
        : is_careless_(seed % 11 == 2 || seed % 11 == 5),
          random_(seed),
          team_(2 + seed % 2,
                kSchema,
                seed % 4 < 2 ? sources::Capture::scan : sources::Capture::trigger) {}

    /// What is wrong at the end, or nothing.
    std::string run() {
        const std::size_t steps = 8 + below(30);
        for (std::size_t i = 0; i < steps; ++i) {
            const std::size_t device = below(team_.devices.size());
            switch (below(8)) {
                case 0:
                    exchange();
                    break;
                case 1:
                    if (below(4) == 0) change_schema();
                    break;
                default:
                    write(device);
            }
        }
        return settle();
    }

    [[nodiscard]] const std::string& history() const { return history_; }

    [[nodiscard]] std::size_t hidden() { return team_.devices[0]->parked().size(); }

  private:
    std::size_t below(std::size_t count) { return random_() % count; }

    std::string text() { return "'" + std::string(1, "xyzw"[below(4)]) + "'"; }

    /// The n-th row: the same one whenever the schedule is run.
    std::string one_of(const std::string& table) {
        return "(SELECT id FROM " + table + " ORDER BY id LIMIT 1 OFFSET " +
               std::to_string(below(4)) + ")";
    }

    std::string statement() {
        const std::string v = std::to_string(++token_);
        const std::string key = text();
        switch (below(20)) {
            case 0:
            case 1:
            case 2:
                return "INSERT INTO p (u, v) VALUES (" + text() + ", " + v + ")";
            case 3:
                return "INSERT OR REPLACE INTO p (u, v) VALUES (" + text() + ", " + v + ")";
            case 4:
            case 5:
                return "INSERT INTO c (p, u, v) VALUES (" + one_of("p") + ", " + text() + ", " + v +
                       ")";
            case 6:
                return "INSERT INTO g (c, v) VALUES (" + one_of("c") + ", " + v + ")";
            case 7:
                return "INSERT INTO s (p, v) VALUES (" + one_of("p") + ", " + v + ")";
            case 8:
                return "INSERT INTO f (p, v) VALUES (" + one_of("p") + ", " + v + ")";
            case 9:
                return "INSERT INTO k VALUES (" + key + ", " + text() + ", " + v + ")";
            case 10:
                return "INSERT INTO kc (k, v) VALUES (" + key + ", " + v + ")";
            case 11:
                return "INSERT INTO l VALUES (" + text() + ", " + std::to_string(below(2)) + ")";
            case 12:
                return "UPDATE p SET u = " + text() + ", v = " + v + " WHERE id = " + one_of("p");
            case 13:
                return "UPDATE c SET p = " + one_of("p") + ", u = " + text() +
                       " WHERE id = " + one_of("c");
            case 14:
                return "UPDATE k SET k = " + text() + ", v = " + v + " WHERE k = " + key;
            case 15:
                return "UPDATE l SET n = 7 WHERE rowid = (SELECT min(rowid) FROM l)";
            case 16:
                return "DELETE FROM p WHERE id = " + one_of("p");
            case 17:
                return "DELETE FROM k WHERE k = " + key;
            case 18:
                return "DELETE FROM c WHERE id = " + one_of("c");
            default:
                return "UPDATE f SET p = " + one_of("p") + ", v = " + v +
                       " WHERE id = " + one_of("f");
        }
    }

    void write(std::size_t device) {
        App& app = team_.app(device);
        const bool is_grouped = below(4) == 0;
        if (is_grouped) app.run("BEGIN");
        for (std::size_t i = 0; i <= below(3); ++i) {
            const std::string sql = statement();
            // Of tables with numbers a dangling one may come to mean another row.
            const bool is_loose = is_careless_ && !is_grouped && sql.find(" k") != sql.npos;
            if (is_loose) app.run("PRAGMA foreign_keys = OFF");
            const bool is_done = app.try_run(sql);
            if (is_loose) app.run("PRAGMA foreign_keys = ON");
            if (is_done) history_ += "\n  " + std::to_string(device) + ": " + sql;
        }
        if (is_grouped && !app.try_run("COMMIT")) app.run("ROLLBACK");
    }

    /// One device is ahead of the others for good.
    void change_schema() {
        const std::string table = below(2) == 0 ? "p" : "k";
        const std::string column = "extra" + std::to_string(++columns_);
        const std::string sql = "ALTER TABLE " + table + " ADD COLUMN " + column +
                                (below(2) == 0 ? "" : " DEFAULT 'made'");
        if (!team_.app(0).try_run(sql)) return;
        history_ += "\n  0: " + sql;
        team_.app(0).try_run("UPDATE " + table + " SET " + column + " = " +
                             std::to_string(++token_));
    }

    void exchange() {
        history_ += "\n  --";
        const std::string trouble = team_.try_exchange();
        if (trouble_.empty()) trouble_ = trouble;
    }

    std::string settle() {
        for (int round = 0; round < 8; ++round) exchange();
        if (!trouble_.empty()) return trouble_;
        for (std::size_t i = 0; i < team_.devices.size(); ++i) {
            const std::string found = difference(i);
            if (!found.empty()) return "device " + std::to_string(i) + ": " + found;
        }
        return {};
    }

    static std::string why(TablesDevice& device) {
        std::string text = " |";
        for (const store::Parked& row : device.parked()) text += " " + row.kind + ": " + row.reason;
        return text;
    }

    std::string difference(std::size_t number) {
        TablesDevice& device = *team_.devices[number];
        TablesDevice& first = *team_.devices[0];
        device.capture();
        if (!device.log().empty()) return "it has more to send";
        if (device.app.ask("PRAGMA integrity_check") != "ok") return "integrity_check";
        const std::string dangling = device.app.ask("PRAGMA foreign_key_check");
        if (!dangling.empty() && !is_careless_) return "foreign_key_check: " + dangling;
        if (device.kinds() != first.kinds())
            return "it holds back " + device.kinds() + " and device 0 " + first.kinds() +
                   why(first) + why(device);
        for (const std::string& view : kViews) {
            const std::string here = device.app.ask(view);
            const std::string there = first.app.ask(view);
            if (here != there)
                return view + "\n    " + here + "\n    " + there + why(first) + why(device);
        }
        const auto& lanes = device.replica.ledger().lanes();
        for (const auto& [id, lane] : first.replica.ledger().lanes()) {
            const auto mine = lanes.find(id);
            if (mine == lanes.end() || !(mine->second.digest == lane.digest))
                return "digests differ";
        }
        return unlisted(device);
    }

    /// Rows that live on but are neither in the database nor listed as held back.
    static std::string unlisted(TablesDevice& device) {
        std::set<std::pair<std::int64_t, Sid>> listed;
        for (const store::Parked& row : device.parked()) listed.emplace(row.collection, row.sid);
        for (const auto& [id, collection] : device.replica.ledger().collections()) {
            std::uint64_t shown = 0;
            const auto rows = store::Rows(*device.store).all(collection.ord, {}, 10'000).value();
            for (const store::StoredRow& row : rows) {
                if (row.held_hash != 0)
                    ++shown;
                else if (row.row.exists() && !listed.contains({collection.ord, row.sid}))
                    return "a row of " + collection.name + " is hidden and not listed";
            }
            const std::string there = device.app.ask("SELECT count(*) FROM " + collection.name);
            if (there != std::to_string(shown))
                return collection.name + " has " + there + " rows, of which " +
                       std::to_string(shown) + " are known";
        }
        return {};
    }

    bool is_careless_;  ///< an application that lets rows of kc refer to nothing
    std::mt19937_64 random_;
    Team team_;
    int token_ = 0;
    int columns_ = 0;
    std::string history_;
    std::string trouble_;
};

std::uint64_t setting(const char* name, std::uint64_t fallback) {
    const char* text = std::getenv(name);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_SUITE("engine/schedules") {
    TEST_CASE("whatever applications do all databases end equal and nothing is hidden unlisted") {
        const std::uint64_t first = setting("SATCHEL_SEED", 1);
        const std::uint64_t count = setting("SATCHEL_SCHEDULES", 200);
        std::uint64_t broken = 0;
        std::uint64_t hidden = 0;
        for (std::uint64_t seed = first; seed < first + count; ++seed) {
            Schedule schedule(seed);
            const std::string problem = schedule.run();
            hidden += schedule.hidden();
            if (problem.empty()) continue;
            ++broken;
            if (broken <= 20) FAIL_CHECK("seed=" << seed << " " << problem << schedule.history());
        }
        MESSAGE("schedules=" << count << " broken=" << broken << " rows held back=" << hidden);
        CHECK(broken == 0);
    }
}
