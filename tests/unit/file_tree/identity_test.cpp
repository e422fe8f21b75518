// Identities of projects as path components.
#include "daemon/sources/file_tree/project_identity.h"
#include "tests/support/temp_dir.h"

#include <random>

#include <doctest/doctest.h>

namespace satchel::sources::test {

using Kind = ProjectIdentity::Kind;

TEST_SUITE("file_tree/project_identity") {
    TEST_CASE("identities are one path component and come back") {
        const std::pair<ProjectIdentity, std::string> rows[] = {
            {{Kind::git, "github.com/acme/app", ""}, "@git:github.com%2Facme%2Fapp"},
            {{Kind::git, "github.com/acme/app", "sub/dir"},
             "@git:github.com%2Facme%2Fapp%23sub%2Fdir"},
            {{Kind::home, "dev/app 100%", ""}, "@home:dev%2Fapp 100%25"},
            {{Kind::home, "d\u00e9v/\u65e5", ""}, "@home:d\u00e9v%2F\u65e5"},
            {{Kind::home, "a#b", ""}, "@home:a%23b"},
            {{Kind::plain, "-srv-app", ""}, "-srv-app"},
        };
        for (const auto& [identity, component] : rows) {
            CHECK(identity.encode() == component);
            CHECK(ProjectIdentity::decode(component) == identity);
        }
        CHECK(rows[1].first.words() == "github.com/acme/app#sub/dir");
        CHECK(rows[2].first.words() == "~/dev/app 100%");
    }

    TEST_CASE("what other devices may not say is refused") {
        for (const char* component : {"@",
                                      "@git:",
                                      "@home:",
                                      "@home:..%2Fx",
                                      "@home:a%2F..%2Fb",
                                      "@home:a%2F%2Fb",
                                      "@home:%2Fetc",
                                      "@home:a%2f",
                                      "@home:a%2",
                                      "@home:a%0Ab",
                                      "@home:%61",
                                      "@home:a:b",
                                      "@home:\xff",
                                      "@git:x%2Fy%23",
                                      "@git:x%2Fy%23..%2Fz",
                                      "@other:x"}) {
            CAPTURE(component);
            CHECK_FALSE(ProjectIdentity::decode(component));
        }
        CHECK_FALSE(ProjectIdentity::decode("@home:" + std::string(300, 'a')));
    }

    TEST_CASE("a folder is known by its remote first and by its name last") {
        const support::TempDir dir;
        const std::string home = (dir / "home/a").string();
        dir.write("home/a/dev/app/.git/config",
                  "[remote \"origin\"]\nurl=git@github.com:acme/app\n");
        dir.write("home/a/notes/x", "");
        auto found = identities_of(home + "/dev/app", home, "-s");
        REQUIRE(found.size() == 3);
        CHECK(found[0].encode() == "@git:github.com%2Facme%2Fapp");
        CHECK(found[1].encode() == "@home:dev%2Fapp");
        CHECK(found[2].encode() == "-s");
        found = identities_of(home + "/notes", home, "-s");
        REQUIRE(found.size() == 2);
        CHECK(found[0].encode() == "@home:notes");
        CHECK(identities_of("/srv/x", home, "-srv-x").size() == 1);
        CHECK(identities_of(home, home, "-home-a").size() == 1);
        CHECK(identities_of("C:\\dev\\app", home, "C--dev-app").size() == 1);
    }

    TEST_CASE("places are told relative to the home") {
        CHECK(path_below("/home/jon/x", "/home/jon") == "x");
        CHECK_FALSE(path_below("/home/jonas", "/home/jon"));
        CHECK(to_place_text("/home/a/dev", "/home/a") == "~/dev");
        CHECK(to_place_text("/srv/x", "/home/a") == "/srv/x");
        CHECK(from_place_text("~/dev", "/Users/b") == "/Users/b/dev");
        CHECK(from_place_text("/srv/x", "/Users/b") == "/srv/x");
    }
}

}  // namespace satchel::sources::test
