// Opaque files, what may not be written, and what is never taken for a deletion.
#include "daemon/sources/file_tree/notes.h"
#include "tests/unit/file_tree/tree_device.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::sources::test {

namespace {

namespace fs = std::filesystem;
using Devices = std::vector<std::unique_ptr<TreeDevice>>;

Devices make_devices(std::uint8_t count) {
    Devices devices;
    for (std::uint8_t i = 1; i <= count; ++i) devices.push_back(std::make_unique<TreeDevice>(i));
    return devices;
}

std::int64_t mtime_ms(const fs::path& path) {
    struct stat raw {};

    REQUIRE(::stat(path.c_str(), &raw) == 0);
    return raw.st_mtim.tv_sec * 1000 + raw.st_mtim.tv_nsec / 1'000'000;
}

void set_mtime(const fs::path& path, std::int64_t seconds) {
    const timespec times[2] = {{seconds, 0}, {seconds, 250'000'000}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

/// A row for `path` with content "evil", as another device might send it.
WantedRow wanted_file(TreeDevice& device, const std::string& path) {
    const CollectionId files = device.ids.collection("home", "files");
    WantedRow row;
    row.collection = files;
    row.sid = device.ids.row(files, as_bytes(path));
    row.is_present = true;
    row.stamp = core::Stamp::after(1'700'000'000'000, {});
    const Hash256 content = fake_hash(as_bytes("evil"));
    row.columns = in_column_order({
        {device.ids.column(files, "path"), core::Value::text(path)},
        {device.ids.column(files, "class"), core::Value::text("opaque")},
        {device.ids.column(files, "content"), Manifest{4, content}.encode()},
        {device.ids.column(files, "mode"), core::Value::integer(0104777)},
    });
    device.pieces[{row.sid, content, 0}] = to_bytes(as_bytes("evil"));
    return row;
}

ProjectedRow project_one(TreeDevice& device, const WantedRow& row) {
    auto outcomes = device.tree.project({&row, 1}, device);
    REQUIRE(outcomes.has_value());
    return (*outcomes)[0];
}

}  // namespace

TEST_SUITE("file_tree/opaque") {
    TEST_CASE("a tree tells its rules in the order they are tried") {
        TreeDevice device(1, "claude");
        const SourceTraits traits = device.tree.traits();
        const auto rules = profile_rules("claude");
        REQUIRE(traits.rules.size() == rules.size());
        CHECK(traits.rules.front().first == rules.front().pattern);
        CHECK(traits.rules.front().second == file_class_name(rules.front().file_class));
        REQUIRE(traits.collections.size() == 5);
        CHECK(traits.collections[0].key == std::vector<std::string>{"path"});
    }

    TEST_CASE("content mode and time arrive") {
        auto devices = make_devices(2);
        const std::string big(2'500'000, 'b');
        devices[0]->dir.write("a/b/tool.sh", "echo");
        devices[0]->dir.write("big.bin", big);
        devices[0]->dir.write("empty", "");
        fs::permissions(devices[0]->dir / "a/b/tool.sh", fs::perms(0755));
        set_mtime(devices[0]->dir / "a/b/tool.sh", 1'600'000'000);
        settle(devices);
        CHECK(devices[1]->dir.files() == devices[0]->dir.files());

        struct stat raw {};

        REQUIRE(::stat((devices[1]->dir / "a/b/tool.sh").c_str(), &raw) == 0);
        CHECK((raw.st_mode & 07777) == 0700);
        CHECK(mtime_ms(devices[1]->dir / "a/b/tool.sh") == 1'600'000'000'250);
        CHECK(devices[1]->log.empty());
        devices[1]->tree.hint(devices[1]->dir / "big.bin");
        REQUIRE(devices[1]->capture().has_value());
        CHECK(devices[1]->log.empty());
    }

    TEST_CASE("an overwrite makes a backup first and names what it replaced") {
        auto devices = make_devices(2);
        devices[0]->dir.write("a.txt", "one");
        settle(devices);
        devices[0]->dir.write("a.txt", "other");
        SUBCASE("it succeeds") {
            settle(devices);
            CHECK(devices[1]->dir.read("a.txt") == "other");
            CHECK(devices[1]->backups == std::vector<std::string>{"a.txt"});
            REQUIRE(devices[1]->last_outcomes.size() == 1);
            REQUIRE(devices[1]->last_outcomes[0].displaced.size() == 1);
            CHECK(Manifest::decode(devices[1]->last_outcomes[0].displaced[0].value)->size == 3);
        }
        SUBCASE("the backup fails") {
            devices[1]->fails_backup = true;
            REQUIRE(devices[0]->capture().has_value());
            devices[1]->pull(*devices[0]);
            const auto refused = devices[1]->project();
            REQUIRE(refused.size() == 1);
            CHECK(refused[0].outcome == Outcome::deferred);
            CHECK(devices[1]->dir.read("a.txt") == "one");
        }
        SUBCASE("the file has changed here") {
            REQUIRE(devices[0]->capture().has_value());
            devices[1]->pull(*devices[0]);
            devices[1]->dir.write("a.txt", "mine too");
            const auto refused = devices[1]->project();
            REQUIRE(refused.size() == 1);
            CHECK(refused[0].outcome == Outcome::changed_meanwhile);
            CHECK(devices[1]->dir.read("a.txt") == "mine too");
            settle(devices);
            CHECK(devices[0]->dir.read("a.txt") == devices[1]->dir.read("a.txt"));
        }
        SUBCASE("a program has the file open for writing") {
            REQUIRE(devices[0]->capture().has_value());
            devices[1]->pull(*devices[0]);
            const int fd = ::open((devices[1]->dir / "a.txt").c_str(), O_WRONLY);
            const auto refused = devices[1]->project();
            REQUIRE(refused.size() == 1);
            CHECK(refused[0].outcome == Outcome::deferred);
            CHECK(devices[1]->dir.read("a.txt") == "one");
            ::close(fd);
            CHECK(devices[1]->project().empty());
            CHECK(devices[1]->dir.read("a.txt") == "other");
        }
    }

    TEST_CASE("a piece that is missing parks the file") {
        auto devices = make_devices(2);
        devices[0]->dir.write("a.txt", "one");
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->pull(*devices[0]);
        auto pieces = std::move(devices[1]->pieces);
        devices[1]->pieces.clear();
        const auto refused = devices[1]->project();
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].outcome == Outcome::parked);
        CHECK(devices[1]->dir.files().empty());
        devices[1]->pieces = std::move(pieces);
        CHECK(devices[1]->project().empty());
        CHECK(devices[1]->dir.read("a.txt") == "one");
    }

    TEST_CASE("content can be kept before anything is written") {
        TreeDevice device(1);
        const std::string big(1'500'000, 'b');
        device.dir.write("big.bin", big);
        REQUIRE(device.capture().has_value());
        device.pieces.clear();
        const CollectionId files = device.ids.collection("home", "files");
        const Bytes key = to_bytes(as_bytes("big.bin"));
        SUBCASE("as captured") {
            REQUIRE(device.tree.keep_content(files, key, device).has_value());
            REQUIRE(device.pieces.size() == 2);
            std::size_t size = 0;
            for (const auto& [name, bytes] : device.pieces) size += bytes.size();
            CHECK(size == big.size());
        }
        SUBCASE("but not what changed since") {
            device.dir.append("big.bin", "x");
            CHECK_FALSE(device.tree.keep_content(files, key, device).has_value());
            CHECK(device.pieces.empty());
        }
    }

    TEST_CASE("a bad content parks its file and spares the others") {
        auto devices = make_devices(2);
        for (const char* name : {"a.txt", "b.txt", "c.jsonl"}) devices[0]->dir.write(name, "one\n");
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->pull(*devices[0]);
        const Sid bad =
            devices[1]->ids.row(devices[1]->ids.collection("home", "files"), as_bytes("a.txt"));
        for (auto& [name, bytes] : devices[1]->pieces)
            if (std::get<0>(name) == bad) bytes = to_bytes(as_bytes("two\n"));
        const auto refused = devices[1]->project();
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].outcome == Outcome::parked);
        CHECK(devices[1]->dir.files() ==
              std::map<std::string, std::string>{{"b.txt", "one\n"}, {"c.jsonl", "one\n"}});
    }

    TEST_CASE("a note that is malformed parks its file and spares the others") {
        auto devices = make_devices(2);
        for (const char* name : {"a.txt", "b.txt", "c.jsonl"}) devices[0]->dir.write(name, "one\n");
        settle(devices);
        for (const char* name : {"a.txt", "b.txt"}) devices[0]->dir.write(name, "other");
        devices[0]->dir.append("c.jsonl", "two\n");
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->pull(*devices[0]);
        REQUIRE(devices[1]->set_note(file_note_name("a.txt"), Bytes{99}).has_value());
        REQUIRE(devices[1]->set_note(file_note_name("c.jsonl"), Bytes{99}).has_value());
        CHECK(devices[1]->project().size() == 2);
        CHECK(devices[1]->dir.read("b.txt") == "other");
        CHECK(devices[1]->dir.read("a.txt") == "one\n");
        CHECK(devices[1]->dir.read("c.jsonl") == "one\n");
    }

    TEST_CASE("a deletion removes the file and the folders we made") {
        auto devices = make_devices(2);
        devices[0]->dir.write("keep.txt", "x");
        devices[0]->dir.write("a/b/c.txt", "x");
        fs::create_directory(devices[1]->dir / "a");
        settle(devices);
        fs::remove_all(devices[0]->dir / "a");
        settle(devices);
        CHECK_FALSE(fs::exists(devices[1]->dir / "a/b"));
        CHECK(fs::exists(devices[1]->dir / "a"));
        CHECK(devices[1]->backups == std::vector<std::string>{"a/b/c.txt"});
    }

    TEST_CASE("a root that is missing or empty is no deletion") {
        TreeDevice device(1);
        device.dir.write("a.txt", "x");
        REQUIRE(device.capture().has_value());
        device.take_new_ops();
        fs::remove(device.dir / "a.txt");
        CHECK(device.capture().error().code == ErrorCode::halted);
        CHECK_FALSE(device.tree.project({}, device).has_value());
        fs::remove(device.dir.path());
        CHECK(device.capture().error().code == ErrorCode::not_found);
        CHECK(device.take_new_ops().empty());
    }

    TEST_CASE("links and files with two names are left alone") {
        TreeDevice device(1);
        device.dir.write("real/a.txt", "x");
        device.dir.write("b.txt", "y");
        REQUIRE(device.capture().has_value());
        device.take_new_ops();
        fs::rename(device.dir / "real", device.dir / "moved.git");
        fs::create_directory_symlink(device.dir / "moved.git", device.dir / "real");
        fs::create_hard_link(device.dir / "b.txt", device.dir / "c.txt");
        fs::create_symlink("/etc/hostname", device.dir / "d.txt");
        device.tree.hint(std::nullopt);
        REQUIRE(device.capture().has_value());
        for (const core::Op& op : device.take_new_ops()) CHECK(op.kind != core::OpKind::remove);
        CHECK(device.tree.health().detail.starts_with("4 files"));
    }

    TEST_CASE("credentials and databases never travel in either direction") {
        TreeDevice device(1);
        for (const char* name : {".credentials.json",
                                 "auth.json",
                                 "x.key",
                                 ".env.local",
                                 "s.sqlite",
                                 "s.sqlite-wal",
                                 "Y.PEM",
                                 "cache/x",
                                 "a/.git/config",
                                 "id_rsa"})
            device.dir.write(name, "secret");
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().empty());
        const auto outcome = project_one(device, wanted_file(device, "a/Auth.JSON"));
        CHECK(outcome.outcome == Outcome::parked);
        CHECK_FALSE(fs::exists(device.dir / "a/Auth.JSON"));
    }

    TEST_CASE("names that leave the root are refused") {
        TreeDevice device(1);
        fs::create_directory(device.dir / "root");
        for (const std::string& path : std::vector<std::string>{"../x",
                                                                "/etc/x",
                                                                "a/../../x",
                                                                "a//b",
                                                                "./x",
                                                                "a/",
                                                                "a\nb",
                                                                std::string("a\0b", 3),
                                                                std::string(256, 'n')}) {
            CAPTURE(path);
            const auto outcome = project_one(device, wanted_file(device, path));
            CHECK(outcome.outcome == Outcome::parked);
        }
        CHECK(device.dir.files().empty());
        const auto outcome = project_one(device, wanted_file(device, "fine.txt"));
        CHECK(outcome.outcome == Outcome::applied);

        struct stat raw {};

        REQUIRE(::stat((device.dir / "fine.txt").c_str(), &raw) == 0);
        CHECK((raw.st_mode & 07777) == 0700);
    }

    TEST_CASE("a folder that is a link is not written through") {
        TreeDevice device(1);
        const support::TempDir outside;
        fs::create_directory_symlink(outside.path(), device.dir / "link");
        const auto outcome = project_one(device, wanted_file(device, "link/x.txt"));
        CHECK(outcome.outcome == Outcome::parked);
        CHECK(outside.files().empty());
    }

    TEST_CASE("a row that claims another name is refused") {
        TreeDevice device(1);
        WantedRow row = wanted_file(device, "a.txt");
        row.sid.bytes[0] ^= 1;
        CHECK(project_one(device, row).outcome == Outcome::parked);
        CHECK(device.dir.files().empty());
    }

    TEST_CASE("globs and profiles") {
        CHECK(matches_glob("projects/*/*.jsonl", "projects/x/y.jsonl"));
        CHECK_FALSE(matches_glob("projects/*/*.jsonl", "projects/x/z/y.jsonl"));
        CHECK(matches_glob("sessions/**.jsonl", "sessions/2026/01/r.jsonl"));
        CHECK(matches_glob("**", "a/b"));
        CHECK(matches_glob("a?c", "abc"));
        CHECK_FALSE(matches_glob("a?c", "a/c"));
        CHECK_FALSE(matches_glob("a*", "b"));
        CHECK(matches_glob("**/x/*.md", "p/q/x/r.md"));
        const auto claude = profile_rules("claude");
        CHECK(classify("projects/p/s.jsonl", claude) == FileClass::lines);
        CHECK(classify("projects/p/s/subagents/agent-1.jsonl", claude) == FileClass::lines);
        CHECK(classify("skills/x/SKILL.md", claude) == FileClass::opaque);
        CHECK(classify("settings.json", claude) == FileClass::json);
        CHECK(classify("settings.local.json", claude) == FileClass::never);
        CHECK(classify("Settings.json", claude) == FileClass::never);
        CHECK(classify(".claude.json", claude) == FileClass::never);
        CHECK(classify("skills/x/token.key", claude) == FileClass::never);
        CHECK(is_hidden_folder("plugins", claude));
        CHECK_FALSE(is_hidden_folder("projects", claude));
        const auto codex = profile_rules("codex");
        CHECK(classify("sessions/2026/01/02/rollout-x.jsonl", codex) == FileClass::lines);
        CHECK(classify("skills/.system/x.md", codex) == FileClass::never);
        CHECK(classify("auth.json", codex) == FileClass::never);
    }
}

}  // namespace satchel::sources::test
