// Addresses of hubs as people write them: each mistake has words of its own, and no password that
// stands in one is ever repeated.
#include "daemon/http/url.h"

#include "tests/support/result_text.h"

#include <doctest/doctest.h>

namespace satchel::http {

TEST_SUITE("http/url") {
    TEST_CASE("addresses of hubs are taken apart") {
        const auto plain = parse_url("https://hub.example.org");
        REQUIRE(plain);
        CHECK(plain->is_tls);
        CHECK(plain->host == "hub.example.org");
        CHECK(plain->port == 443);
        CHECK(parse_url("HTTPS://hub.example.org:8443/")->port == 8443);
        CHECK(parse_url("http://127.0.0.1")->port == 80);
        const auto six = parse_url("https://[2001:db8::1]:9100");
        REQUIRE(six);
        CHECK(six->host == "2001:db8::1");
        CHECK(six->authority == "[2001:db8::1]:9100");
        CHECK(parse_url("https://xn--bcher-kva.example")->host == "xn--bcher-kva.example");
    }

    TEST_CASE("each mistake has words of its own") {
        struct Row {
            std::string_view text;
            std::string_view words;
        };

        // clang-format off
        const Row rows[] = {
            {"",                               "it is empty"},
            {"hub.example.org",                "https:// is missing"},
            {"hub.example.org:9100",           "https:// is missing"},
            {"localhost:9100",                 "https:// is missing"},
            {"file:///srv/hub",                "a folder is no hub"},
            {"/srv/hub",                       "a folder is no hub"},
            {"ftp://hub.example.org",          "only https and http are known"},
            {"https://me:hunter2@hub.example", "must not carry a name or password"},
            {"https://hub.example:0",          "the port is not a number from 1 to 65535"},
            {"https://hub.example:99999",      "the port is not a number from 1 to 65535"},
            {"https://hub.example:65536",      "the port is not a number from 1 to 65535"},
            {"https://hub.example:",           "the port is not a number from 1 to 65535"},
            {"https://hub.example:http",       "the port is not a number"},
            {"https://2001:db8::1:9100",       "stands in brackets"},
            {"https://[2001:db8::1",           "not a web address"},
            {"https://b\u00fccher.example",    "xn--"},
            {"https://hub.example.",           "must not end with a dot"},
            {"https://hub.example#top",        "nothing may follow the host"},
            {"https://hub.example/v1",         "nothing may follow the host"},
            {"https://hub.example?x=1",        "nothing may follow the host"},
            {"https://hub .example",           "a space"},
            {"https://",                       "no host"},
            {"https://hub%2eexample",          "no host"},
        };
        // clang-format on
        for (const Row& row : rows) {
            const auto url = parse_url(row.text);
            CAPTURE(row.text);
            REQUIRE(url.has_error());
            CAPTURE(url.error().message);
            CHECK(url.error().code == ErrorCode::bad_config);
            CHECK(url.error().message.find(row.words) != std::string::npos);
            CHECK(url.error().message.find("hunter2") == std::string::npos);
            CHECK_FALSE(url.error().hint.empty());
        }
    }

    TEST_CASE("a password is not repeated however the rest is written") {
        for (const std::string_view text : {"me:hunter2@hub.example",
                                            "ftp://me:hunter2@hub.example",
                                            "https://me:hunter2@hub.example:0",
                                            "https://me:hun@ter2@hub.example",
                                            "https://me:hunter2@b\u00fccher.example"}) {
            const auto url = parse_url(text);
            REQUIRE(url.has_error());
            CAPTURE(url.error().message);
            CHECK(url.error().message.find("ter2") == std::string::npos);
        }
    }
}

}  // namespace satchel::http
