// Marks that let files stay where they are: made on one device, they hold on all.
#include "daemon/sources/file_tree/marks.h"

#include "tests/support/result_text.h"
#include "tests/unit/file_tree/tree_device.h"

#include <filesystem>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

namespace fs = std::filesystem;
using Devices = std::vector<std::unique_ptr<TreeDevice>>;

Devices make_devices() {
    Devices devices;
    for (std::uint8_t i = 1; i <= 2; ++i) devices.push_back(std::make_unique<TreeDevice>(i));
    return devices;
}

void write(TreeDevice& device, const std::string& path, const std::string& text) {
    static int turn = 0;
    device.dir.write(path, text);
    fs::last_write_time(device.dir / path,
                        fs::file_time_type::clock::now() - std::chrono::seconds(1000 - ++turn));
    device.tree.hint(device.dir / path);
}

/// As often as marks, files and what waited for them may need; some rows wait for good.
void exchange(Devices& devices) {
    for (int round = 0; round < 4; ++round) {
        for (auto& device : devices) {
            device->clock.advance(std::chrono::seconds(61));
            REQUIRE(device->capture());
        }
        for (auto& device : devices)
            for (auto& other : devices)
                if (device != other) device->pull(*other);
        for (auto& device : devices) device->project();
    }
}

}  // namespace

TEST_SUITE("file_tree/marks") {
    TEST_CASE("a marked file neither leaves nor is overwritten on any device") {
        auto devices = make_devices();
        TreeDevice& left = *devices[0];
        TreeDevice& right = *devices[1];
        write(left, "notes/shared.md", "one");
        exchange(devices);
        REQUIRE(right.dir.read("notes/shared.md") == "one");
        const auto marked = left.tree.keep_local("notes/**", left);
        REQUIRE(marked);
        CHECK(*marked);
        write(left, "notes/mine.md", "private");
        write(left, "other.md", "travels");
        exchange(devices);
        CHECK(right.dir.read("other.md") == "travels");
        CHECK_FALSE(fs::exists(right.dir / "notes/mine.md"));
        const auto there = list_marks(right);
        REQUIRE(there);
        CHECK(*there == std::vector<std::string>{"notes/**"});
        // The other device did nothing, and keeps its own as well.
        write(right, "notes/theirs.md", "private too");
        write(right, "notes/shared.md", "two");
        write(left, "notes/shared.md", "three");
        exchange(devices);
        CHECK_FALSE(fs::exists(left.dir / "notes/theirs.md"));
        CHECK(left.dir.read("notes/shared.md") == "three");
        CHECK(right.dir.read("notes/shared.md") == "two");
        // Deleted here, it is not deleted elsewhere.
        fs::remove(left.dir / "notes/shared.md");
        left.tree.hint(left.dir / "notes/shared.md");
        exchange(devices);
        CHECK(right.dir.read("notes/shared.md") == "two");
    }

    TEST_CASE("a mark is taken back on another device and everything travels again") {
        auto devices = make_devices();
        TreeDevice& left = *devices[0];
        TreeDevice& right = *devices[1];
        REQUIRE(left.tree.keep_local("a.md", left));
        write(left, "a.md", "here");
        write(left, "b.md", "both");
        exchange(devices);
        CHECK_FALSE(fs::exists(right.dir / "a.md"));
        const auto again = right.tree.keep_local("a.md", right);
        REQUIRE(again);
        CHECK_FALSE(*again);
        const auto dropped = right.tree.share("a.md", right);
        REQUIRE(dropped);
        CHECK(*dropped);
        exchange(devices);
        CHECK(right.dir.read("a.md") == "here");
        const auto gone = left.tree.share("a.md", left);
        REQUIRE(gone);
        CHECK_FALSE(*gone);
    }

    TEST_CASE("a mark that was never told is forgotten without a word") {
        TreeDevice device(1);
        REQUIRE(device.tree.keep_local("x", device));
        REQUIRE(device.tree.share("x", device));
        REQUIRE(device.capture());
        CHECK(device.log.empty());
    }

    TEST_CASE("a mark whose pattern is none is not taken") {
        auto devices = make_devices();
        TreeDevice& left = *devices[0];
        REQUIRE(left.tree.keep_local("/etc", left));
        write(left, "a.md", "x");
        REQUIRE(left.capture());
        devices[1]->pull(left);
        const auto held = devices[1]->project();
        REQUIRE(held.size() == 1);
        CHECK(held[0].reason == "its pattern is not understood");
        CHECK(devices[1]->dir.read("a.md") == "x");
    }
}

}  // namespace satchel::sources::test
