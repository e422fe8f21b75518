// Whole files, private directories, locks.
#include "shared/platform/files.h"

#include "shared/platform/file_lock.h"
#include "shared/platform/file_replacement.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace satchel;
using namespace satchel::platform;
using support::TempDir;

namespace {

mode_t mode_of(const std::filesystem::path& path) {
    struct stat found {};

    REQUIRE(::lstat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

}  // namespace

TEST_SUITE("platform/files") {
    TEST_CASE("a replaced file has its new content and keeps its mode") {
        const TempDir dir;
        const auto path = dir / "a";
        REQUIRE(replace_file(path, as_bytes("one")).has_value());
        CHECK(mode_of(path) == 0600);
        REQUIRE(::chmod(path.c_str(), 0640) == 0);
        REQUIRE(replace_file(path, as_bytes("two")).has_value());
        CHECK(dir.read("a") == "two");
        CHECK(mode_of(path) == 0640);
        const mode_t before = ::umask(0077);
        REQUIRE(replace_file(path, as_bytes("three"), 0644).has_value());
        ::umask(before);
        CHECK(mode_of(path) == 0644);
        CHECK(dir.files().size() == 1);
    }

    TEST_CASE("a replacement that fails or is dropped leaves nothing behind") {
        const TempDir dir;
        dir.write("a", "old");
        {
            auto dropped = FileReplacement::start(dir / "a");
            REQUIRE(dropped.has_value());
            REQUIRE(dropped->write(as_bytes("new")).has_value());
        }
        auto refused = FileReplacement::start(dir / "a");
        REQUIRE(refused.has_value());
        {
            auto moved = std::move(*refused);
            REQUIRE(moved.write(as_bytes("new")).has_value());
            moved.check_before_rename([] {
                return Status(Error{ErrorCode::conflict, "it changed meanwhile"});
            });
            CHECK(moved.commit().error().code == ErrorCode::conflict);
        }
        CHECK(dir.read("a") == "old");
        CHECK(dir.files().size() == 1);
        CHECK_FALSE(replace_file(dir / "no/such/place", as_bytes("x")).has_value());
    }

    TEST_CASE("a replacement in pieces sets time and mode") {
        const TempDir dir;
        auto replacement = FileReplacement::start(dir / "a");
        REQUIRE(replacement.has_value());
        replacement->set_mode(0600);
        replacement->set_modified(1'000'000'000'250'000'000);
        for (const char* piece : {"a", "", "bc"})
            REQUIRE(replacement->write(as_bytes(piece)).has_value());
        REQUIRE(replacement->commit().has_value());
        CHECK(dir.read("a") == "abc");

        struct stat found {};

        REQUIRE(::stat((dir / "a").c_str(), &found) == 0);
        CHECK(found.st_mtime == 1'000'000'000);
    }

    TEST_CASE("a file is read within its bound and only when it is one") {
        const TempDir dir;
        dir.write("a", std::string(70'000, 'x'));
        CHECK(read_file(dir / "a", 70'000)->size() == 70'000);
        CHECK(read_file(dir / "a", 69'999).error().code == ErrorCode::too_large);
        CHECK(read_file(dir / "b", 10).error().code == ErrorCode::not_found);
        CHECK(read_file(dir.path(), 10).error().code == ErrorCode::invalid_argument);
        dir.write("empty", "");
        CHECK(read_file(dir / "empty", 0)->empty());
        REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
        CHECK(read_file(dir / "pipe", 10).error().code == ErrorCode::invalid_argument);
    }

    TEST_CASE("a private directory is made with its parents and tightened") {
        const TempDir dir;
        REQUIRE(ensure_private_directory(dir / "x/y").has_value());
        CHECK(mode_of(dir / "x/y") == 0700);
        REQUIRE(::chmod((dir / "x/y").c_str(), 0755) == 0);
        REQUIRE(ensure_private_directory(dir / "x/y").has_value());
        CHECK(mode_of(dir / "x/y") == 0700);
        std::filesystem::create_directory_symlink(dir / "x", dir / "link");
        CHECK(ensure_private_directory(dir / "link").error().code == ErrorCode::refused);
        dir.write("file", "");
        CHECK_FALSE(ensure_private_directory(dir / "file").has_value());
    }

    TEST_CASE("a lock is held by one and free after") {
        const TempDir dir;
        {
            const auto first = FileLock::acquire(dir / "lock");
            REQUIRE(first.has_value());
            const auto second = FileLock::acquire(dir / "lock");
            REQUIRE(!second);
            CHECK(second.error().code == ErrorCode::busy);
        }
        CHECK(FileLock::acquire(dir / "lock").has_value());
        CHECK(mode_of(dir / "lock") == 0600);
    }
}
