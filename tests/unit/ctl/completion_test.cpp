// Completion scripts hold every word of the command table; bash runs its own for real.
#include "ctl/args/completion.h"

#include "ctl/args/table.h"
#include "tests/support/temp_dir.h"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace satchel;
using namespace satchel::ctl;

namespace {

std::string script_of(std::string_view shell) {
    auto script = completion_script(shell);
    REQUIRE(script.has_value());
    return *script;
}

bool holds(const std::string& script, std::string_view word) {
    return script.find(word) != std::string::npos;
}

/// What bash offers for the last of `words`; nothing where there is no bash.
std::string offered_by_bash(const std::vector<std::string>& words) {
    const support::TempDir dir;
    std::ofstream file(dir / "ask.sh");
    file << script_of("bash") << "COMP_WORDS=(";
    for (const std::string& word : words) file << " '" << word << "'";
    file << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_satchelctl\n"
         << "printf '%s ' \"${COMPREPLY[@]}\" >\"$1\"\n";
    file.close();
    const std::string script = (dir / "ask.sh").string();
    const std::string answer = (dir / "answer").string();
    const pid_t child = ::fork();
    if (child == 0) {
        ::execlp("bash", "bash", "--norc", script.c_str(), answer.c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WEXITSTATUS(status) == 0);
    std::ostringstream text;
    text << std::ifstream(answer).rdbuf();
    return text.str();
}

}  // namespace

TEST_SUITE("ctl/completion") {
    TEST_CASE("every command and every option is in every script") {
        for (const std::string_view shell : {"bash", "zsh", "fish"}) {
            const std::string script = script_of(shell);
            for (const auto& row : command_rows()) {
                const auto verb = row.name.substr(row.name.find(' ') + 1);
                CHECK_MESSAGE(holds(script, verb), shell, " lacks ", row.name);
                for (const auto& option : row.options) {
                    const auto dashes = option.name.find("--");
                    if (dashes == std::string_view::npos) continue;
                    const auto name = option.name.substr(dashes + (shell == "fish" ? 2 : 0));
                    const auto word =
                        shell == "fish" ? "-l " + std::string(name) : std::string(name);
                    CHECK_MESSAGE(holds(script, word), shell, " lacks ", row.name, " ", name);
                }
            }
            for (const auto& row : group_rows()) CHECK(holds(script, row.name));
        }
    }

    TEST_CASE("bash offers what can come next and nothing else") {
        CHECK(offered_by_bash({"satchelctl", "st"}) == "status ");
        CHECK(offered_by_bash({"satchelctl", "conflict", ""}) == "list show diff resolve ");
        CHECK(offered_by_bash({"satchelctl", "-v", "sync", "pu"}) == "push pull ");
        CHECK(offered_by_bash({"satchelctl", "sync", "pull", "--si"}) == "--since ");
        CHECK(offered_by_bash({"satchelctl", "sync", "push", "--si"}) == " ");
        CHECK(offered_by_bash({"satchelctl", "sync", "push", "--dry"}) == "--dry-run ");
        // A value is a file's name at best, which bash completes by itself.
        CHECK(offered_by_bash({"satchelctl", "sync", "setup", "--join-file", "st"}) == " ");
    }

    TEST_CASE("another shell is told which ones there are") {
        const auto script = completion_script("tcsh");
        REQUIRE_FALSE(script.has_value());
        CHECK(script.error().code == ErrorCode::invalid_argument);
        CHECK(script.error().hint == "bash, zsh and fish are known");
    }
}
