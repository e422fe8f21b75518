// Events a test cannot provoke at will are made by hand.
#include <doctest/doctest.h>

#ifdef __linux__

#include "daemon/watch/inotify.h"
#include "tests/support/temp_dir.h"

#include <cstring>
#include <filesystem>
#include <vector>

#include <sys/inotify.h>

namespace satchel::watch {

namespace {

std::vector<char> make_event(int watch, std::uint32_t mask) {
    inotify_event event{};
    event.wd = watch;
    event.mask = mask;
    std::vector<char> bytes(sizeof event);
    std::memcpy(bytes.data(), &event, sizeof event);
    return bytes;
}

}  // namespace

TEST_SUITE("watch/inotify") {
    TEST_CASE("an overflow means that anything may have changed") {
        auto inotify = Inotify::open();
        REQUIRE(inotify.has_value());
        Changes changes;
        inotify->take(make_event(-1, IN_Q_OVERFLOW), changes);
        CHECK(changes.is_lost);
    }

    TEST_CASE("events of unknown watches and cut off events are ignored") {
        auto inotify = Inotify::open();
        REQUIRE(inotify.has_value());
        Changes changes;
        auto event = make_event(77, IN_CREATE);
        inotify->take(event, changes);
        event.resize(5);
        inotify->take(event, changes);
        CHECK(changes.paths.empty());
        CHECK_FALSE(changes.is_lost);
    }

    TEST_CASE("a tree is watched whole and forgotten whole") {
        const support::TempDir dir;
        std::filesystem::create_directories(dir / "a/b");
        std::filesystem::create_directories(dir / "node_modules/c");
        std::filesystem::create_directory_symlink("/", dir / "link");
        auto inotify = Inotify::open();
        REQUIRE(inotify.has_value());
        REQUIRE(inotify->add_tree(dir.path().string()).has_value());
        CHECK(inotify->count() == 3);
        inotify->remove_tree((dir / "a").string());
        CHECK(inotify->count() == 1);
        const support::TempDir flat;
        std::filesystem::create_directories(flat / "a/b");
        REQUIRE(inotify->add_folder(flat.path().string()).has_value());
        CHECK(inotify->count() == 2);
        CHECK(inotify->add_tree((dir / "none").string()).error().code == ErrorCode::not_found);
    }
}

}  // namespace satchel::watch

#endif
