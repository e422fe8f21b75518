// Real folders, real events.
#include "daemon/watch/watcher.h"

#include "daemon/watch/inotify.h"
#include "tests/support/temp_dir.h"

#include <chrono>
#include <filesystem>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

namespace satchel::watch {

namespace {

namespace fs = std::filesystem;

/// A watcher on an own loop, and what it told.
struct Fixture {
    support::TempDir dir;
    boost::asio::io_context loop{1};
    std::set<std::string> told;
    bool was_lost = false;
    Watcher watcher{loop.get_executor(), [this](const std::optional<fs::path>& path) {
                        if (path)
                            told.insert(path->lexically_relative(dir.path()).string());
                        else
                            was_lost = true;
                    }};

    Fixture() {
        REQUIRE(watcher.add(dir.path()).has_value());
        boost::asio::co_spawn(loop, watcher.run(), [](const std::exception_ptr&) {});
    }

    /// Runs until `path` was told, at most five seconds.
    bool is_told(const std::string& path) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!told.contains(path) && std::chrono::steady_clock::now() < end)
            loop.run_one_for(std::chrono::milliseconds(50));
        return told.contains(path);
    }
};

}  // namespace

TEST_SUITE("watch/watcher") {
    TEST_CASE("changes are told by path") {
        Fixture fixture;
        fixture.dir.write("a.txt", "x");
        CHECK(fixture.is_told("a.txt"));
        fixture.told.clear();
        fixture.dir.append("a.txt", "y");
        CHECK(fixture.is_told("a.txt"));
        fixture.told.clear();
        fs::rename(fixture.dir / "a.txt", fixture.dir / "b.txt");
        CHECK(fixture.is_told("b.txt"));
        CHECK(fixture.is_told("a.txt"));
        fixture.told.clear();
        fs::remove(fixture.dir / "b.txt");
        CHECK(fixture.is_told("b.txt"));
        CHECK_FALSE(fixture.was_lost);
    }

    TEST_CASE("a new folder is watched with all that is in it") {
        Fixture fixture;
        fixture.dir.write("new/deep/a.txt", "x");
        CHECK(fixture.is_told("new"));
        fixture.dir.write("new/deep/b.txt", "x");
        CHECK(fixture.is_told("new/deep/b.txt"));
        CHECK(fixture.watcher.count_folders() == 3);
        fs::remove_all(fixture.dir / "new");
        CHECK(fixture.is_told("new"));
        fixture.dir.write("c.txt", "x");
        CHECK(fixture.is_told("c.txt"));
        CHECK(fixture.watcher.count_folders() == 1);
    }

    TEST_CASE("a renamed folder is known by its new name") {
        Fixture fixture;
        fixture.dir.write("old/a.txt", "x");
        CHECK(fixture.is_told("old"));
        fs::rename(fixture.dir / "old", fixture.dir / "new");
        CHECK(fixture.is_told("new"));
        fixture.dir.append("new/a.txt", "y");
        CHECK(fixture.is_told("new/a.txt"));
    }

    TEST_CASE("a root that moved away is no longer watched") {
        Fixture fixture;
        const support::TempDir outer;
        fs::create_directories(outer / "root/deep");
        REQUIRE(fixture.watcher.add(outer / "root").has_value());
        CHECK(fixture.watcher.count_folders() == 3);
        fs::rename(outer / "root", outer / "away");
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (fixture.watcher.count_folders() > 1 && std::chrono::steady_clock::now() < end)
            fixture.loop.run_one_for(std::chrono::milliseconds(50));
        CHECK(fixture.watcher.count_folders() == 1);
        CHECK_FALSE(fixture.told.empty());
    }

    TEST_CASE("very many changes at once are told as one") {
        Fixture fixture;
        for (int i = 0; i < 2'500; ++i) fixture.dir.write("f" + std::to_string(i), "");
        for (int i = 0; i < 100 && !fixture.was_lost; ++i)
            fixture.loop.run_one_for(std::chrono::milliseconds(50));
        CHECK(fixture.was_lost);
    }

    TEST_CASE("what waits is told at once on request") {
        Fixture fixture;
        fixture.dir.write("new/a.txt", "x");
        fixture.watcher.catch_up();
        CHECK(fixture.told.contains("new"));
        fixture.dir.write("new/b.txt", "x");
        fixture.watcher.catch_up();
        CHECK(fixture.told.contains("new/b.txt"));
    }

    TEST_CASE("of a folder alone only its own entries are told") {
        Fixture fixture;
        const support::TempDir outer;
        REQUIRE(fixture.watcher.add_folder(outer.path()).has_value());
        const std::size_t count = fixture.watcher.count_folders();
        fs::create_directories(outer / "made");
        fixture.watcher.catch_up();
        CHECK(fixture.watcher.count_folders() == count);
        fixture.told.clear();
        outer.write("made/a.txt", "x");
        fixture.watcher.catch_up();
        CHECK(fixture.told.empty());
        outer.write("a.txt", "x");
        fixture.watcher.catch_up();
        CHECK(fixture.told.size() == 1);
        // What is watched whole stays so.
        REQUIRE(fixture.watcher.add_folder(fixture.dir.path()).has_value());
        fixture.dir.write("deep/a.txt", "x");
        fixture.watcher.catch_up();
        CHECK(fixture.watcher.count_folders() == count + 1);
    }

    TEST_CASE("of files that come from elsewhere nothing is promised") {
        Fixture fixture;
        CHECK(check_volume(fixture.dir.path().string()).has_value());
        CHECK(is_shared_volume(0x6969));        // NFS
        CHECK_FALSE(is_shared_volume(0xEF53));  // ext4
    }

    TEST_CASE("a folder that is not there is an error") {
        Fixture fixture;
        CHECK(fixture.watcher.add(fixture.dir / "none").error().code == ErrorCode::not_found);
    }
}

}  // namespace satchel::watch
