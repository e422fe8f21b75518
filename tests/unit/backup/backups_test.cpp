// Copies of files and databases, and how long they are kept.
#include "daemon/backup/backups.h"

#include "daemon/backup/copy_reader.h"
#include "daemon/backup/manifest.h"
#include "tests/support/result_text.h"
#include "tests/support/temp_dir.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>

namespace satchel::backup {

namespace {

namespace fs = std::filesystem;

struct HandClock : Clock {
    UnixMs now = 1'700'000'000'000;

    [[nodiscard]] UnixMs now_ms() const override { return now; }

    [[nodiscard]] milliseconds steady_ms() const override { return milliseconds(now); }
};

mode_t mode_of(const fs::path& path) {
    struct stat raw {};

    REQUIRE(::stat(path.c_str(), &raw) == 0);
    return raw.st_mode & 07777;
}

/// A database handle for tests.
struct Database {
    sqlite3* handle = nullptr;

    explicit Database(const fs::path& path) {
        REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
    }

    ~Database() { sqlite3_close(handle); }

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void run(const char* sql) {
        REQUIRE(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    }

    int count() {
        int result = -1;
        const auto take = [](void* out, int, char** values, char**) {
            *static_cast<int*>(out) = std::atoi(values[0]);
            return 0;
        };
        REQUIRE(sqlite3_exec(handle, "SELECT count(*) FROM t", take, &result, nullptr) ==
                SQLITE_OK);
        return result;
    }
};

struct Fixture {
    support::TempDir dir;
    HandClock clock;
    Backups backups{dir / "backups", clock};

    std::vector<BackupEntry> list() { return backups.list(); }
};

}  // namespace

TEST_SUITE("backup/backups") {
    TEST_CASE("a file is copied privately and listed") {
        Fixture fixture;
        const std::string text(3'000'000, 'x');
        fixture.dir.write("root/a b/c%.txt", text);
        fs::permissions(fixture.dir / "root/a b/c%.txt", fs::perms(0644));
        REQUIRE(
            fixture.backups.take_file("my source", fixture.dir / "root", "a b/c%.txt").has_value());
        const auto listed = fixture.list();
        REQUIRE(listed.size() == 1);
        CHECK(listed[0].source == "my source");
        CHECK(listed[0].path == "a b/c%.txt");
        CHECK(listed[0].size_bytes == text.size());
        CHECK(listed[0].cycle == "001700000000000");
        CHECK_FALSE(listed[0].is_database);
        std::ifstream in(listed[0].copy, std::ios::binary);
        CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == text);
        CHECK(mode_of(listed[0].copy) == 0600);
        CHECK(mode_of(listed[0].copy.parent_path()) == 0700);
        CHECK(mode_of(fixture.dir / "backups") == 0700);
    }

    TEST_CASE("two versions of a file are two copies") {
        Fixture fixture;
        for (const char* text : {"one", "two", "one"}) {
            fixture.dir.write("root/a", text);
            REQUIRE(fixture.backups.take_file("s", fixture.dir / "root", "a").has_value());
        }
        const auto listed = fixture.list();
        REQUIRE(listed.size() == 3);
        CHECK(listed[0].copy != listed[1].copy);
        CHECK(listed[0].copy == listed[2].copy);
    }

    TEST_CASE("a damaged copy is not taken for a good one") {
        Fixture fixture;
        fixture.dir.write("root/a", "one");
        REQUIRE(fixture.backups.take_file("s", fixture.dir / "root", "a").has_value());
        const fs::path copy = fixture.list()[0].copy;
        std::ofstream(copy) << "bad";
        REQUIRE(fixture.backups.take_file("s", fixture.dir / "root", "a").has_value());
        std::ifstream in(copy);
        CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == "one");
    }

