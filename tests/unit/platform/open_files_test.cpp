// Who has a file open: asked of a child process.
#include "shared/platform/open_files.h"

#include <fstream>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace satchel;

TEST_SUITE("platform/open_files") {
    TEST_CASE("another program that has a file open is found and this one is not") {
        char name[] = "/tmp/satchel-open-XXXXXX";
        const int own = ::mkstemp(name);
        REQUIRE(own >= 0);
        const std::filesystem::path files[] = {name, "/nonexistent/file"};
        CHECK(platform::find_openers(files).empty());
        int ready[2];
        int finish[2];
        REQUIRE(::pipe(ready) == 0);
        REQUIRE(::pipe(finish) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            // It has the descriptor from its parent.
            ::close(finish[1]);
            char byte = 'x';
            static_cast<void>(!::write(ready[1], &byte, 1));
            static_cast<void>(!::read(finish[0], &byte, 1));
            ::_exit(0);
        }
        ::close(finish[0]);
        char byte = 0;
        REQUIRE(::read(ready[0], &byte, 1) == 1);
        const auto openers = platform::find_openers(files);
#ifdef __linux__
        REQUIRE(openers.size() == 1);
        CHECK(openers[0].pid == child);
        CHECK(openers[0].name.find("unit") != std::string::npos);
#endif
        ::close(finish[1]);
        ::waitpid(child, nullptr, 0);
        CHECK(platform::find_openers(files).empty());
        ::close(own);
        ::unlink(name);
    }
}
