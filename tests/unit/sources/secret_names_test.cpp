// Two hundred names, judged one by one, and values that give themselves away.
#include "daemon/sources/secret_names.h"

#include "tests/unit/sources/setting_names.h"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

namespace satchel::sources {

TEST_SUITE("sources/secret_names") {
    TEST_CASE("every secret name is told and no other is taken for one") {
        static_assert(test::kSecretNames.size() + test::kPlainNames.size() >= 200);
        for (const std::string_view name : test::kSecretNames) {
            CAPTURE(name);
            CHECK(is_secret_name(name));
        }
        for (const std::string_view name : test::kPlainNames) {
            CAPTURE(name);
            CHECK_FALSE(is_secret_name(name));
        }
    }

    TEST_CASE("bytes that are no text do not hide a word") {
        CHECK(is_secret_name(std::string_view("api\0password", 12)));
        CHECK(is_secret_name("\xff\xfetoken\xff"));
        CHECK(is_secret_name("  password\n"));
        CHECK_FALSE(is_secret_name(""));
        CHECK_FALSE(is_secret_name("\xff\xfe"));
    }

    TEST_CASE("a value gives itself away whatever its name") {
        const std::string body = "abcdefghij0123456789ABCDEFGHIJ0123456789";
        for (const std::string prefix : {"sk-",
                                         "sk-ant-",
                                         "ghp_",
                                         "github_pat_",
                                         "glpat-",
                                         "xoxb-",
                                         "npm_",
                                         "hf_",
                                         "satchel_dk1_",
                                         "satchel_iv1_"}) {
            CAPTURE(prefix);
            CHECK(is_secret_value(prefix + body));
            CHECK(is_secret_value("export X=" + prefix + body + " # mine"));
            CHECK_FALSE(is_secret_value(prefix));
            CHECK_FALSE(is_secret_value("a" + prefix + "short"));
        }
        CHECK(is_secret_value("AKIAABCDEFGHIJKLMNOP"));
        CHECK(is_secret_value("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl"));
        CHECK(is_secret_value("postgresql://me:hunter2@db.example/x"));
        CHECK(is_secret_value("host=db user=me password=hunter2"));
        CHECK(is_secret_value(R"({"name": "x", "api_key": "hunter2"})"));
        CHECK(is_secret_value(R"({"clientSecret":"hunter2"})"));
    }

    TEST_CASE("ordinary values pass") {
        for (const char* value : {"",
                                  "dark",
                                  "/home/me/work",
                                  "https://hub.example:8080/a?b=c",
                                  "git@github.com:me/repo.git",
                                  "ssh://git@github.com/me/repo.git",
                                  "-----BEGIN CERTIFICATE-----",
                                  "task-force-of-the-new-age-of-sail",
                                  R"({"theme": "dark", "api_key": ""})",
                                  R"({"max_tokens": 4096, "password": null})",
                                  "press any key: then go on",
                                  "2026-11-21T09:00:00Z",
                                  "a=b=c"}) {
            CAPTURE(value);
            CHECK_FALSE(is_secret_value(value));
        }
    }

    TEST_CASE("a person's word on one name counts more than the rules") {
        const SecretExceptions exceptions{{"sort.KEY"}, {"Company.Name"}};
        CHECK_FALSE(is_secret_setting("Sort.key", "name", exceptions));
        CHECK(is_secret_setting("company.name", "x", exceptions));
        CHECK(is_secret_setting("other.key", "x", exceptions));
        CHECK_FALSE(is_secret_setting("other", "x", exceptions));
        CHECK(split_names(" a.b, c\td,,\n") == std::vector<std::string>{"a.b", "c", "d"});
    }

    TEST_CASE("a long hostile value is judged in time that grows with its length") {
        std::string value;
        while (value.size() < 4'000'000) value += "sk-=\"://a:eyJ";
        const auto start = std::chrono::steady_clock::now();
        (void)is_secret_value(value);
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
    }
}

}  // namespace satchel::sources
