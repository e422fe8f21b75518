// What a tree does not believe at once, what it looks at again, and what of its own it cleans up.
#include "daemon/sources/file_tree/deny_list.h"
#include "daemon/sources/file_tree/tree_writer.h"
#include "tests/unit/file_tree/tree_device.h"

#include <cerrno>
#include <filesystem>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace satchel::sources::test {

namespace {

namespace fs = std::filesystem;

}  // namespace

TEST_SUITE("file_tree/doubts") {
    TEST_CASE("only what a crash of ours left behind is removed") {
        TreeDevice device(1);
        const pid_t gone = ::fork();
        if (gone == 0) ::_exit(0);
        REQUIRE(::waitpid(gone, nullptr, 0) == gone);
        const std::string left = ".satchel-" + std::to_string(gone) + "-1.tmp";
        const std::string living = ".satchel-" + std::to_string(::getppid()) + "-1.tmp";
        const std::string number = std::to_string(gone);
        for (const std::string& name : {left, living}) device.dir.write(name, "half");
        for (const char* name : {".satchel-notes.md", ".satchel-12.tmp.md", ".satchel-x-1.tmp"})
            device.dir.write(name, "mine");
        device.dir.write("f.txt", "one");
        REQUIRE(device.capture().has_value());
        CHECK(device.dir.files().contains(left));
        device.clock.advance(std::chrono::minutes(6));
        device.dir.write(".satchel-" + number + "-+1.tmp", "mine");
        device.tree.hint(std::nullopt);
        REQUIRE(device.capture().has_value());
        const auto files = device.dir.files();
        CHECK_FALSE(files.contains(left));
        CHECK(files.contains(living));
        CHECK(files.contains(".satchel-" + number + "-+1.tmp"));
        CHECK(device.dir.read(".satchel-notes.md") == "mine");
        CHECK(files.size() == 6);
        // A file that is the user's travels like any other.
        const auto files_id = device.ids.collection("home", "files");
        CHECK(device.rows.contains(
            {files_id, device.ids.row(files_id, as_bytes(".satchel-notes.md"))}));
        CHECK_FALSE(device.rows.contains({files_id, device.ids.row(files_id, as_bytes(living))}));
    }

    TEST_CASE("a root found empty at the start halts until a person says that it is right") {
        TreeDevice device(1);
        for (const char* name : {"a.txt", "d/b.txt", "c.jsonl"}) device.dir.write(name, "x\n");
        REQUIRE(device.capture().has_value());
        device.take_new_ops();
        for (const auto& entry : fs::directory_iterator(device.dir.path()))
            fs::remove_all(entry.path());
        REQUIRE(device.tree.open(device).has_value());
        const Status halted = device.capture();
        REQUIRE_FALSE(halted.has_value());
        CHECK(halted.error().code == ErrorCode::halted);
        CHECK(halted.error().hint.find("source resume home") != std::string::npos);
        CHECK(device.take_new_ops().empty());
        device.accepts_all = true;
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().size() == 4);
        device.accepts_all = false;
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().empty());
    }

    TEST_CASE("a file that vanished is believed gone when it stays so") {
        TreeDevice device(1);
        for (const char* name : {"d/a.txt", "d/b.txt", "keep.txt"}) device.dir.write(name, "x");
        REQUIRE(device.capture().has_value());
        device.take_new_ops();
        fs::remove(device.dir / "d/a.txt");
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().empty());
        CHECK(*device.tree.has_changes());
        CHECK(device.tree.health().detail.find("a.txt") != std::string::npos);
        SUBCASE("it comes back") {
            device.dir.write("d/a.txt", "x");
            REQUIRE(device.capture().has_value());
            CHECK(device.take_new_ops().empty());
            CHECK(device.tree.health().detail.empty());
        }
        SUBCASE("it stays away") {
            device.clock.advance(std::chrono::seconds(3));
            REQUIRE(device.capture().has_value());
            CHECK(device.take_new_ops().size() == 1);
        }
        SUBCASE("its folder goes too") {
            fs::remove_all(device.dir / "d");
            device.tree.hint(device.dir / "d");
            REQUIRE(device.capture().has_value());
            CHECK(device.take_new_ops().empty());
            device.clock.advance(std::chrono::seconds(3));
            REQUIRE(device.capture().has_value());
            CHECK(device.take_new_ops().size() == 2);
        }
        SUBCASE("a person waits") {
            device.tree.look_again();
            REQUIRE(device.capture().has_value());
            CHECK(device.take_new_ops().size() == 1);
        }
    }

    TEST_CASE("what no hint told is found by the next look at everything") {
        TreeDevice device(1);
        device.dir.write("a.txt", "one");
        REQUIRE(device.capture().has_value());
        device.take_new_ops();
        CHECK_FALSE(*device.tree.has_changes());
        device.dir.write("b.txt", "two");
        SUBCASE("an hour later") {
            CHECK_FALSE(*device.tree.has_changes());
            device.clock.advance(std::chrono::minutes(61));
        }
        SUBCASE("at once where nobody watches") {
            device.tree.set_watched(false);
        }
        SUBCASE("at once when the root was replaced") {
            fs::rename(device.dir.path(), device.dir.path().string() + ".old");
            fs::copy(device.dir.path().string() + ".old", device.dir.path());
            fs::remove_all(device.dir.path().string() + ".old");
        }
        REQUIRE(*device.tree.has_changes());
        // With a hint about another place, too.
        device.tree.hint(device.dir / "a.txt");
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().size() >= 1);
        device.tree.set_watched(true);
        REQUIRE(device.capture().has_value());
        CHECK_FALSE(device.tree.needs_watch());
        CHECK_FALSE(*device.tree.has_changes());
    }

    TEST_CASE("a file that cannot be read does not keep the others from being captured") {
        TreeDevice device(1);
        device.dir.write("a.txt", "one");
        device.dir.write("b.jsonl", "one\n");
        device.dir.write("c.txt", "one");
        REQUIRE(device.capture().has_value());
        device.take_new_ops();
        for (const char* name : {"a.txt", "c.txt"}) device.dir.write(name, "other");
        device.dir.append("b.jsonl", "two\n");
        rlimit limit{};
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
        const int next = ::open("/", O_RDONLY);
        ::close(next);
        // Descriptors for folders, but none for files.
        const rlimit few{static_cast<rlim_t>(next) + 2, limit.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
        const Status captured = device.capture();
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
        REQUIRE(captured.has_value());
        CHECK(device.take_new_ops().empty());
        CHECK(device.tree.health().detail.find("3 files cannot be read") != std::string::npos);
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().size() == 3);
        CHECK(device.tree.health().detail.empty());
    }

    TEST_CASE("a file that could not be put back is kept under a name that stays") {
        const support::TempDir dir;
        const std::string aside = ".satchel-999999-7.tmp";
        dir.write(aside, "newer");
        const int folder = ::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY);
        REQUIRE(folder >= 0);
        bool is_broken = false;
        const auto rename = [&](int, const std::string& from, const std::string& to, unsigned) {
            errno = EIO;
            if (is_broken || to == "a.txt") return -1;
            return ::renameat(folder, from.c_str(), folder, to.c_str());
        };
        SUBCASE("renaming works for other names") {}
        SUBCASE("renaming does not work at all") {
            is_broken = true;
        }
        const Status failed = give_back(folder, aside, "a.txt", 0, rename);
        ::close(folder);
        REQUIRE_FALSE(failed.has_value());
        CHECK(failed.error().code == ErrorCode::io);
        const std::string kept = ".satchel-kept-999999-7.tmp";
        CHECK(failed.error().hint.find(kept) != std::string::npos);
        CHECK(dir.read(kept) == "newer");
        CHECK_FALSE(process_of_temp_name(kept).has_value());
        CHECK(is_denied_name(kept));
    }
}

}  // namespace satchel::sources::test
