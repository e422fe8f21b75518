// Repositories as they lie on disk, read without git.
#include "daemon/sources/git_remote.h"

#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

std::string config_with(const std::string& url) {
    return "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = " + url + "\n\tfetch = +x\n";
}

}  // namespace

TEST_SUITE("sources/git_remote") {
    TEST_CASE("urls of one repository are one") {
        for (const char* url : {"https://github.com/A/b.git",
                                "https://user:word@GitHub.com/A/b/",
                                "git@github.com:A/b.git",
                                "github.com:A/b",
                                "ssh://git@github.com/A/b/",
                                "ssh://git@github.com:22//A/b.git",
                                "git://github.com/A/b"}) {
            CAPTURE(url);
            CHECK(portable_url(url) == "github.com/A/b");
        }
    }

    TEST_CASE("a path of this machine means nothing elsewhere") {
        for (const char* url : {"/srv/git/app.git",
                                "../app",
                                "./a:b",
                                "file:///srv/app",
                                "C:\\repos\\app",
                                "C:/repos/app",
                                "ext::sh -c x",
                                "https://github.com",
                                "https:///a/b",
                                "host:",
                                "git@host:/",
                                "https://h/a b",
                                ""}) {
            CAPTURE(url);
            CHECK_FALSE(portable_url(url));
        }
    }

    TEST_CASE("remotes are read from the text of a config") {
        const auto found = git_remotes(
            "[core]\n\turl = no\n[remote \"origin\"]\n\turl = https://x/y \r\n\turls = z\n"
            "[remote \"two\"]\n  url=\"git@x:y\"\n[branch \"url\"]\n\turl = w\n");
        REQUIRE(found.size() == 2);
        CHECK(found[0].name == "origin");
        CHECK(found[0].url == "https://x/y");
        CHECK(found[1].name == "two");
        CHECK(found[1].url == "git@x:y");
        CHECK(git_remotes("").empty());
        CHECK(git_remotes("[remote \"origin").empty());
    }

    TEST_CASE("a folder finds its repository above it") {
        const support::TempDir dir;
        dir.write("home/dev/app/.git/config", config_with("git@github.com:acme/app.git"));
        dir.write("home/dev/app/sub/deep/x", "");
        const auto place = find_git_place(dir / "home/dev/app/sub/deep", dir / "home");
        REQUIRE(place);
        CHECK(place->url == "github.com/acme/app");
        CHECK(place->subfolder == "sub/deep");
        CHECK(find_git_place(dir / "home/dev/app", dir / "home")->subfolder == "");
        CHECK_FALSE(find_git_place(dir / "home/dev", dir / "home"));
        CHECK_FALSE(find_git_place(dir / "home/gone", dir / "home"));
    }

    TEST_CASE("a home that is a repository is not what its projects belong to") {
        const support::TempDir dir;
        dir.write("home/.git/config", config_with("git@github.com:me/dotfiles"));
        dir.write("home/dev/x", "");
        CHECK_FALSE(find_git_place(dir / "home/dev", dir / "home"));
        CHECK(find_git_place(dir / "home", dir / "home"));
    }

    TEST_CASE("worktrees and submodules point to their repository") {
        const support::TempDir dir;
        dir.write("main/.git/config", config_with("https://github.com/acme/app"));
        dir.write("main/.git/worktrees/two/commondir", "../..\n");
        dir.write("two/.git", "gitdir: " + (dir / "main/.git/worktrees/two").string() + "\n");
        dir.write("main/.git/modules/sub/config", config_with("https://github.com/acme/sub"));
        dir.write("main/sub/.git", "gitdir: ../.git/modules/sub\n");
        const auto tree = find_git_place(dir / "two", "/");
        REQUIRE(tree);
        CHECK(tree->url == "github.com/acme/app");
        CHECK(tree->is_worktree);
        const auto module = find_git_place(dir / "main/sub", "/");
        REQUIRE(module);
        CHECK(module->url == "github.com/acme/sub");
        CHECK_FALSE(module->is_worktree);
        CHECK(remotes_of_folder(dir / "two").size() == 1);
        dir.write("bad/.git", "gitdir: nowhere\n");
        CHECK(remotes_of_folder(dir / "bad").empty());
    }

    TEST_CASE("origin comes before other remotes and others stand in for it") {
        const support::TempDir dir;
        dir.write("a/.git/config",
                  "[remote \"fork\"]\nurl=git@x:f\n[remote \"origin\"]\nurl=git@x:o\n");
        dir.write("b/.git/config", "[remote \"up\"]\nurl=/srv/x\n[remote \"fork\"]\nurl=git@x:f\n");
        CHECK(find_git_place(dir / "a", "/")->url == "x/o");
        CHECK(find_git_place(dir / "b", "/")->url == "x/f");
    }
}

}  // namespace satchel::sources::test
