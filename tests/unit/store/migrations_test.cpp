// A store of every older version is brought to this one with what it holds; a copy of it stays; and
// whatever ends the program meanwhile leaves the old store or the new one.
#include "daemon/store/migrations.h"

#include "daemon/store/declarations.h"
#include "daemon/store/inbox.h"
#include "daemon/store/meta.h"
#include "daemon/store/query.h"
#include "tests/support/result_text.h"
#include "tests/support/temp_dir.h"

#include <csignal>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace satchel::store {

namespace {

/// What version 1 could hold, and every later one can.
constexpr const char* kContent = R"sql(
    INSERT INTO meta VALUES ('device_name', X'6C6170746F70');
    INSERT INTO member VALUES (0, X'01');
    INSERT INTO source VALUES (1, 'notes', 'tables', '/n.db', '{}', 5);
    INSERT INTO collection VALUES (1, 11, 5, 'notes', 'note', X'00', 0);
    INSERT INTO row VALUES (1, 1, X'0A', X'0B', 7, 1, X'0C');
    INSERT INTO row VALUES (2, 1, X'1A', NULL, 7, 2, X'1C');
    INSERT INTO parked VALUES (1, X'0A', 2, 'waits', 77);
    INSERT INTO segment VALUES (5, 1, 3, 3, 0, 9, X'AB');
    INSERT INTO inbox VALUES (5, X'DD', 1, 2, 1, '', X'CD');
    INSERT INTO note VALUES (1, X'AA', X'BB');
    INSERT INTO piece VALUES (X'0A', X'0B', 0, X'EE');
)sql";

SQLite::Database open_raw(const std::string& path) {
    SQLite::Database sqlite(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    sqlite.exec("PRAGMA journal_mode = WAL");
    return sqlite;
}

int version_of(const std::string& path) {
    return open_raw(path).execAndGet("PRAGMA user_version").getInt();
}

/// A store of an older program, with content.
void make_store(const std::string& path, int version) {
    SQLite::Database sqlite = open_raw(path);
    REQUIRE(migrate(sqlite, path, {1, {}}));
    sqlite.exec(kContent);
    for (int next = 2; next <= version; ++next) REQUIRE(migrate(sqlite, ":memory:", {next, {}}));
}

/// Everything of kContent is there.
void check_content(const std::string& path) {
    SQLite::Database sqlite = open_raw(path);
    const auto count = [&](const char* sql) { return sqlite.execAndGet(sql).getInt(); };
    CHECK(sqlite.execAndGet("PRAGMA integrity_check").getString() == "ok");
    CHECK(count("SELECT count(*) FROM meta WHERE value = X'6C6170746F70'") == 1);
    CHECK(count("SELECT count(*) FROM member") == 1);
    CHECK(count("SELECT lane FROM source WHERE name = 'notes'") == 5);
    CHECK(count("SELECT id FROM collection WHERE name = 'note'") == 11);
    CHECK(count("SELECT count(*) FROM row WHERE state IN (X'0C', X'1C')") == 2);
    CHECK(count("SELECT since_ms FROM parked WHERE reason = 'waits'") == 77);
    CHECK(count("SELECT seq_to FROM segment WHERE body = X'AB'") == 3);
    CHECK(count("SELECT seq_to FROM inbox WHERE body = X'CD'") == 2);
    CHECK(count("SELECT count(*) FROM note") == 1);
    CHECK(count("SELECT count(*) FROM piece") == 1);
}

/// Begins to upgrade in a process of its own, which is killed in the step to `version`.
void upgrade_and_die(const std::string& path, int version) {
    const pid_t child = ::fork();
    if (child == 0) {
        SQLite::Database sqlite = open_raw(path);
        MigrateOptions options;
        options.on_step = [&](int reached) {
            if (reached == version) ::raise(SIGKILL);
        };
        (void)migrate(sqlite, path, options);
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_SUITE("store/migrations") {
    TEST_CASE("a store of every older version opens with what it holds") {
        for (int version = 1; version <= newest_schema(); ++version) {
            CAPTURE(version);
            const support::TempDir dir;
            const std::string path = dir / "store.db";
            make_store(path, version);
            {
                const auto database = Database::open(path);
                REQUIRE(database);
                const auto declarations = load_declarations(**database);
                REQUIRE(declarations);
                REQUIRE(declarations->size() == 1);
                CHECK(declarations->front().path == "/n.db");
                CHECK(find_fact(**database, "device_name")->has_value());
            }
            CHECK(version_of(path) == newest_schema());
            check_content(path);
        }
    }

    TEST_CASE("an older store is copied whole before it is touched and the last two copies stay") {
        const support::TempDir dir;
        const std::string path = dir / "store.db";
        make_store(path, 3);
        dir.write("store.db.v1", "old");
        dir.write("store.db.v2", "less old");
        dir.write("store.db.v3.part", "of an upgrade that was ended");
        dir.write("store.db.vault", "not ours");
        REQUIRE(Database::open(path));
        CHECK_FALSE(std::filesystem::exists(dir / "store.db.v1"));
        CHECK(dir.read("store.db.v2") == "less old");
        CHECK_FALSE(std::filesystem::exists(dir / "store.db.v3.part"));
        CHECK(dir.read("store.db.vault") == "not ours");
        CHECK(version_of(dir / "store.db.v3") == 3);
        check_content(dir / "store.db.v3");

        struct stat found {};

        REQUIRE(::stat((dir / "store.db.v3").c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
        // The next start has nothing to copy.
        REQUIRE(Database::open(path));
        CHECK(dir.read("store.db.v2") == "less old");
    }

    TEST_CASE("a new store and one of this version make no copy") {
        const support::TempDir dir;
        REQUIRE(Database::open(dir / "store.db"));
        REQUIRE(Database::open(dir / "store.db"));
        for (const auto& [name, content] : dir.files()) CHECK(name.find(".v") == std::string::npos);
    }

    TEST_CASE("killed in any step it is the old store and the next start upgrades it") {
        for (int step = 0; step <= newest_schema(); ++step) {
            if (step == 1 || step == 2) continue;  // the store has them
            CAPTURE(step);
            const support::TempDir dir;
            const std::string path = dir / "store.db";
            make_store(path, 2);
            upgrade_and_die(path, step);
            CHECK(version_of(path) == 2);
            check_content(path);
            REQUIRE(Database::open(path));
            CHECK(version_of(path) == newest_schema());
            check_content(path);
        }
    }

    TEST_CASE("a newer store is refused and not touched") {
        const support::TempDir dir;
        const std::string path = dir / "store.db";
        make_store(path, newest_schema());
        open_raw(path).exec("PRAGMA user_version = 9999; PRAGMA journal_mode = DELETE");
        const auto refused = Database::open(path);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == ErrorCode::version_mismatch);
        CHECK(refused.error().message.find("version 9999") != std::string::npos);
        CHECK(refused.error().hint.find("update Satchel") != std::string::npos);
        CHECK(error_row(refused.error().code).exit_status == 8);
        CHECK(version_of(path) == 9999);
        for (const auto& [name, content] : dir.files()) CHECK(name.find(".v") == std::string::npos);
        check_content(path);
    }

    TEST_CASE("without room for the copy the store stays as it is") {
        const support::TempDir dir;
        const std::string path = dir / "store.db";
        make_store(path, 2);
        // A folder where the copy would be written.
        std::filesystem::create_directories(dir / "store.db.v2.part/x");
        const auto refused = Database::open(path);
        REQUIRE(refused.has_error());
        CHECK(version_of(path) == 2);
        check_content(path);
    }
}

}  // namespace satchel::store
