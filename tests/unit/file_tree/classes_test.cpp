// Files that never change, files that are archived, and files that one device tidies away.
#include "daemon/core/conflict.h"
#include "tests/unit/file_tree/tree_device.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

using Devices = std::vector<std::unique_ptr<TreeDevice>>;

Devices make_devices(int count, std::string_view profile) {
    Devices devices;
    for (int i = 0; i < count; ++i)
        devices.push_back(std::make_unique<TreeDevice>(static_cast<std::uint8_t>(i + 1), profile));
    return devices;
}

const std::string kResult = "projects/p/s/tool-results/t1.txt";
const std::string kTranscript = "projects/p/s.jsonl";
const std::string kChat = "tmp/app/chats/session-1.json";

const core::Row& row_of(const TreeDevice& device, const std::string& path) {
    const CollectionId files = device.ids.collection("home", "files");
    return device.rows.at({files, device.ids.row(files, as_bytes(path))});
}

/// Removes the file and lets the time pass that makes it believed.
void remove_for_good(TreeDevice& device, const std::string& path) {
    std::filesystem::remove(device.dir / path);
    for (int i = 0; i < 3; ++i) {
        device.clock.advance(milliseconds(61'000));
        device.tree.look_again();
        REQUIRE(device.capture().has_value());
    }
}

}  // namespace

TEST_SUITE("file_tree/classes") {
    TEST_CASE("of two versions of a file that never changes all show the first and keep both") {
        auto devices = make_devices(3, "claude");
        devices[0]->dir.write(kResult, "made first");
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->dir.write(kResult, "made second");
        std::filesystem::last_write_time(
            devices[1]->dir / kResult,
            std::filesystem::last_write_time(devices[0]->dir / kResult) + std::chrono::seconds(5));
        settle(devices);
        for (const auto& device : devices) {
            CHECK(device->dir.read(kResult) == "made first");
            const auto conflicts = core::find_conflicts(row_of(*device, kResult));
            REQUIRE(conflicts.size() == 1);
            CHECK(conflicts[0].versions.size() == 2);
        }
        CHECK(devices[1]->backups == std::vector<std::string>{kResult});
    }

    TEST_CASE("a change of a file that never changes stays on its device") {
        auto devices = make_devices(2, "claude");
        devices[0]->dir.write(kResult, "as it was");
        settle(devices);
        devices[0]->dir.write(kResult, "changed afterwards");
        devices[0]->tree.look_again();
        settle(devices);
        CHECK(devices[1]->dir.read(kResult) == "as it was");
        CHECK(devices[0]->dir.read(kResult) == "changed afterwards");
        CHECK(core::find_conflicts(row_of(*devices[1], kResult)).empty());
        CHECK(devices[0]->tree.health().detail.find("never change") != std::string::npos);
        const std::size_t told = devices[0]->log.size();
        devices[0]->tree.look_again();
        REQUIRE(devices[0]->capture().has_value());
        CHECK(devices[0]->log.size() == told);
        // As it was again: nothing is special about it any more.
        devices[0]->dir.write(kResult, "as it was");
        devices[0]->tree.look_again();
        REQUIRE(devices[0]->capture().has_value());
        devices[0]->tree.look_again();
        REQUIRE(devices[0]->capture().has_value());
        CHECK(devices[0]->log.size() == told);
        CHECK(devices[0]->tree.health().detail.empty());
    }

    TEST_CASE("an archived file travels and is written into no other folder") {
        auto devices = make_devices(2, "gemini");
        devices[0]->dir.write(kChat, "{\"messages\": []}");
        devices[0]->dir.write("GEMINI.md", "be brief");
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->pull(*devices[0]);
        const auto refused = devices[1]->project();
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].outcome == Outcome::parked);
        CHECK(refused[0].is_stored);
        CHECK(devices[1]->dir.files() ==
              std::map<std::string, std::string>{{"GEMINI.md", "be brief"}});
        // Its newer version comes as well, and the file it came from goes on as any other.
        devices[0]->dir.write(kChat, "{\"messages\": [1]}");
        devices[0]->tree.look_again();
        REQUIRE(devices[0]->capture().has_value());
        devices[1]->pull(*devices[0]);
        CHECK(devices[1]->project().size() == 1);
        CHECK(devices[1]->dir.files().size() == 1);
        CHECK(devices[1]->log.empty());
        const auto& siblings = row_of(*devices[1], kChat).siblings;
        CHECK(std::ranges::all_of(siblings, [](const auto& one) { return one.value.has_value(); }));
    }

    TEST_CASE("a transcript that one device tidies away stays on the others") {
        auto devices = make_devices(2, "claude");
        devices[0]->dir.write(kTranscript, "{\"n\":1}\n{\"n\":2}\n");
        devices[0]->dir.write("agents/a.md", "agent");
        settle(devices);
        const std::size_t told = devices[0]->log.size();
        remove_for_good(*devices[0], kTranscript);
        CHECK(devices[0]->log.size() == told);
        settle(devices);
        CHECK(devices[1]->dir.read(kTranscript) == "{\"n\":1}\n{\"n\":2}\n");
        CHECK_FALSE(std::filesystem::exists(devices[0]->dir / kTranscript));

        SUBCASE("it does not come back when it grows elsewhere") {
            devices[1]->dir.append(kTranscript, "{\"n\":3}\n");
            devices[1]->tree.look_again();
            REQUIRE(devices[1]->capture().has_value());
            devices[0]->pull(*devices[1]);
            const auto refused = devices[0]->project();
            REQUIRE(refused.size() == 1);
            CHECK(refused[0].is_stored);
            CHECK_FALSE(std::filesystem::exists(devices[0]->dir / kTranscript));
            // The file is put back: what came meanwhile follows, and nothing is sent.
            devices[0]->dir.write(kTranscript, "{\"n\":1}\n{\"n\":2}\n");
            devices[0]->tree.look_again();
            settle(devices);
            CHECK(devices[0]->dir.read(kTranscript) == "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
            CHECK(devices[0]->log.size() == told);
        }
        SUBCASE("other files are deleted as always") {
            remove_for_good(*devices[0], "agents/a.md");
            settle(devices);
            CHECK_FALSE(std::filesystem::exists(devices[1]->dir / "agents/a.md"));
        }
    }

    TEST_CASE("a transcript that was moved leaves no copy at its old place elsewhere") {
        const std::string name = "rollout-2026-01-02T03-04-05-0a1b.jsonl";
        const std::string old_place = "sessions/2026/01/02/" + name;
        const std::string new_place = "archived_sessions/" + name;
        const std::string text = "{\"n\":1}\n{\"n\":2}\n";
        auto devices = make_devices(2, "codex");
        devices[0]->dir.write(old_place, text);
        devices[0]->dir.write("sessions/2026/01/03/other.jsonl", "{\"n\":9}\n");
        settle(devices);
        REQUIRE(devices[1]->dir.read(old_place) == text);
        std::filesystem::create_directories(devices[0]->dir / "archived_sessions");
        SUBCASE("as it was") {
            std::filesystem::rename(devices[0]->dir / old_place, devices[0]->dir / new_place);
            devices[0]->tree.look_again();
            settle(devices);
            CHECK(devices[1]->dir.read(new_place) == text);
            CHECK_FALSE(std::filesystem::exists(devices[1]->dir / old_place));
        }
        SUBCASE("and went on") {
            devices[0]->dir.write(new_place, text + "{\"n\":3}\n");
            remove_for_good(*devices[0], old_place);
            settle(devices);
            CHECK(devices[1]->dir.read(new_place) == text + "{\"n\":3}\n");
            CHECK_FALSE(std::filesystem::exists(devices[1]->dir / old_place));
        }
        SUBCASE("but a file of other lines is no move") {
            devices[0]->dir.write(new_place, "{\"n\":1}\n");
            remove_for_good(*devices[0], old_place);
            settle(devices);
            CHECK(devices[1]->dir.read(old_place) == text);
        }
        SUBCASE("lines that came meanwhile stay where they were written") {
            std::filesystem::rename(devices[0]->dir / old_place, devices[0]->dir / new_place);
            devices[1]->dir.append(old_place, "{\"n\":4}\n");
            for (auto& device : devices) device->tree.look_again();
            settle(devices);
            CHECK(devices[1]->dir.read(old_place).find("{\"n\":4}") != std::string::npos);
        }
        CHECK(devices[1]->dir.read("sessions/2026/01/03/other.jsonl") == "{\"n\":9}\n");
    }

    TEST_CASE("a file of whole content that was tidied away does not come back by itself") {
        auto devices = make_devices(2, "claude");
        devices[0]->dir.write("plans/a.md", "one");
        settle(devices);
        remove_for_good(*devices[1], "plans/a.md");
        devices[0]->dir.write("plans/a.md", "another");
        devices[0]->tree.look_again();
        settle(devices);
        CHECK(devices[0]->dir.read("plans/a.md") == "another");
        CHECK_FALSE(std::filesystem::exists(devices[1]->dir / "plans/a.md"));
        CHECK(devices[1]->log.empty());
    }
}

}  // namespace satchel::sources::test
