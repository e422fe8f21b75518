// Arguments to invocations.
#include "ctl/args/args.h"

#include "ctl/args/table.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::ctl;

namespace {

Result<std::variant<Invocation, AnswerText>> parse(std::vector<std::string> arguments) {
    return parse_arguments(arguments, "1.2.3");
}

Invocation invocation(std::vector<std::string> arguments) {
    const auto parsed = parse(std::move(arguments));
    REQUIRE_MESSAGE(parsed.has_value(), (parsed.has_value() ? "" : parsed.error().message));
    REQUIRE(std::holds_alternative<Invocation>(*parsed));
    return std::get<Invocation>(*parsed);
}

}  // namespace

TEST_SUITE("ctl/args") {
    TEST_CASE("global options are taken before and after the command") {
        CHECK(invocation({}).command.empty());
        const auto before = invocation({"--json", "-n", "sync", "push"});
        const auto after = invocation({"sync", "push", "--json", "-n"});
        for (const auto* args : {&before, &after}) {
            CHECK(args->command == "sync push");
            CHECK(args->json);
            CHECK(args->dry_run);
            CHECK_FALSE(args->verbose);
        }
        CHECK(invocation({"sync"}).command == "sync");
        CHECK(invocation({"daemon"}).command == "daemon status");
    }

    TEST_CASE("values lists and positionals arrive by name") {
        const auto args = invocation({"source",
                                      "add",
                                      "/p",
                                      "--table",
                                      "a",
                                      "--table",
                                      "b",
                                      "--rule=x=text",
                                      "--name",
                                      "n"});
        CHECK(args.text("path") == "/p");
        CHECK(args.list("table") == std::vector<std::string>{"a", "b"});
        CHECK(args.list("rule") == std::vector<std::string>{"x=text"});
        CHECK(args.text("name") == "n");
        CHECK_FALSE(args.has("profile"));
        CHECK(invocation({"daemon", "logs", "-f"}).has("follow"));
        CHECK(invocation({"sync", "server", "--port", "9100"}).text("port") == "9100");
    }

    TEST_CASE("wrong arguments name what is wrong and what was meant") {
        const std::tuple<std::vector<std::string>, const char*, const char*> cases[] = {
            {{"pul"}, "unknown command 'pul'", "did you mean 'sync pull'?"},
            {{"sync", "pul"}, "unknown command 'pul'", "did you mean 'pull'?"},
            {{"statsu"}, "unknown command 'statsu'", "did you mean 'status'?"},
            {{"sync", "push", "--jsn"}, "unknown option '--jsn'", "did you mean '--json'?"},
            {{"sync", "server", "--prt=1"}, "unknown option '--prt=1'", "did you mean '--port'?"},
            {{"sync", "server", "--port", "1", "--port", "2"},
             "--port needs exactly one value",
             ""},
            {{"why"}, "item", ""},
            {{"why", "a", "b"}, "item needs exactly one value", ""},
            {{"sync", "pu\033[2Jl"}, "unknown command 'pu\\x1b[2Jl'", ""},
        };
        for (const auto& [arguments, expected, hint] : cases) {
            // A name of its own: clang 14 captures no structured bindings.
            const auto& message = expected;
            CAPTURE(message);
            const auto parsed = parse(arguments);
            REQUIRE(!parsed);
            CHECK(parsed.error().code == ErrorCode::invalid_argument);
            CHECK(parsed.error().message.find(message) != std::string::npos);
            if (*hint) CHECK(parsed.error().hint == hint);
        }
    }

    TEST_CASE("a secret as an argument is refused and not repeated") {
        for (const char* secret : {"satchel_iv1_abcdefgh",
                                   "satchel_dk1_abcdefgh",
                                   "--url=https://h/satchel_iv1_abcdefgh",
                                   "--api-key=abcdefgh"}) {
            const auto parsed = parse({"sync", "setup", secret});
            REQUIRE(!parsed);
            CHECK(parsed.error().message.find("process list") != std::string::npos);
            CHECK(parsed.error().message.find("abcdefgh") == std::string::npos);
        }
        CHECK(parse({"why", "satchel_notes.md"}).has_value());
        std::vector<std::string> arguments = {"recovery", "use", "https://h"};
        arguments.insert(arguments.end(), 24, "abandon");
        std::string in_one = "abandon";
        for (int i = 0; i < 23; ++i) in_one += " abandon";
        const std::vector<std::string> as_one = {"recovery", "use", "https://h", in_one};
        for (const auto& words : {arguments, as_one}) {
            const auto parsed = parse(words);
            REQUIRE(!parsed);
            CHECK(parsed.error().message.find("process list") != std::string::npos);
            CHECK(parsed.error().message.find("abandon") == std::string::npos);
        }
        CHECK(parse({"device", "approve", "phone", "--words=one two three four five six"})
                  .has_value());
    }

    TEST_CASE("every command explains itself with an example") {
        for (const auto& row : command_rows()) {
            CAPTURE(std::string(row.name));
            if (row.name.empty() || row.name == "sync") continue;
            const auto space = row.name.find(' ');
            std::vector<std::string> arguments{std::string(row.name.substr(0, space))};
            if (space != std::string_view::npos) arguments.emplace_back(row.name.substr(space + 1));
            arguments.emplace_back("--help");
            const auto parsed = parse(arguments);
            REQUIRE(parsed.has_value());
            const auto& text = std::get<AnswerText>(*parsed).text;
            CHECK(text.find(row.example) != std::string::npos);
            CHECK(text.find(row.summary) != std::string::npos);
            for (const auto& option : row.options)
                CHECK(text.find(option.help) != std::string::npos);
        }
    }
}