    TEST_CASE("links and missing files are refused") {
        Fixture fixture;
        fixture.dir.write("outside", "x");
        fs::create_directory(fixture.dir / "root");
        fs::create_symlink(fixture.dir / "outside", fixture.dir / "root/link");
        CHECK_FALSE(fixture.backups.take_file("s", fixture.dir / "root", "link").has_value());
        CHECK(fixture.backups.take_file("s", fixture.dir / "root", "none").error().code ==
              ErrorCode::not_found);
        CHECK(fixture.list().empty());
    }

    TEST_CASE("a database is copied while a writer is in it and once in a cycle") {
        Fixture fixture;
        Database database(fixture.dir / "s.db");
        database.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1),(2)");
        database.run("BEGIN IMMEDIATE; INSERT INTO t VALUES(3)");
        REQUIRE(fixture.backups.take_database("s", fixture.dir / "s.db").has_value());
        database.run("COMMIT");
        REQUIRE(fixture.backups.take_database("s", fixture.dir / "s.db").has_value());
        auto listed = fixture.list();
        REQUIRE(listed.size() == 1);
        CHECK(listed[0].is_database);
        CHECK(mode_of(listed[0].copy) == 0600);
        CHECK(Database(listed[0].copy).count() == 2);
        fixture.clock.now += 5 * 60 * 1000 - 1;
        REQUIRE(fixture.backups.take_database("s", fixture.dir / "s.db").has_value());
        CHECK(fixture.list().size() == 1);
        fixture.clock.now += 1;
        REQUIRE(fixture.backups.take_database("s", fixture.dir / "s.db").has_value());
        listed = fixture.list();
        REQUIRE(listed.size() == 2);
        CHECK(Database(listed[0].copy).count() == 3);
    }

    TEST_CASE("a file that is no database is not backed up as one") {
        Fixture fixture;
        fixture.dir.write("s.db", std::string(8192, 'x'));
        const Status status = fixture.backups.take_database("s", fixture.dir / "s.db");
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().code == ErrorCode::corrupt);
        CHECK(fixture.list().empty());
    }

    TEST_CASE("three cycles of databases are kept and files for a month") {
        Fixture fixture;
        Database database(fixture.dir / "s.db");
        database.run("CREATE TABLE t(x)");
        for (int i = 0; i < 6; ++i) {
            fixture.clock.now += 10 * 60 * 1000;  // longer than a cycle lasts by itself
            fixture.dir.write("root/a", "v" + std::to_string(i));
            REQUIRE(fixture.backups.take_file("s", fixture.dir / "root", "a").has_value());
            REQUIRE(fixture.backups.take_database("s", fixture.dir / "s.db").has_value());
        }
        REQUIRE(fixture.backups.prune().has_value());
        CHECK(fixture.list().size() == 3 + 6);
        fixture.clock.now += 31LL * 24 * 60 * 60 * 1000;
        REQUIRE(fixture.backups.prune().has_value());
        const auto listed = fixture.list();
        CHECK(listed.size() == 3 + 3);
        for (const BackupEntry& entry : listed) CHECK(fs::exists(entry.copy));
    }

    TEST_CASE("a database copied rarely keeps its copies beside one copied often") {
        Fixture fixture;
        Database rare(fixture.dir / "rare.db"), often(fixture.dir / "often.db");
        rare.run("CREATE TABLE t(x)");
        often.run("CREATE TABLE t(x)");
        REQUIRE(fixture.backups.take_database("r", fixture.dir / "rare.db").has_value());
        const UnixMs made_ms = fixture.clock.now;
        for (int i = 0; i < 8; ++i) {
            fixture.clock.now += 10 * 60 * 1000;
            REQUIRE(fixture.backups.take_database("o", fixture.dir / "often.db").has_value());
        }
        REQUIRE(fixture.backups.prune().has_value());
        const auto listed = fixture.list();
        CHECK(std::ranges::count(listed, "r", &BackupEntry::source) == 1);
        CHECK(std::ranges::count(listed, "o", &BackupEntry::source) == 3);
        CHECK(fixture.backups.newest_database(fixture.dir / "rare.db") == made_ms);
        fs::remove(listed.back().copy);
        CHECK_FALSE(fixture.backups.newest_database(fixture.dir / "rare.db").has_value());
    }

    TEST_CASE("copies made after the clock was set back are the newest") {
        Fixture fixture;
        Database database(fixture.dir / "s.db");
        database.run("CREATE TABLE t(x)");
        for (int i = 0; i < 5; ++i) {
            database.run("INSERT INTO t VALUES(1)");
            REQUIRE(fixture.backups.take_database("s", fixture.dir / "s.db").has_value());
            fixture.clock.now -= 3'600'000;
        }
        REQUIRE(fixture.backups.prune().has_value());
        const auto listed = fixture.list();
        REQUIRE(listed.size() == 3);
        CHECK(Database(listed[0].copy).count() == 5);
        CHECK(Database(listed[2].copy).count() == 3);
    }

    TEST_CASE("a copy that failed leaves no folder") {
        Fixture fixture;
        fixture.dir.write("s.db", std::string(8192, 'x'));
        CHECK_FALSE(fixture.backups.take_database("s", fixture.dir / "s.db").has_value());
        CHECK(fs::is_empty(fixture.dir / "backups/databases"));
    }

    TEST_CASE("a damaged copy is told from a good one") {
        const support::TempDir dir;
        HandClock clock;
        Backups backups(dir / "backups", clock);
        dir.write("home/a.txt", "content");
        {
            Database database(dir / "d.db");
            database.run("CREATE TABLE t (x)");
        }
        REQUIRE(backups.take_file("home", dir / "home", "a.txt"));
        REQUIRE(backups.take_database("d", dir / "d.db"));
        const auto entries = backups.list();
        REQUIRE(entries.size() == 2);
        CopyReader reader;
        for (const BackupEntry& entry : entries) {
            CHECK(reader.verify(entry));
            if (entry.is_database) {
                CHECK(reader.copy_out(entry, dir / "out.db"));
                CHECK(Database(dir / "out.db").count() == 0);
                CHECK(reader.copy_out(entry, dir / "out.db").error().code ==
                      ErrorCode::already_exists);
            }
            std::ofstream(entry.copy, std::ios::trunc) << "other content";
            CHECK(reader.verify(entry).error().code == ErrorCode::corrupt);
            fs::remove(entry.copy);
            CHECK(reader.verify(entry).error().code == ErrorCode::not_found);
        }
    }

    TEST_CASE("a new cycle can be begun at any time and as many are kept as asked") {
        const support::TempDir dir;
        HandClock clock;
        Backups backups(dir / "backups", clock);
        backups.keep(2);
        dir.write("home/a.txt", "content");
        for (int i = 0; i < 4; ++i) {
            backups.end_cycle();
            REQUIRE(backups.take_file("home", dir / "home", "a.txt"));
            clock.now += 40LL * 24 * 60 * 60 * 1000;
        }
        backups.end_cycle();
        REQUIRE(backups.prune());
        CHECK(backups.list().size() == 2);
    }

    TEST_CASE("a manifest line survives any name and bad lines are left out") {
        BackupEntry entry;
        entry.source = "a\nb c%";
        entry.path = std::string("x\0\xff y", 6);
        entry.copy = "abc";
        entry.size_bytes = 5;
        entry.time_ms = -1;
        const auto read = from_line(to_line(entry));
        REQUIRE(read.has_value());
        CHECK(read->source == entry.source);
        CHECK(read->path == entry.path);
        for (const char* line : {"",
                                 "1 2 3",
                                 "1 2 ../x s p",
                                 "1 2 .. s p",
                                 "1 2 . s p",
                                 "1 2 a%00 s p",
                                 "x 2 a s p",
                                 "1 2 a s %z",
                                 "1 2 a s %"})
            CHECK_FALSE(from_line(line).has_value());
    }
}

}  // namespace satchel::backup
