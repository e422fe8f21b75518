// The audit log: what is written down, that nobody can change it unseen, and that a flood cannot
// fill it.
#include "daemon/hub/audit.h"

#include "daemon/hub/refusal_counter.h"
#include "tests/unit/hub/fixtures.h"

#include <algorithm>

#include <SQLiteCpp/Database.h>

using namespace satchel;
using namespace satchel::test;
using hub::AuditNote;
using hub::AuditRow;

namespace {

struct Audited : HubWorld {
    [[nodiscard]] std::string path() const { return (dir / "hub/hub.db").string(); }

    std::vector<AuditRow> rows() {
        auto audit = run(hub->audit(1'000, false));
        REQUIRE(audit);
        return audit->rows;
    }

    std::string problem() {
        auto audit = run(hub->audit(0, true));
        REQUIRE(audit);
        REQUIRE(audit->check);
        return audit->check->problem;
    }

    /// Changes the log behind the hub's back.
    void tamper(const std::string& sql) {
        SQLite::Database database(path(), SQLite::OPEN_READWRITE);
        database.setBusyTimeout(5'000);
        database.exec(sql);
    }

    static std::string words(const AuditRow& row) {
        return row.note.operation + " " + row.note.result + " " + std::to_string(row.note.count);
    }
};

/// A hub's database without a hub.
struct Bare : HubWorld {
    std::optional<SQLite::Database> database{};

    Bare() {
        start();
        stop();
        database.emplace((dir / "hub/hub.db").string(), SQLite::OPEN_READWRITE);
        database->exec("PRAGMA synchronous = OFF; BEGIN");
    }
};

}  // namespace

TEST_SUITE("hub/audit") {
    TEST_CASE_FIXTURE(Audited,
                      "founding joining and changes of members are written down once each") {
        found();
        const auto code = hub->new_admission(hub::AdmissionKind::joining, 60s);
        const Device laptop = Device::make();
        REQUIRE(enroll(laptop, *code));
        REQUIRE(enroll(laptop, *code));  // again: the reply got lost
        const Bytes entry = entry_adding(laptop);
        REQUIRE(run(connect(founder)->add_member(entry)));
        REQUIRE(run(connect(founder)->add_member(entry)));
        REQUIRE(run(connect(founder)->invite(Hash256{1}, clock.now_ms() + 60'000)));
        const auto log = run(connect(founder)->members(0, 0s));
        const auto members = crypto::Members::verify(*log, std::nullopt);
        REQUIRE(run(connect(founder)->add_member(
            *crypto::make_revoke(founder.keys, *members, laptop.keys.device(), {}, random))));

        const std::string desk = founder.keys.device().text();
        const std::string other = laptop.keys.device().text();
        const std::string workspace = keyring.workspace().text();
        const std::string here = "127.0.0.1";
        const std::vector<AuditNote> expected = {
            {"", "operator", "code.founding", "", "ok", 1},
            {desk, here, "found", workspace, "ok", 1},
            {"", "operator", "code.joining", "", "ok", 1},
            {other, here, "enroll", workspace, "ok", 1},
            {desk, here, "member.add", other, "ok", 1},
            {desk, here, "invite", workspace, "ok", 1},
            {desk, here, "member.revoke", other, "ok", 1},
        };
        const auto written = rows();
        REQUIRE(written.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CAPTURE(i);
            CHECK(written[i].number == i + 1);
            CHECK(written[i].note.device == expected[i].device);
            CHECK(written[i].note.address == expected[i].address);
            CHECK(written[i].note.operation == expected[i].operation);
            CHECK(written[i].note.subject == expected[i].subject);
            CHECK(written[i].note.result == "ok");
        }
        CHECK(problem().empty());
    }

    TEST_CASE_FIXTURE(Audited, "refusals are counted by who and what and why") {
        found();
        for (int i = 0; i < 5; ++i) CHECK_FALSE(enroll(Device::make(), "never-made"));
        CHECK_FALSE(run(connect(Device::make())->heads({}, 0s)));
        CHECK_FALSE(run(connect(founder)->push({{segment(founder, 5, 6)}, {}})));
        std::vector<std::string> refused;
        for (const AuditRow& row : rows())
            if (row.note.result != "ok") refused.push_back(words(row));
        std::sort(refused.begin(), refused.end());
        // Each stranger's guess is its own: a device is named only when it signed.
        CHECK(std::ranges::count(refused, "enroll bad-code 1") == 5);
        CHECK(std::ranges::count(refused, "session unknown-device 1") == 1);
        CHECK(std::ranges::count(refused, "push gap 1") == 1);
        CHECK(problem().empty());
    }

    TEST_CASE_FIXTURE(Audited, "a flood of refusals is a few rows") {
        settings.opens_per_second = 1;
        start();
        for (int i = 0; i < 500; ++i) CHECK_FALSE(enroll(Device::make(), "guess"));
        const auto written = rows();
        CHECK(written.size() <= hub::kRefusalsApart + 1);
        std::uint64_t counted = 0;
        for (const AuditRow& row : written) counted += row.note.count;
        CHECK(counted >= 500);
    }

    TEST_CASE_FIXTURE(Audited, "no code no key and no name is in the log") {
        found();
        const auto code = hub->new_admission(hub::AdmissionKind::joining, 60s);
        REQUIRE(enroll(Device::make(), *code));
        for (const AuditRow& row : rows())
            for (const std::string& text : {row.note.device,
                                            row.note.address,
                                            row.note.operation,
                                            row.note.subject,
                                            row.note.result}) {
                CHECK(text.find(*code) == std::string::npos);
                CHECK(text.size() <= 45);
            }
    }

    TEST_CASE_FIXTURE(Audited, "a row that is changed or taken out or slipped in is found") {
        found();
        for (int i = 0; i < 6; ++i) REQUIRE(hub->new_admission(hub::AdmissionKind::joining, 60s));
        REQUIRE(problem().empty());
        SUBCASE("changed") {
            tamper("UPDATE audit SET result = 'bad-code' WHERE number = 3");
            CHECK(problem() == "row 3 is not what was written there");
        }
        SUBCASE("another time") {
            tamper("UPDATE audit SET time_ms = time_ms - 1 WHERE number = 8");
            CHECK(problem() == "row 8 is not what was written there");
        }
        SUBCASE("taken out") {
            tamper("DELETE FROM audit WHERE number = 4");
            CHECK(problem() == "row 4 is missing");
        }
        SUBCASE("the first ones taken out") {
            tamper("DELETE FROM audit WHERE number < 3");
            CHECK(problem() == "row 1 is missing");
        }
        SUBCASE("the last ones taken out") {
            tamper("DELETE FROM audit WHERE number > 6");
            CHECK(problem() == "rows after row 6 are missing");
        }
        SUBCASE("slipped in") {
            tamper(
                "INSERT INTO audit SELECT 9, time_ms, device, address, operation, subject, result, "
                "count, link FROM audit WHERE number = 8");
            CHECK(problem() == "row 9 is not what was written there");
        }
    }

    TEST_CASE_FIXTURE(Audited, "the log goes on over a restart") {
        found();
        CHECK_FALSE(enroll(Device::make(), "never-made"));
        stop();  // what was only counted is written now
        start();
        CHECK(std::ranges::count_if(
                  rows(), [](const AuditRow& row) { return row.note.result == "bad-code"; }) == 1);
        CHECK(problem().empty());
    }

    TEST_CASE_FIXTURE(Bare, "old rows go and the rest still follows from where they ended") {
        const UnixMs day = 24ll * 3600 * 1000;
        const UnixMs begun = 1'700'000'000'000;
        const AuditNote note{"", "operator", "code.joining"};
        for (int i = 0; i < 640; ++i) hub::write_audit(*database, note, begun + i * day / 2);
        const auto rows = hub::read_audit(*database, 10'000);
        // Half a day apart: 90 days are 180 rows, and up to 64 more between two looks.
        CHECK(rows.size() >= 180);
        CHECK(rows.size() <= 245);
        CHECK(rows.back().number == 640);
        CHECK(hub::check_audit(*database).problem.empty());
        database->exec("DELETE FROM audit WHERE number = (SELECT min(number) FROM audit)");
        CHECK_FALSE(hub::check_audit(*database).problem.empty());
    }

    TEST_CASE_FIXTURE(Bare, "the number of rows is bounded") {
        const AuditNote note{"", "operator", "code.joining"};
        const std::uint64_t count = hub::kAuditRowsMax + 1'000;
        for (std::uint64_t i = 0; i < count; ++i) hub::write_audit(*database, note, 1'000);
        const auto check = hub::check_audit(*database);
        CHECK(check.problem.empty());
        CHECK(check.rows <= hub::kAuditRowsMax + 64);
        CHECK(check.rows >= hub::kAuditRowsMax);
    }

    TEST_CASE("what comes from many places is counted together and written now and then") {
        hub::RefusalCounter counter;
        CHECK_FALSE(counter.is_due(0ms));
        for (int i = 0; i < 100'000; ++i)
            counter.count({"", "10.0.0." + std::to_string(i), "enroll", "", "bad-code"});
        CHECK_FALSE(counter.is_due(hub::kRefusalsEvery - 1ms));
        CHECK(counter.is_due(hub::kRefusalsEvery));
        const auto notes = counter.take(hub::kRefusalsEvery);
        REQUIRE(notes.size() == hub::kRefusalsApart + 1);
        CHECK(notes.back().address == "others");
        CHECK(notes.back().count == 100'000 - hub::kRefusalsApart);
        CHECK(counter.take(hub::kRefusalsEvery).empty());
        // What a flood writes while rows are kept stays below the bound of rows.
        const auto turns = hub::kAuditKeptMs / hub::kRefusalsEvery.count();
        CHECK(turns * static_cast<UnixMs>(hub::kRefusalsApart + 1) <
              static_cast<UnixMs>(hub::kAuditRowsMax));
    }
}
