// Folding a cycle's copies into one archive, and using them from there.
#include "daemon/backup/archive.h"

#include "daemon/backup/copy_reader.h"
#include "daemon/backup/cycles.h"
#include "tests/support/result_text.h"
#include "tests/support/temp_dir.h"

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

struct Fixture {
    support::TempDir dir;
    HandClock clock;
    Backups backups{dir / "backups", clock};

    /// A cycle with two versions of one file, another file, and a database.
    void make_cycle() {
        backups.end_cycle();
        for (const char* text : {"one", "two", "one"}) {
            dir.write("root/a b/c%.txt", text);
            REQUIRE(backups.take_file("s", dir / "root", "a b/c%.txt"));
        }
        dir.write("root/large", large);
        REQUIRE(backups.take_file("s", dir / "root", "large"));
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open((dir / "d.db").c_str(), &database) == SQLITE_OK);
        sqlite3_exec(database,
                     "CREATE TABLE IF NOT EXISTS t(x); INSERT INTO t VALUES(1)",
                     nullptr,
                     nullptr,
                     nullptr);
        sqlite3_close(database);
        REQUIRE(backups.take_database("d", dir / "d.db"));
        clock.now += 5 * 60 * 1000;
    }

    int fold_all() {
        int count = 0;
        while (const auto next = backups.next_to_fold()) {
            REQUIRE(write_archive(next->folder, next->is_database, next->archive, {}));
            REQUIRE(backups.put_archive(*next));
            ++count;
        }
        return count;
    }

    std::string content(const BackupEntry& entry) {
        std::string text;
        CopyReader reader;
        REQUIRE(reader.read(entry, [&](ByteView bytes) {
            text += as_text(bytes);
            return ok();
        }));
        return text;
    }

    /// Names below the folder of one kind of copies.
    std::vector<std::string> names(const char* kind) const {
        std::vector<std::string> found;
        for (const auto& at : fs::directory_iterator(dir / "backups" / kind))
            found.push_back(at.path().filename().string());
        std::ranges::sort(found);
        return found;
    }

    std::string large = std::string(2'500'000, 'x') + "end";
};

}  // namespace

