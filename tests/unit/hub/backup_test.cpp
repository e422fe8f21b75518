// Backups of a hub: one whole state of it however busy it is, judged before it is put back, and
// put back so that a crash at any step leaves one hub or the other.
#include "daemon/hub/backup.h"

#include "daemon/hub/migrations.h"
#include "daemon/hub/restore.h"
#include "shared/platform/file_lock.h"
#include "shared/platform/files.h"
#include "tests/unit/hub/fixtures.h"

#include <SQLiteCpp/Database.h>

using namespace satchel;
using namespace satchel::test;
using hub::BackupManifest;

namespace {

namespace fs = std::filesystem;

struct BackedUp : HubWorld {
    [[nodiscard]] fs::path data() const { return dir / "hub"; }

    [[nodiscard]] fs::path database() const { return data() / "hub.db"; }

    hub::BackupDone back_up(std::size_t keep = 0) {
        auto done = run(hub->back_up({dir / "kept", keep}));
        if (!done) MESSAGE(done.error().message);
        REQUIRE(done);
        return std::move(*done);
    }

    void push(std::uint64_t from, std::uint64_t to, std::size_t size = 100) {
        std::vector<Bytes> objects{segment(founder, from, to, size)};
        REQUIRE(run(connect(founder)->push({std::move(objects), std::nullopt})));
    }

    [[nodiscard]] std::size_t entries() const {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry : fs::directory_iterator(dir / "kept")) ++count;
        return count;
    }

    static int count(const fs::path& file, const std::string& table) {
        SQLite::Database opened(file.string(), SQLite::OPEN_READONLY);
        return opened.execAndGet("SELECT count(*) FROM " + table).getInt();
    }
};

std::string manifest_text(const std::string& field = {}, const std::string& value = {}) {
    const auto pick = [&](const std::string& name, const std::string& usual) {
        return "\"" + name + "\":" + (field == name ? value : usual) + ",";
    };
    return "{" + pick("format", "1") + pick("hub", "\"h\"") + pick("version", "\"1\"") +
           pick("schema", "4") + pick("time", "\"2026-03-01T09:30:00Z\"") +
           pick("file", "\"hub.db\"") + pick("bytes", "4096") +
           pick("sha256", "\"" + std::string(64, 'a') + "\"") + "\"devices\":2}";
}

}  // namespace

TEST_SUITE_BEGIN("hub/backup");

TEST_CASE_FIXTURE(BackedUp, "a backup made while a hub serves is whole and says what it holds") {
    found();
    push(1, 5);
    const hub::BackupDone done = back_up();
    CHECK(done.manifest.devices == 1);
    CHECK(done.manifest.segments == 1);
    CHECK(done.manifest.hub == hub->hub_id());
    const auto verified = hub::verify_backup(done.path);
    REQUIRE(verified);
    CHECK(verified->sha256 == done.manifest.sha256);
    CHECK(count(done.path / "hub.db", "segment") == 1);
    CHECK_FALSE(fs::exists(done.path / "hub.db-wal"));
    const auto figures = run(hub->figures());
    REQUIRE(figures);
    CHECK(figures->file.backed_up.has_value());
    push(6, 9);
    CHECK(count(done.path / "hub.db", "segment") == 1);
}

TEST_CASE_FIXTURE(BackedUp, "only so many backups stay and nothing else is touched") {
    found();
    fs::create_directories(dir / "kept/satchel-hub-mine");
    fs::create_directories(dir / "kept/.satchel-hub-left.part");
    for (int i = 0; i < 4; ++i) back_up();
    CHECK(entries() == 5);
    CHECK_FALSE(fs::exists(dir / "kept/.satchel-hub-left.part"));
    const hub::BackupDone last = back_up(2);
    CHECK(last.removed == 3);
    CHECK(entries() == 3);
    CHECK(fs::exists(last.path));
    CHECK(fs::exists(dir / "kept/satchel-hub-mine"));
}

TEST_CASE_FIXTURE(BackedUp, "a backup that is told to stop leaves nothing") {
    found();
    stop();
    hub::BackupOrder order{database(), dir / "kept"};
    order.stop = [] { return true; };
    // So much that it takes more than one step.
    SQLite::Database(database().string(), SQLite::OPEN_READWRITE)
        .exec("CREATE TABLE big AS SELECT randomblob(4000000) AS b");
    const auto done = hub::make_backup(order);
    REQUIRE(!done);
    CHECK(done.error().code == ErrorCode::interrupted);
    CHECK(entries() == 0);
}

