// Where projects are, decided over rows and a machine made of two maps.
#include "daemon/app/resolve.h"

#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>

namespace satchel::app {

namespace {

/// A machine: folders, and the remotes of those that are repositories.
struct Machine {
    std::set<std::string> folders;
    std::map<std::string, std::vector<std::string>> remotes;

    PlaceQuestions questions() const {
        return {[this](const std::string& path) { return folders.contains(path); },
                [this](const std::string& path) {
                    std::vector<std::string> inside;
                    for (const std::string& one : folders)
                        if (one.starts_with(path + "/") &&
                            one.find('/', path.size() + 1) == std::string::npos)
                            inside.push_back(one);
                    return inside;
                },
                [this](const std::string& path) {
                    const auto at = remotes.find(path);
                    return at == remotes.end() ? std::vector<std::string>() : at->second;
                }};
    }
};

/// The rows as they are after a plan was carried out.
void carry_out(sources::CatalogRows& rows, const ResolvePlan& plan) {
    for (const sources::CatalogChange& change : plan.changes)
        for (sources::CatalogEnvironment& one : rows.environments) {
            if (one.id != change.environment) continue;
            if (change.version_id) one.version_id = change.version_id;
            if (change.project_path) one.project_path = *change.project_path;
        }
}

sources::CatalogEnvironment environment(std::int64_t id, std::string path, std::string url) {
    sources::CatalogEnvironment one;
    one.id = id;
    one.name = "e" + std::to_string(id);
    one.project = "p";
    one.project_path = std::move(path);
    one.github_url = std::move(url);
    return one;
}

}  // namespace

TEST_SUITE("app/resolve") {
    TEST_CASE("a version without a folder gives way to the one of this machine") {
        sources::CatalogRows rows;
        rows.versions = {{1, "odoo-17.0-left", "/left/17"},
                         {2, "17.0", "/here/17"},
                         {3, "16.0", "/here/16"},
                         {4, "custom", "/left/custom"}};
        for (const std::int64_t version : {1, 2, 4}) {
            auto one = environment(version, "/here/p", "");
            one.version_id = version;
            rows.environments.push_back(one);
        }
        const Machine machine{{"/here/17", "/here/16", "/here/p"}, {}};
        const ResolvePlan plan = resolve_places(rows, machine.questions(), {});
        CHECK(plan.versions_remapped == 1);
        REQUIRE(plan.changes.size() == 1);
        CHECK(plan.changes[0].version_id == 2);
        REQUIRE(plan.unresolved.size() == 1);
        CHECK(plan.unresolved[0].environment == "e4");
        CHECK(plan.paths_kept == 3);
    }

    TEST_CASE(
        "a path is kept then linked then found then listed and a second run changes nothing") {
        sources::CatalogRows rows;
        rows.environments = {environment(1, "/here/kept", "git@github.com:a/kept.git"),
                             environment(2, "/left/linked", "https://github.com/a/linked"),
                             environment(3, "/left/found", "https://github.com/a/found.git"),
                             environment(4, "/left/none", "https://github.com/a/none.git"),
                             environment(5, "/left/lost", ""),
                             environment(6, "", "")};
        rows.environments[1].linked_path = "/elsewhere/linked";
        const Machine machine{
            {"/here", "/here/kept", "/elsewhere", "/elsewhere/linked", "/here/other-name"},
            {{"/here/other-name", {"ssh://git@GitHub.com/a/found/"}}}};
        const ResolvePlan plan = resolve_places(rows, machine.questions(), {});
        CHECK(plan.paths_kept == 1);
        CHECK(plan.paths_linked == 1);
        CHECK(plan.paths_found == 1);
        CHECK(plan.unresolved.size() == 2);
        REQUIRE(plan.clonable.size() == 1);
        CHECK(plan.clonable[0].target == "/here/none");
        carry_out(rows, plan);
        CHECK(rows.environments[1].project_path == "/elsewhere/linked");
        CHECK(rows.environments[2].project_path == "/here/other-name");
        CHECK(rows.environments[3].project_path == "/left/none");
        CHECK(rows.environments[4].project_path == "/left/lost");
        const ResolvePlan again = resolve_places(rows, machine.questions(), {});
        CHECK(again.changes.empty());
        CHECK(again.paths_kept == 3);
    }

    TEST_CASE("what was cloned is found and counted") {
        sources::CatalogRows rows;
        rows.clone_dir = "/code";
        rows.environments = {environment(1, "/left/x", "https://github.com/a/x")};
        Machine machine{{"/code"}, {}};
        const ResolvePlan before = resolve_places(rows, machine.questions(), {});
        REQUIRE(before.clonable.size() == 1);
        CHECK(before.clonable[0].target == "/code/x");
        machine.folders.insert("/code/x");
        machine.remotes["/code/x"] = {"https://github.com/a/x"};
        const ResolvePlan after = resolve_places(rows, machine.questions(), {"/code/x"});
        CHECK(after.repos_cloned == 1);
        CHECK(after.paths_found == 0);
        CHECK(after.unresolved.empty());
    }

    TEST_CASE("a relative clone directory is inside the version") {
        sources::CatalogRows rows;
        rows.clone_dir = "projects";
        rows.versions = {{1, "17.0", "/v/17"}};
        rows.environments = {environment(1, "", "https://github.com/a/x.git")};
        rows.environments[0].version_id = 1;
        const Machine machine{{"/v/17"}, {}};
        const ResolvePlan plan = resolve_places(rows, machine.questions(), {});
        REQUIRE(plan.clonable.size() == 1);
        CHECK(plan.clonable[0].target == "/v/17/projects/x");
    }

    TEST_CASE("a folder in the way is not cloned over") {
        sources::CatalogRows rows;
        rows.clone_dir = "/code";
        rows.environments = {environment(1, "", "https://github.com/a/x.git")};
        const Machine machine{{"/code", "/code/x"}, {}};
        const ResolvePlan plan = resolve_places(rows, machine.questions(), {});
        CHECK(plan.clonable.empty());
        CHECK(plan.unresolved.size() == 1);
    }

    TEST_CASE("no URL of another device becomes a program or an option") {
        for (const char* url : {"ext::sh -c evil",
                                "--upload-pack=evil",
                                "file:///etc",
                                "/etc",
                                "git@host::x",
                                "http://host/x",
                                "ssh://-oProxyCommand=evil/x",
                                "git@-oProxyCommand=evil:x",
                                "https://host/a b",
                                "https://host/a\nb",
                                ""}) {
            CAPTURE(url);
            CHECK_FALSE(is_safe_url(url));
            sources::CatalogRows rows;
            rows.clone_dir = "/code";
            rows.environments = {environment(1, "", url)};
            const Machine machine{{"/code"}, {}};
            CHECK(resolve_places(rows, machine.questions(), {}).clonable.empty());
        }
        CHECK(is_safe_url("https://github.com/a/b.git"));
        CHECK(is_safe_url("git@github.com:a/b.git"));
        CHECK(is_safe_url("ssh://git@host:22/a/b"));
        sources::CatalogRows rows;
        rows.clone_dir = "/code";
        for (const char* url : {"https://host/a/..", "https://host/a/.git", "https://host/"})
            rows.environments.push_back(environment(1, "", url));
        const Machine machine{{"/code"}, {}};
        CHECK(resolve_places(rows, machine.questions(), {}).clonable.empty());
    }
}

}  // namespace satchel::app