TEST_SUITE("backup/archive") {
    TEST_CASE("a folded cycle lists reads and verifies as it did plain") {
        Fixture fixture;
        fixture.make_cycle();
        const auto before = fixture.backups.list();
        REQUIRE(before.size() == 5);
        CHECK(fixture.fold_all() == 2);
        CHECK(fixture.names("files") == std::vector<std::string>{"001700000000000.zip"});
        CHECK(fixture.names("databases") == std::vector<std::string>{"001700000000000.zip"});
        const Copies after = fixture.backups.look();
        CHECK(after.refused.empty());
        REQUIRE(after.entries.size() == 5);
        CopyReader reader;
        for (std::size_t i = 0; i < 5; ++i) {
            const BackupEntry& entry = after.entries[i];
            CHECK(entry.source == before[i].source);
            CHECK(entry.path == before[i].path);
            CHECK(entry.cycle == before[i].cycle);
            CHECK(entry.size_bytes == before[i].size_bytes);
            CHECK(entry.time_ms == before[i].time_ms);
            CHECK(entry.copy.filename() == before[i].copy.filename());
            CHECK(entry.is_database == before[i].is_database);
            CHECK(reader.verify(entry));
        }
        CHECK(fixture.content(after.entries[0]) == "one");
        CHECK(fixture.content(after.entries[1]) == "two");
        CHECK(fixture.content(after.entries[3]) == fixture.large);
        CHECK(fs::file_size(after.entries[3].archive) < 100'000);

        struct stat stat {};

        REQUIRE(::stat(after.entries[0].archive.c_str(), &stat) == 0);
        CHECK((stat.st_mode & 07777) == 0600);
        const BackupEntry& database = after.entries[4];
        REQUIRE(database.is_database);
        CHECK(fixture.backups.newest_database(fixture.dir / "d.db") == database.time_ms);
        REQUIRE(reader.copy_out(database, fixture.dir / "out.db"));
        sqlite3* out = nullptr;
        REQUIRE(sqlite3_open((fixture.dir / "out.db").c_str(), &out) == SQLITE_OK);
        CHECK(sqlite3_exec(out, "SELECT x FROM t", nullptr, nullptr, nullptr) == SQLITE_OK);
        sqlite3_close(out);
        CHECK(reader.copy_out(database, fixture.dir / "out.db").error().code ==
              ErrorCode::already_exists);
    }

    TEST_CASE("a cycle that lasts stays plain") {
        Fixture fixture;
        fixture.dir.write("root/a", "one");
        REQUIRE(fixture.backups.take_file("s", fixture.dir / "root", "a"));
        CHECK_FALSE(fixture.backups.next_to_fold());
        fixture.clock.now += 5 * 60 * 1000;
        CHECK(fixture.fold_all() == 1);
        CHECK_FALSE(fixture.backups.next_to_fold());
        fixture.dir.write("root/a", "two");
        REQUIRE(fixture.backups.take_file("s", fixture.dir / "root", "a"));
        CHECK_FALSE(fixture.backups.next_to_fold());
        fixture.backups.end_cycle();
        CHECK(fixture.fold_all() == 1);
        CHECK(fixture.backups.list().size() == 2);
    }

    TEST_CASE("as many archives are kept as folders would be") {
        Fixture fixture;
        for (int i = 0; i < 5; ++i) {
            fixture.make_cycle();
            fixture.fold_all();
            fixture.clock.now += 31LL * 24 * 60 * 60 * 1000;
        }
        REQUIRE(fixture.backups.prune());
        CHECK(fixture.names("files").size() == 3);
        CHECK(fixture.names("databases").size() == 3);
    }

    TEST_CASE("whatever step folding was cut off at every copy is there once") {
        Fixture fixture;
        fixture.make_cycle();
        const fs::path folder = fixture.backups.list()[0].copy.parent_path();
        const fs::path files = folder.parent_path();
        const fs::path whole = fixture.dir / "whole.zip";
        REQUIRE(write_archive(folder, false, whole, {}));
        SUBCASE("while the archive was written") {
            std::ofstream(unfinished_archive(folder, 1)) << "PK";
            std::ofstream(unfinished_archive(folder, 1).string() + ".abcdef") << "PK";
        }
        SUBCASE("before the archive had its name") {
            fs::copy_file(whole, unfinished_archive(folder, 1));
        }
        SUBCASE("before the copies went") {
            fs::copy_file(whole, folder.string() + ".zip");
        }
        SUBCASE("while the copies went") {
            fs::copy_file(whole, folder.string() + ".zip");
            fs::rename(folder, files / ("." + folder.filename().string() + ".folded"));
            fs::remove(files / ("." + folder.filename().string() + ".folded") / "manifest");
        }
        Backups again(fixture.dir / "backups", fixture.clock);
        const auto before = again.list();
        CHECK(before.size() == 5);
        while (const auto next = again.next_to_fold()) {
            REQUIRE(write_archive(next->folder, next->is_database, next->archive, {}));
            REQUIRE(again.put_archive(*next));
        }
        CHECK(fixture.names("files") == std::vector<std::string>{"001700000000000.zip"});
        const auto after = again.list();
        CHECK(after.size() == 5);
        CopyReader reader;
        for (const BackupEntry& entry : after) CHECK(reader.verify(entry));
    }

    TEST_CASE("work that is stopped leaves the copies and no archive") {
        Fixture fixture;
        fixture.make_cycle();
        int asked = 0;
        for (int stop_at = 1; stop_at < 30; ++stop_at) {
            asked = 0;
            const fs::path folder = fixture.backups.list()[0].copy.parent_path();
            const fs::path target = fixture.dir / "stopped.zip";
            const Status done =
                write_archive(folder, false, target, [&] { return ++asked >= stop_at; });
            CHECK(done.has_value() == fs::exists(target));
            if (done) break;
            CHECK(done.error().code == ErrorCode::interrupted);
            CHECK(fixture.backups.list().size() == 5);
        }
        CHECK(asked > 3);
        CHECK(fixture.names("files").size() == 1);
    }

    TEST_CASE("what is damaged is not folded and not given out again") {
        Fixture fixture;
        fixture.make_cycle();
        const auto next = fixture.backups.next_to_fold();
        REQUIRE(next);
        SUBCASE("a copy") {
            std::ofstream(fixture.backups.list()[0].copy, std::ios::trunc) << "other";
        }
        SUBCASE("a copy that is gone") {
            fs::remove(fixture.backups.list()[0].copy);
        }
        SUBCASE("a copy that is a link") {
            const fs::path copy = fixture.backups.list()[0].copy;
            fs::rename(copy, fixture.dir / "aside");
            fs::create_symlink(fixture.dir / "aside", copy);
        }
        SUBCASE("a line in the middle of the manifest") {
            const fs::path manifest = next->folder / "manifest";
            std::ofstream(manifest, std::ios::app) << "what is this\n";
        }
        SUBCASE("the end of the manifest") {
            std::ofstream(next->folder / "manifest", std::ios::app) << "1 2 abc";
        }
        CHECK_FALSE(write_archive(next->folder, false, next->archive, {}));
        CHECK_FALSE(fs::exists(next->archive));
        CHECK(fs::is_directory(next->folder));
        CHECK(fixture.fold_all() == 1);  // the database's
        CHECK(fixture.names("files") == std::vector<std::string>{"001700000000000"});
    }

    TEST_CASE("a damaged archive loses the copy that is damaged and no other") {
        Fixture fixture;
        fixture.dir.write("root/a", "one of two");
        fixture.dir.write("root/b", "another");
        REQUIRE(fixture.backups.take_file("s", fixture.dir / "root", "a"));
        REQUIRE(fixture.backups.take_file("s", fixture.dir / "root", "b"));
        fixture.backups.end_cycle();
        fixture.fold_all();
        const auto entries = fixture.backups.list();
        REQUIRE(entries.size() == 2);
        const std::string file = fs::relative(entries[0].archive, fixture.dir.path()).string();
        std::string bytes = fixture.dir.read(file);
        const std::size_t at = bytes.find(entries[0].copy.string()) + 48;
        REQUIRE(at < bytes.size());
        bytes[at + 4] = static_cast<char>(bytes[at + 4] ^ 1);
        std::ofstream(entries[0].archive, std::ios::binary | std::ios::trunc) << bytes;
        REQUIRE(fixture.backups.list().size() == 2);
        CopyReader reader;
        CHECK(reader.verify(fixture.backups.list()[0]).error().code == ErrorCode::corrupt);
        CHECK(reader.verify(fixture.backups.list()[1]));
    }
}

}  // namespace satchel::backup
