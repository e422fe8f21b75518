// Projections that let the application live: short transactions, its triggers bounded, nothing
// written while another program has the database open.
#include "tests/unit/sqlite_tables/pair.h"

#include <algorithm>
#include <chrono>
#include <fstream>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace satchel;
using namespace satchel::sources;
using namespace satchel::test;

namespace {

/// How often the file was committed to, by its own count.
std::uint32_t change_count(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(24);
    unsigned char bytes[4] = {};
    file.read(reinterpret_cast<char*>(bytes), 4);
    return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
           static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

constexpr const char* kMany =
    "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 2000)"
    " INSERT INTO n SELECT i, 'value ' || i FROM s";

/// Another program that has the database open as long as this lives.
class Holder {
  public:
    explicit Holder(const std::filesystem::path& path) {
        int ready[2];
        int finish[2];
        REQUIRE(::pipe(ready) == 0);
        REQUIRE(::pipe(finish) == 0);
        child_ = ::fork();
        if (child_ == 0) {
            ::close(finish[1]);
            sqlite3* handle = nullptr;
            sqlite3_open(path.c_str(), &handle);
            sqlite3_exec(handle, "SELECT * FROM sqlite_schema", nullptr, nullptr, nullptr);
            char byte = 'x';
            static_cast<void>(!::write(ready[1], &byte, 1));
            static_cast<void>(!::read(finish[0], &byte, 1));
            ::_exit(0);
        }
        ::close(finish[0]);
        finish_ = finish[1];
        char byte = 0;
        REQUIRE(::read(ready[0], &byte, 1) == 1);
    }

    ~Holder() {
        ::close(finish_);
        ::waitpid(child_, nullptr, 0);
    }

    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

  private:
    int child_ = 0;
    int finish_ = 0;
};

/// An application that wants to write whenever somebody looks at the clock, and how long it has to
/// wait by that clock. SQLite looks at it after so many steps of a statement: the clock counts
/// work.
class Impatient {
  public:
    Impatient(FakeClock& clock, const std::filesystem::path& path) : clock_(clock), app_(path) {
        app_.run("PRAGMA busy_timeout = 0");
        clock_.on_look = [this](std::int64_t now) { try_to_write(now); };
    }

    ~Impatient() { clock_.on_look = {}; }

    Impatient(const Impatient&) = delete;
    Impatient& operator=(const Impatient&) = delete;

    [[nodiscard]] std::int64_t longest() const { return longest_; }

  private:
    void try_to_write(std::int64_t now) {
        if (app_.try_run("BEGIN IMMEDIATE")) {
            app_.run("ROLLBACK");
            since_ = now;
        }
        longest_ = std::max(longest_, now - since_);
    }

    FakeClock& clock_;
    App app_;
    std::int64_t since_ = 0;
    std::int64_t longest_ = 0;
};

}  // namespace

TEST_SUITE("sqlite_tables/slices") {
    TEST_CASE("an application waits for a row or two whatever its triggers cost") {
        // After many fast rows, in writes as in removals; the trigger costs about five looks.
        Pair pair(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, v); CREATE TABLE z (id INTEGER PRIMARY"
            " KEY, v)",
            Capture::scan);
        const std::string work =
            " BEGIN SELECT (WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE"
            " i < 20000) SELECT max(i) FROM s); END;";
        pair.right_app.run("CREATE TRIGGER i AFTER INSERT ON z" + work +
                           "CREATE TRIGGER d AFTER DELETE ON z" + work);
        const std::string many =
            "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ";
        pair.left_app.run(many + "1500) INSERT INTO a SELECT i, i FROM s;" + many +
                          "30) INSERT INTO z SELECT i, i FROM s");
        pair.right.clock.step_ms = 10;
        const Impatient application(pair.right.clock, pair.folder / "b.db");
        pair.send();
        CHECK(pair.right_app.ask("SELECT count(*) FROM z") == "30");
        pair.left_app.run("DELETE FROM a; DELETE FROM z");
        pair.send();
        CHECK(pair.right_app.ask("SELECT count(*) FROM z") == "0");
        MESSAGE("longest wait=" << application.longest() << " ms of the clock");
        CHECK(application.longest() > 0);
        CHECK(application.longest() <= 200);
    }

    TEST_CASE("rows that are slow to write for want of an index wait one by one") {
        TempFolder folder;
        App left_app(folder / "a.db");
        App right_app(folder / "b.db");
        const std::string schema =
            "CREATE TABLE p (k TEXT PRIMARY KEY); CREATE TABLE n (id INTEGER PRIMARY KEY);"
            "INSERT INTO p VALUES ('a'), ('b'), ('c'), ('d');";
        left_app.run(schema);
        right_app.run(schema +
                      "CREATE TABLE big (id INTEGER PRIMARY KEY, p TEXT REFERENCES p(k));"
                      "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i <"
                      " 200000) INSERT INTO big (p) SELECT NULL FROM s");
        auto settings = settings_for(folder / "b.db");
        settings.tables = {"p", "n"};
        Bench left(settings_for(folder / "a.db"), 1);
        Bench right(settings, 2);
        left.capture();
        right.capture();
        left_app.run("DELETE FROM p WHERE k < 'd'; INSERT INTO n VALUES (1), (2)");
        left.capture();
        // Each removal is longer than the two seconds of a slice, and shorter than patience.
        right.clock.step_ms = 500;
        for (int call = 1; call <= 3; ++call) {
            const auto results = right.project_from(left);
            const auto slow = std::ranges::count_if(results, [](const ProjectedRow& result) {
                return result.reason == "writing it takes too long";
            });
            CHECK(slow == 3 - call);
            // One row a call may take its time, and the others do not wait for it.
            CHECK(right_app.ask("SELECT count(*) FROM p") == std::to_string(4 - call));
            CHECK(right_app.ask("SELECT count(*) FROM n") == "2");
        }
    }

    TEST_CASE("a slow disk makes transactions short and a fast one does not") {
        std::uint32_t counts[2] = {};
        for (const bool is_slow : {false, true}) {
            Pair pair("CREATE TABLE n (id INTEGER PRIMARY KEY, v)", Capture::scan);
            pair.left_app.run(kMany);
            pair.left.capture();
            pair.right.capture();
            pair.right.clock.step_ms = is_slow ? 30 : 0;
            const std::uint32_t before = change_count(pair.folder / "b.db");
            pair.send();
            counts[is_slow] = change_count(pair.folder / "b.db") - before;
            CHECK(pair.right_app.ask("SELECT count(*) FROM n") == "2000");
            CHECK(pair.right.capture() == 0);
        }
        CHECK(counts[0] <= 4);
        CHECK(counts[1] >= 12);
    }

    TEST_CASE("rows that need each other arrive though slices part them") {
        Pair pair(
            "CREATE TABLE n (id INTEGER PRIMARY KEY, u INT UNIQUE,"
            " up INT REFERENCES n(id) DEFERRABLE INITIALLY DEFERRED)",
            Capture::scan);
        pair.left_app.run(
            "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 600)"
            " INSERT INTO n SELECT i, i, CASE WHEN i < 600 THEN i + 1 END FROM s");
        pair.right.clock.step_ms = 30;
        pair.send();
        CHECK(pair.right_app.ask("SELECT count(*), sum(up = id + 1) FROM n") == "600|599");
        // Every row takes the value of the next one, the last that of the first.
        pair.left_app.run("UPDATE n SET u = -u; UPDATE n SET u = (-u) % 600 + 1");
        pair.send();
        CHECK(pair.right_app.ask("SELECT count(*) FROM n WHERE u = id % 600 + 1") == "600");
        CHECK(pair.right_app.ask("PRAGMA foreign_key_check") == "");
    }

    TEST_CASE("a trigger that never ends costs seconds and parks the rows of its table alone") {
        Pair pair(
            "CREATE TABLE e (id INTEGER PRIMARY KEY, v); CREATE TABLE n (id INTEGER PRIMARY KEY, "
            "v)",
            Capture::scan);
        pair.right.clock.is_real = true;
        pair.right_app.run(
            "CREATE TRIGGER evil AFTER INSERT ON e BEGIN UPDATE e SET v = (WITH RECURSIVE c(i) AS"
            " (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT max(i) FROM c); END");
        pair.left_app.run(
            "INSERT INTO e VALUES (1, 1), (2, 2); INSERT INTO n VALUES (1, 1), (2, 2)");
        pair.left.capture();
        pair.right.capture();
        const auto begun = std::chrono::steady_clock::now();
        int parked = 0;
        for (const ProjectedRow& result : pair.right.project_from(pair.left))
            parked += result.reason.find("takes too long") != std::string::npos ? 1 : 0;
        CHECK(parked == 2);
        CHECK(pair.right_app.ask("SELECT count(*) FROM n") == "2");
        CHECK(pair.right_app.ask("SELECT count(*) FROM e") == "0");
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
        // It is remembered, until the schema changes.
        const auto again = std::chrono::steady_clock::now();
        pair.right.project_from(pair.left);
        CHECK(std::chrono::steady_clock::now() - again < std::chrono::seconds(1));
        pair.right_app.run("DROP TRIGGER evil");
        pair.send();
        CHECK(pair.right_app.ask("SELECT count(*) FROM e") == "2");
    }

    TEST_CASE("rows that take the others with them when they fail do not keep those out") {
        Pair pair(
            "CREATE TABLE n (id INTEGER PRIMARY KEY, v); CREATE TABLE o (id INTEGER PRIMARY KEY)",
            Capture::scan);
        pair.right_app.run(
            "CREATE TRIGGER no BEFORE INSERT ON n WHEN NEW.id % 10 BEGIN SELECT RAISE(ROLLBACK,"
            " 'not this one'); END");
        pair.left_app.run(kMany);
        pair.left_app.run("DELETE FROM n WHERE id > 300; INSERT INTO o VALUES (1)");
        pair.left.capture();
        pair.right.capture();
        int parked = 0;
        for (const ProjectedRow& result : pair.right.project_from(pair.left))
            parked += result.outcome == Outcome::parked ? 1 : 0;
        CHECK(parked == 270);
        CHECK(pair.right_app.ask("SELECT count(*) FROM n") == "30");
        CHECK(pair.right_app.ask("SELECT count(*) FROM o") == "1");
    }

    TEST_CASE("a projection that writes nothing leaves the file alone") {
        for (const Capture mode : {Capture::scan, Capture::trigger}) {
            Pair pair("CREATE TABLE n (id INTEGER PRIMARY KEY, u UNIQUE); CREATE TABLE log (x)",
                      mode);
            pair.left_app.run("INSERT INTO n VALUES (1, 'a')");
            pair.right_app.run(
                "INSERT INTO n VALUES (2, 'a'); CREATE TRIGGER t BEFORE INSERT ON n BEGIN"
                " INSERT INTO log VALUES (NEW.u); END");
            pair.left.capture();
            pair.right.capture();
            const std::uint32_t before = change_count(pair.folder / "b.db");
            for (int round = 0; round < 3; ++round) {
                const auto results = pair.right.project_from(pair.left);
                CHECK(std::ranges::count(results, Outcome::parked, &ProjectedRow::outcome) == 1);
            }
            CHECK(change_count(pair.folder / "b.db") == before);
        }
    }

#ifdef __linux__
    TEST_CASE("nothing is written while another program has the database open") {
        for (const bool is_live : {false, true}) {
            TempFolder folder;
            App left_app(folder / "a.db");
            App right_app(folder / "b.db");
            left_app.run("CREATE TABLE n (id INTEGER PRIMARY KEY, v); INSERT INTO n VALUES (1, 1)");
            right_app.run("CREATE TABLE n (id INTEGER PRIMARY KEY, v)");
            auto settings = settings_for(folder / "b.db");
            settings.writes = is_live ? Writes::live : Writes::when_closed;
            Bench left(settings_for(folder / "a.db"), 1);
            Bench right(settings, 2);
            left.capture();
            right.capture();
            {
                const Holder holder(folder / "b.db");
                const auto results = right.project_from(left);
                REQUIRE(results.size() == 1);
                CHECK(results[0].outcome == (is_live ? Outcome::applied : Outcome::deferred));
                CHECK((results[0].reason.find("(pid ") != std::string::npos) == !is_live);
            }
            right.project_from(left);
            CHECK(right_app.ask("SELECT v FROM n") == "1");
        }
    }
#endif
}
