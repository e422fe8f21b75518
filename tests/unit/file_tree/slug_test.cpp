// The assistant's name of a project's folder, by its exact rule.
#include "daemon/sources/file_tree/slug.h"

#include <doctest/doctest.h>

namespace satchel::sources::test {

TEST_SUITE("file_tree/slug") {
    TEST_CASE("every unit that is no letter or digit becomes a dash") {
        const std::pair<std::string, std::string> rows[] = {
            {"/a/b.c_d", "-a-b-c-d"},
            {"/home/u/\u65e5\u672c\u8a9e/x", "-home-u-----x"},
            {"/x/\U0001f600", "-x---"},
            {"C:\\Users\\Zo\u00eb M\u00fcller\\Dev Projects\\demo_app",
             "C--Users-Zo--M-ller-Dev-Projects-demo-app"},
            {"/Case/KEPT//twice", "-Case-KEPT--twice"},
        };
        for (const auto& [path, slug] : rows) CHECK(slug_of(path) == slug);
    }

    TEST_CASE("characters that file systems take apart count as one") {
        CHECK(slug_of("/caf\u0065\u0301") == slug_of("/caf\u00e9"));
        CHECK(slug_of("/caf\u0065\u0301") == "-caf-");
        CHECK(compose_text("\u0061\u0323\u0302") == U"\u1ead");
        CHECK(compose_text("\u1100\u1161\u11a8") == U"\uac01");
        CHECK(compose_text("e\u0331\u0301") == U"\u00e9\u0331");
        CHECK(compose_text("e\u0301\u0301") == U"\u00e9\u0301");
        CHECK(compose_text("\u0301e") == U"\u0301e");
        CHECK(compose_text("a \u0301") == U"a \u0301");
    }

    TEST_CASE("bytes that are no text are one dash each") {
        CHECK(slug_of("/a\xff\xc3(b") == "-a---b");
        CHECK(slug_of("/\xed\xa0\x80") == "----");
        CHECK(slug_of("/\xf0\x9f\x98") == "----");
    }

    TEST_CASE("long names agree in their first 200 characters") {
        const std::string path = "/home/u/" + std::string(250, 'x');
        const std::string slug = slug_of(path);
        CHECK(slug.starts_with("-home-u-x"));
        CHECK(slug.ends_with("x-47iwxx"));
        CHECK(slug[200] == '-');
        CHECK(is_slug_of(slug.substr(0, 200) + "-other1", path));
        CHECK_FALSE(is_slug_of(slug.substr(0, 200), path));
        CHECK_FALSE(is_slug_of(slug.substr(0, 199) + "y-other1", path));
        CHECK(is_slug_of("-a-b-c", "/a/b.c"));
        CHECK_FALSE(is_slug_of("-a-b-c", "/a/b.cd"));
        CHECK(slug_of("/" + std::string(199, 'x')).size() == 200);
        CHECK_FALSE(long_slug_prefix("-a-b"));
    }
}

}  // namespace satchel::sources::test