TEST_CASE("a manifest that is not whole or not ours is refused") {
    const auto good = hub::parse_manifest(manifest_text());
    REQUIRE(good);
    CHECK(good->devices == 2);

    struct Row {
        std::string field;
        std::string value;
        ErrorCode code = ErrorCode::corrupt;
    };

    for (const Row& row : {Row{"format", "2", ErrorCode::version_mismatch},
                           Row{"format", "0"},
                           Row{"file", "\"../hub.db\""},
                           Row{"file", "\"/etc/passwd\""},
                           Row{"bytes", "-1"},
                           Row{"bytes", "1e3"},
                           Row{"schema", "0"},
                           Row{"sha256", "\"abc\""},
                           Row{"sha256", "\"" + std::string(64, 'z') + "\""},
                           Row{"time", "\"yesterday\""},
                           Row{"hub", "7"}}) {
        CAPTURE(row.field);
        CAPTURE(row.value);
        const auto manifest = hub::parse_manifest(manifest_text(row.field, row.value));
        REQUIRE(!manifest);
        CHECK(manifest.error().code == row.code);
        CHECK_FALSE(manifest.error().hint.empty());
    }
    CHECK(!hub::parse_manifest(""));
    CHECK(!hub::parse_manifest(manifest_text().substr(0, 60)));
    CHECK(!hub::parse_manifest(std::string(1 << 20, ' ') + manifest_text()));
}

TEST_CASE_FIXTURE(BackedUp, "a restore puts back what was and keeps what is") {
    found();
    push(1, 5);
    const hub::BackupDone done = back_up();
    push(6, 9);
    REQUIRE(hub->new_admission(hub::AdmissionKind::joining, 60s));

    const auto running = hub::restore_backup(data(), done.path, clock, false);
    REQUIRE(!running);
    CHECK(running.error().code == ErrorCode::busy);
    stop();

    const auto rehearsed = hub::restore_backup(data(), done.path, clock, true);
    REQUIRE(rehearsed);
    CHECK(count(database(), "segment") == 2);
    const auto restored = hub::restore_backup(data(), done.path, clock, false);
    REQUIRE(restored);
    CHECK(count(database(), "segment") == 1);
    CHECK(count(database(), "admission") == 0);
    CHECK(count(restored->replaced / "hub.db", "segment") == 2);
    CHECK(hub::verify_backup(done.path));

    start();
    const auto audit = run(hub->audit(1, true));
    REQUIRE(audit);
    CHECK(audit->check->problem.empty());
    REQUIRE(audit->rows.size() == 1);
    CHECK(audit->rows[0].note.operation == "restore");
    push(6, 9);
}

TEST_CASE_FIXTURE(BackedUp, "a restore that a crash cut off is finished by the next start") {
    found();
    push(1, 5);
    const hub::BackupDone done = back_up();
    push(6, 9);
    stop();
    fs::copy_file(done.path / "hub.db", data() / "hub.db.restored");
    // What belonged to the database that is replaced, and must not be taken for the new one's.
    REQUIRE(platform::replace_file(data() / "hub.db-wal", as_bytes("of the old one")));
    start();
    CHECK(count(database(), "segment") == 1);
    CHECK_FALSE(fs::exists(data() / "hub.db.restored"));
}

TEST_CASE_FIXTURE(BackedUp, "a backup of a newer hub and one that is damaged are refused") {
    found();
    const hub::BackupDone done = back_up();
    stop();
    const fs::path copy = done.path / "hub.db";
    const auto whole = platform::read_file(copy, 64u << 20);
    REQUIRE(whole);
    const auto refused = [&](ErrorCode code) {
        const auto restored = hub::restore_backup(data(), done.path, clock, false);
        REQUIRE(!restored);
        CHECK(restored.error().code == code);
        CHECK_FALSE(restored.error().hint.empty());
        CHECK_FALSE(fs::exists(data() / "hub.db.staged"));
    };
    Bytes changed = *whole;
    changed[changed.size() / 2] ^= 1;
    REQUIRE(platform::replace_file(copy, changed));
    refused(ErrorCode::corrupt);
    REQUIRE(platform::replace_file(copy, ByteView(*whole).first(whole->size() / 2)));
    refused(ErrorCode::corrupt);
    REQUIRE(platform::replace_file(copy, *whole));
    BackupManifest newer = done.manifest;
    newer.schema = hub::newest_schema() + 1;
    const std::string text = json::to_text(json::to_json(newer));
    REQUIRE(platform::replace_file(done.path / "manifest.json", as_bytes(text)));
    refused(ErrorCode::version_mismatch);
    fs::remove(done.path / "manifest.json");
    refused(ErrorCode::not_found);
}

TEST_CASE_FIXTURE(BackedUp, "an older schema is backed up before it is upgraded") {
    found();
    stop();
    SQLite::Database(database().string(), SQLite::OPEN_READWRITE)
        .exec("DROP TABLE audit; DELETE FROM hub WHERE key LIKE 'audit%'; PRAGMA user_version = 3");
    start();
    const fs::path folder = data() / "before-upgrade";
    REQUIRE(fs::exists(folder));
    const auto verified = hub::verify_backup(fs::directory_iterator(folder)->path());
    REQUIRE(verified);
    CHECK(verified->schema == 3);
    stop();
    SQLite::Database(database().string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
    const auto opened = hub::open_hub_database(database().string());
    REQUIRE(!opened);
    CHECK(opened.error().code == ErrorCode::version_mismatch);
}

TEST_SUITE_END();
