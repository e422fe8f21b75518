// satcheld's command line: roles, options, and what it says to a mistake.
#include "daemon/app/arguments.h"

#include "tests/support/result_text.h"

#include <vector>

#include <doctest/doctest.h>

namespace satchel::app {

namespace {

Result<Arguments> parse(std::initializer_list<std::string_view> words) {
    return parse_arguments(std::vector<std::string_view>(words));
}

/// The message about a mistake; empty when the words were taken after all.
std::string mistake_in(std::initializer_list<std::string_view> words) {
    const auto arguments = parse(words);
    if (arguments) return {};
    CHECK(arguments.error().code == ErrorCode::invalid_argument);
    return arguments.error().message;
}

bool mentions(const std::string& message, std::string_view part) {
    return message.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE_BEGIN("app/arguments");

TEST_CASE("the first word gives the role and no word asks for help") {
    struct Row {
        std::string_view word;
        Role role;
    };

    for (const Row& row : {Row{"run", Role::device},
                           Row{"hub", Role::hub},
                           Row{"init-config", Role::init_config},
                           Row{"--check-config", Role::check_config},
                           Row{"--version", Role::version},
                           Row{"--help", Role::help},
                           Row{"-h", Role::help}}) {
        const auto arguments = parse({row.word});
        CAPTURE(row.word);
        REQUIRE(arguments);
        CHECK(arguments->role == row.role);
    }
    const auto nothing = parse({});
    REQUIRE(nothing);
    CHECK(nothing->role == Role::help);
}

TEST_CASE("a hub without options listens on this machine only") {
    const auto arguments = parse({"hub"});
    REQUIRE(arguments);
    CHECK(arguments->bind_address == "127.0.0.1");
    CHECK(arguments->port == 9100);
    CHECK_FALSE(arguments->tls_certificate);
    CHECK_FALSE(arguments->data_directory);
    CHECK_FALSE(arguments->is_foreground);
}

TEST_CASE("options are taken in any order") {
    const auto arguments = parse({"--port",
                                  "443",
                                  "hub",
                                  "--bind",
                                  "::",
                                  "--tls-key",
                                  "key.pem",
                                  "--tls-cert",
                                  "cert.pem",
                                  "--url",
                                  "https://hub.example",
                                  "-f",
                                  "--data-dir",
                                  "/srv/hub"});
    REQUIRE(arguments);
    CHECK(arguments->role == Role::hub);
    CHECK(arguments->port == 443);
    CHECK(arguments->bind_address == "::");
    CHECK(arguments->tls_certificate == "cert.pem");
    CHECK(arguments->tls_key == "key.pem");
    CHECK(arguments->public_url == "https://hub.example");
    CHECK(arguments->data_directory == "/srv/hub");
    CHECK(arguments->is_foreground);
}

TEST_CASE("a port is a number from 0 to 65535 and nothing else") {
    CHECK(parse({"hub", "--port", "0"}));
    CHECK(parse({"hub", "--port", "65535"}));
    for (const std::string_view port :
         {"65536", "-1", "+1", "80a", " 80", "0x50", "8.0", "99999999999999999999"}) {
        CAPTURE(port);
        CHECK(mentions(mistake_in({"hub", "--port", port}), "--port must be 0 to 65535"));
    }
}

TEST_CASE("an option without its value is named") {
    for (const std::string_view option :
         {"--bind", "--port", "--tls-cert", "--tls-key", "--data-dir", "--url"}) {
        CAPTURE(option);
        CHECK(mentions(mistake_in({"hub", option}), std::string(option) + " needs a value"));
        CHECK(mentions(mistake_in({"hub", option, ""}), std::string(option) + " needs a value"));
    }
}

TEST_CASE("certificate and key go together") {
    CHECK(mentions(mistake_in({"hub", "--tls-cert", "c"}), "go together"));
    CHECK(mentions(mistake_in({"hub", "--tls-key", "k"}), "go together"));
}

TEST_CASE("a misspelt word is answered with the nearest one") {
    CHECK(mentions(mistake_in({"hub", "--prot", "1"}), "did you mean '--port'?"));
    CHECK(mentions(mistake_in({"huub", "x"}), "did you mean 'hub'?"));
    const std::string foreign = mistake_in({"synchronise", "x"});
    CHECK(mentions(foreign, "unknown word 'synchronise'"));
    CHECK_FALSE(mentions(foreign, "did you mean"));
}

TEST_CASE("a word cannot drive the terminal") {
    const std::string message = mistake_in({"\x1b[31mrun", "x"});
    CHECK(mentions(message, "\\x1b[31mrun"));
    CHECK_FALSE(mentions(message, "\x1b"));
}

TEST_CASE("the help names every role and option") {
    for (const std::string_view word : {"run",
                                        "hub",
                                        "init-config",
                                        "--check-config",
                                        "--version",
                                        "--foreground",
                                        "--bind",
                                        "--port",
                                        "--tls-cert",
                                        "--tls-key",
                                        "--url",
                                        "--data-dir"}) {
        CAPTURE(word);
        CHECK(mentions(std::string(help_text()), word));
    }
}

TEST_SUITE_END();

}  // namespace satchel::app
