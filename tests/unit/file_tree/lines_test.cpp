// Files of lines: what ships, and what two devices make of each other's lines.
#include "tests/unit/file_tree/lines_fixture.h"

#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace satchel::sources::test {

TEST_SUITE("file_tree/lines") {
    TEST_CASE("an append ships its new lines only") {
        TreeDevice device(1);
        device.dir.write("a.jsonl", lines("old", 0, 20'000));
        REQUIRE(device.capture().has_value());
        CHECK(TreeDevice::count_bytes(device.take_new_ops()) > 1'000'000);
        const std::string tail = lines("new", 0, 3);
        device.dir.append("a.jsonl", tail);
        REQUIRE(device.capture().has_value());
        const auto ops = device.take_new_ops();
        REQUIRE(ops.size() == 1);
        CHECK(TreeDevice::count_bytes(ops) == tail.size() + 17);
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().empty());
    }

    TEST_CASE("an edit keeps what stands before it") {
        auto devices = make_devices(2);
        TreeDevice& device = *devices[0];
        device.dir.write("a.jsonl", lines("first", 0, 10'000));
        settle(devices);
        device.dir.append("a.jsonl", "x\n");
        settle(devices);
        device.take_new_ops();
        device.dir.write("a.jsonl", lines("first", 0, 10'000) + "y\nz\n");
        settle(devices);
        const auto ops = device.take_new_ops();
        CHECK(ops.size() == 2);
        CHECK(TreeDevice::count_bytes(ops) < 100);
        CHECK(devices[1]->dir.read("a.jsonl") == device.dir.read("a.jsonl"));
        CHECK(devices[1]->backups == std::vector<std::string>{"a.jsonl"});
    }

    TEST_CASE("a file that was emptied is believed only when it stays empty") {
        TreeDevice device(1);
        device.dir.write("a.jsonl", lines("a", 0, 10));
        REQUIRE(device.capture().has_value());
        device.take_new_ops();
        device.dir.write("a.jsonl", "");
        REQUIRE(device.capture().has_value());
        device.clock.advance(std::chrono::seconds(30));
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().empty());
        CHECK(*device.tree.has_changes());
        CHECK(device.tree.health().detail.find("a.jsonl") != std::string::npos);
        SUBCASE("it comes back") {
            device.dir.write("a.jsonl", lines("a", 0, 11));
            REQUIRE(device.capture().has_value());
            CHECK(device.take_new_ops().size() == 1);
        }
        SUBCASE("it stays") {
            device.clock.advance(std::chrono::seconds(31));
            REQUIRE(device.capture().has_value());
            const auto ops = device.take_new_ops();
            REQUIRE(ops.size() == 1);
            CHECK(ops[0].kind == core::OpKind::remove);
        }
    }

    TEST_CASE("a file that shrank is believed after two seconds") {
        TreeDevice device(1);
        device.dir.write("a.jsonl", lines("a", 0, 10));
        REQUIRE(device.capture().has_value());
        device.take_new_ops();
        device.dir.write("a.jsonl", lines("a", 0, 5));
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().empty());
        device.clock.advance(std::chrono::seconds(2));
        REQUIRE(device.capture().has_value());
        CHECK(device.take_new_ops().size() == 2);
    }

    TEST_CASE("concurrent appends end the same everywhere") {
        auto devices = make_devices(2);
        devices[0]->dir.write("d/a.jsonl", "common\n");
        settle(devices);
        devices[0]->dir.append("d/a.jsonl", "left 1\n");
        devices[1]->dir.append("d/a.jsonl", "right 1\n");
        for (auto& device : devices) REQUIRE(device->capture().has_value());
        devices[0]->dir.append("d/a.jsonl", "left 2\n");
        devices[1]->dir.append("d/a.jsonl", "right 2\n");
        settle(devices);
        const std::string text = devices[0]->dir.read("d/a.jsonl");
        CHECK(text == devices[1]->dir.read("d/a.jsonl"));
        CHECK(text.starts_with("common\n"));
        for (const char* line : {"left 1\n", "left 2\n", "right 1\n", "right 2\n"})
            CHECK(count_of(text, line) == 1);
        CHECK(text.find("left 1") < text.find("left 2"));
        CHECK(text.find("right 1") < text.find("right 2"));
    }

    TEST_CASE("an append from elsewhere is one append here") {
        auto devices = make_devices(2);
        devices[0]->dir.write("a.jsonl", lines("a", 0, 100));
        settle(devices);

        struct stat before {};

        REQUIRE(::stat((devices[1]->dir / "a.jsonl").c_str(), &before) == 0);
        devices[0]->dir.append("a.jsonl", lines("b", 0, 10));
        settle(devices);

        struct stat after {};

        REQUIRE(::stat((devices[1]->dir / "a.jsonl").c_str(), &after) == 0);
        CHECK(before.st_ino == after.st_ino);
        CHECK(devices[1]->backups.empty());
        CHECK(devices[1]->dir.read("a.jsonl") == devices[0]->dir.read("a.jsonl"));
        CHECK(devices[1]->log.empty());
    }

    TEST_CASE("identical copies do not double and are no conflict") {
        auto devices = make_devices(2);
        const std::string text = lines("same", 0, 30'000);
        for (auto& device : devices) device->dir.write("a.jsonl", text);
        settle(devices);
        for (auto& device : devices) {
            CHECK(device->dir.read("a.jsonl") == text);
            CHECK(device->backups.empty());
        }
        devices[0]->dir.append("a.jsonl", "left\n");
        devices[1]->dir.append("a.jsonl", "right\n");
        settle(devices);
        CHECK(devices[0]->dir.read("a.jsonl") == devices[1]->dir.read("a.jsonl"));
        CHECK(devices[0]->dir.read("a.jsonl").starts_with(text));
    }

    TEST_CASE("a copy of an earlier state does not double") {
        auto devices = make_devices(2);
        std::string text = lines("x", 0, 7);
        devices[0]->dir.write("a.jsonl", text);
        REQUIRE(devices[0]->capture().has_value());
        for (int i = 0; i < 5; ++i) {
            const std::string tail = lines("t" + std::to_string(i), 0, 3);
            devices[0]->dir.append("a.jsonl", tail);
            text += tail;
            REQUIRE(devices[0]->capture().has_value());
            if (i == 3) devices[1]->dir.write("a.jsonl", text + "own\n");
        }
        settle(devices);
        const std::string merged = devices[0]->dir.read("a.jsonl");
        CHECK(merged == devices[1]->dir.read("a.jsonl"));
        CHECK(merged.size() == text.size() + 4);
        CHECK(count_of(merged, "own\n") == 1);
        CHECK(count_of(merged, "t4 0") == 1);
        devices[1]->dir.append("a.jsonl", "later\n");
        settle(devices);
        CHECK(devices[0]->dir.read("a.jsonl") == merged + "later\n");
    }

    TEST_CASE("a copy with a later time does not overtake what follows the lines it holds") {
        auto devices = make_devices(2);
        for (auto& device : devices) device->dir.write("a.jsonl", "one\ntwo\n");
        const auto later = std::filesystem::file_time_type::clock::now() + std::chrono::hours(1);
        std::filesystem::last_write_time(devices[1]->dir / "a.jsonl", later);
        for (auto& device : devices) REQUIRE(device->capture().has_value());
        devices[0]->dir.append("a.jsonl", "three\n");
        settle(devices);
        for (auto& device : devices) CHECK(device->dir.read("a.jsonl") == "one\ntwo\nthree\n");
    }

    TEST_CASE("a line longer than an extent arrives whole") {
        auto devices = make_devices(2);
        const std::string text = "a\n" + std::string(3'500'000, 'x') + "\nb\n";
        devices[0]->dir.write("a.jsonl", text);
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->dir.write("a.jsonl", "c\n");
        settle(devices);
        const std::string merged = devices[0]->dir.read("a.jsonl");
        CHECK(merged == devices[1]->dir.read("a.jsonl"));
        CHECK(merged.size() == text.size() + 2);
        CHECK(merged.find("x\nb\n") != std::string::npos);
    }

    TEST_CASE("a line whose parts come one by one is shown when all are there") {
        auto devices = make_devices(2);
        const std::string text =
            "first\n" + std::string(5'000'000, 'x') + "\n" + lines("after", 0, 3);
        devices[0]->dir.write("a.jsonl", text);
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->pull(*devices[0]);
        std::mt19937 random(3);
        for (int i = 0; i < 20; ++i) devices[1]->project(1, &random);
        CHECK(devices[1]->count_pending() == 0);
        CHECK(devices[1]->dir.read("a.jsonl") == text);
        devices[1]->dir.append("a.jsonl", "more\n");
        settle(devices);
        CHECK(devices[0]->dir.read("a.jsonl") == text + "more\n");
        CHECK(devices[1]->dir.read("a.jsonl") == text + "more\n");
    }

    TEST_CASE("a line longer than one write is put behind the lines that are there") {
        auto devices = make_devices(2);
        const std::string before = lines("before", 0, 3);
        devices[0]->dir.write("a.jsonl", before);
        settle(devices);
        const std::string text =
            before + std::string(18'000'000, 'x') + "\n" + lines("after", 0, 3);
        devices[0]->dir.write("a.jsonl", text);
        settle(devices);
        CHECK(devices[1]->dir.read("a.jsonl") == text);
        devices[1]->dir.append("a.jsonl", "more\n");
        settle(devices);
        CHECK(devices[0]->dir.read("a.jsonl") == text + "more\n");
        CHECK(devices[1]->dir.read("a.jsonl") == text + "more\n");
    }

    TEST_CASE("deleting a file spares the lines others wrote meanwhile") {
        auto devices = make_devices(3);
        devices[0]->dir.write("a.jsonl", "old\n");
        settle(devices);
        std::filesystem::remove(devices[0]->dir / "a.jsonl");
        devices[0]->dir.write("keep.txt", "x");
        devices[1]->dir.append("a.jsonl", "new\n");
        settle(devices);
        for (auto& device : devices) CHECK(device->dir.read("a.jsonl") == "new\n");
        std::filesystem::remove(devices[2]->dir / "a.jsonl");
        settle(devices);
        for (auto& device : devices) CHECK_FALSE(std::filesystem::exists(device->dir / "a.jsonl"));
    }

    TEST_CASE("lines whose file is not known wait") {
        auto devices = make_devices(2);
        devices[0]->dir.write("a.jsonl", "one\n");
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->pull(*devices[0]);
        auto file_row = devices[1]->rows.extract(
            {devices[1]->ids.collection("home", "files"),
             devices[1]->ids.row(devices[1]->ids.collection("home", "files"),
                                 as_bytes("a.jsonl"))});
        REQUIRE_FALSE(file_row.empty());
        const auto refused = devices[1]->project();
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].reason == "waiting for its file");
        devices[1]->rows.insert(std::move(file_row));
        CHECK(devices[1]->project().empty());
        CHECK(devices[1]->dir.read("a.jsonl") == "one\n");
    }
}

}  // namespace satchel::sources::test
