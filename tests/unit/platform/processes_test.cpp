// Programs that run, by name.
#include "shared/platform/processes.h"

#include "tests/support/temp_dir.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace satchel::platform {

namespace {

/// A copy of a small program under another name, running until it goes out of scope.
class Running {
  public:
    explicit Running(const std::filesystem::path& program) {
        std::filesystem::copy_file("/bin/sleep", program);
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC) != 0) return;
        pid_ = ::fork();
        if (pid_ == 0) {
            ::execl(program.c_str(), program.c_str(), "60", nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        // The end of the pipe: the program has taken the place of this one.
        char byte = 0;
        const ssize_t count = ::read(ends[0], &byte, 1);
        is_started_ = count == 0;
        ::close(ends[0]);
    }

    ~Running() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    [[nodiscard]] bool is_started() const { return is_started_; }

  private:
    pid_t pid_ = 0;
    bool is_started_ = false;
};

}  // namespace

TEST_SUITE("platform/processes") {
    TEST_CASE("a whole name is a program and a part of one is not") {
        const ProcessName native{"claude", "/home/u/.local/bin/claude", "claude", "--resume"};
        CHECK(is_program(native, "claude"));
        CHECK_FALSE(is_program(native, "clau"));
        CHECK_FALSE(is_program(native, "claude-helper"));
        CHECK(is_program(native, "bin/claude"));
        CHECK(is_program(native, "/bin/claude"));
        CHECK_FALSE(is_program(native, "in/claude"));
    }

    TEST_CASE("a script counts under its own name where an interpreter runs it") {
        const ProcessName script{"node", "/usr/bin/node", "node", "/usr/lib/x/gemini.js"};
        CHECK(is_program(script, "gemini"));
        CHECK(is_program(script, "node"));
        const ProcessName file{"vim", "/usr/bin/vim", "vim", "/home/u/gemini"};
        CHECK_FALSE(is_program(file, "gemini"));
        const ProcessName python{"python3.11", "/usr/bin/python3.11", "python3.11", "/bin/aider"};
        CHECK(is_program(python, "aider"));
    }

    TEST_CASE("a name that the system cut is told by its other words") {
        const ProcessName blind{"codex-app-serve", "", "", ""};
        CHECK(is_program(blind, "codex-app-server"));
        CHECK_FALSE(is_program(blind, "codex"));
        const ProcessName other{
            "codex-app-serve", "/opt/codex-app-service", "codex-app-service", ""};
        CHECK_FALSE(is_program(other, "codex-app-server"));
    }

    TEST_CASE("a program is seen while it runs and not after") {
        const support::TempDir dir;
        const std::string name = "satchel-gate-" + std::to_string(::getpid());
        CHECK(find_programs({&name, 1}) == RunState::stopped);
        {
            const Running running(dir / name);
            REQUIRE(running.is_started());
            CHECK(find_programs({&name, 1}) == RunState::running);
        }
        CHECK(find_programs({&name, 1}) == RunState::stopped);
        CHECK(find_programs({}) == RunState::stopped);
    }
}

}  // namespace satchel::platform
