// One run for one project: only its files are captured and shown, and nothing is lost to the next.
#include "tests/unit/file_tree/two_homes.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

constexpr const char* kApp = "dev/app";
constexpr const char* kOther = "dev/other";

/// Two devices with a session of each project, all of it everywhere.
struct Pair {
    Pair() {
        for (const char* project : {kApp, kOther}) {
            for (std::size_t i = 0; i < 2; ++i) homes.make_folder(i, project);
            const std::string here = homes.path(0, project);
            homes.at(0).dir.write(homes.file(0, project, "s.jsonl"), record(here, "one"));
        }
        settle(homes.devices);
    }

    /// Adds a line to the session of both projects, and changes a file of none.
    void work(std::size_t device) {
        for (const char* project : {kApp, kOther})
            homes.at(device).dir.append(homes.file(device, project, "s.jsonl"),
                                        record(homes.path(device, project), "two"));
        homes.at(device).dir.write("agents/a.md", "agent");
        homes.at(device).tree.look_again();
    }

    [[nodiscard]] std::size_t lines(std::size_t device, const char* project) {
        const std::string text = homes.at(device).dir.read(homes.file(device, project, "s.jsonl"));
        return static_cast<std::size_t>(std::ranges::count(text, '\n'));
    }

    bool limit(std::size_t device, const std::string& project) {
        auto done = homes.at(device).tree.limit_to(project, homes.at(device));
        REQUIRE(done.has_value());
        return *done;
    }

    Homes homes{{"home/a", "Users/b"}};
};

}  // namespace

TEST_SUITE("file_tree/limit") {
    TEST_CASE("a capture for one project leaves the others for the next") {
        Pair pair;
        pair.work(0);
        CHECK_FALSE(pair.limit(0, "nowhere"));
        CHECK(pair.limit(0, "~/dev/app"));
        REQUIRE(pair.homes.at(0).tree.has_changes().value());
        REQUIRE(pair.homes.at(0).capture().has_value());
        CHECK(pair.homes.at(0).take_new_ops().size() > 0);
        pair.homes.at(1).pull(pair.homes.at(0));
        pair.homes.at(1).project();
        CHECK(pair.lines(1, kApp) == 2);
        CHECK(pair.lines(1, kOther) == 1);
        CHECK_FALSE(pair.homes.at(1).dir.files().contains("agents/a.md"));

        CHECK(pair.limit(0, ""));
        settle(pair.homes.devices);
        CHECK(pair.lines(1, kOther) == 2);
        CHECK(pair.homes.at(1).dir.read("agents/a.md") == "agent");
    }

    TEST_CASE("a projection for one project leaves the others for the next") {
        Pair pair;
        pair.work(0);
        REQUIRE(pair.homes.at(0).capture().has_value());
        pair.homes.at(1).pull(pair.homes.at(0));
        CHECK(pair.limit(1, "app"));
        const auto refused = pair.homes.at(1).project();
        CHECK(refused.size() > 0);
        for (const ProjectedRow& row : refused) CHECK(row.is_left);
        CHECK(pair.lines(1, kApp) == 2);
        CHECK(pair.lines(1, kOther) == 1);
        CHECK_FALSE(pair.homes.at(1).dir.files().contains("agents/a.md"));

        CHECK(pair.limit(1, ""));
        CHECK(pair.homes.at(1).project().empty());
        CHECK(pair.lines(1, kOther) == 2);
        CHECK(pair.homes.at(1).dir.read("agents/a.md") == "agent");
    }

    TEST_CASE("a rule that names a project keeps its sessions here whatever its folder") {
        Pair pair;
        TreeDevice& device = pair.homes.at(0);
        const auto pattern = device.tree.project_pattern("other", device);
        REQUIRE(pattern.has_value());
        CHECK(*pattern == "projects/@home:dev%2Fother/**");
        const auto same =
            device.tree.workspace_pattern(pair.homes.file(0, kOther, "s.jsonl"), device);
        REQUIRE(same.has_value());
        CHECK(*same == "projects/@home:dev%2Fother/s.jsonl");
        CHECK(device.tree.workspace_pattern("agents/**", device).value() == "agents/**");
        CHECK_FALSE(device.tree.project_pattern("nowhere", device).has_value());
    }
}

}  // namespace satchel::sources::test
