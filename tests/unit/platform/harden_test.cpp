// What a process that holds keys does first, done in a child so that this one stays as it is.
#include "shared/platform/harden.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

using namespace satchel;

namespace {

/// Runs `check` in a child after it was hardened; true when it said so.
template <class Check>
bool holds_in_child(Check check) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        platform::harden_process();
        ::_exit(check() ? 0 : 1);
    }
    int ended = 0;
    ::waitpid(child, &ended, 0);
    return WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
}

}  // namespace

TEST_SUITE("platform/harden") {
    TEST_CASE("no core is written whatever the limit was") {
        CHECK(holds_in_child([] {
            rlimit core{};
            return ::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
        }));
    }

#ifdef __linux__
    TEST_CASE("no other process of this user may look into it") {
        CHECK(holds_in_child([] { return ::prctl(PR_GET_DUMPABLE) == 0; }));
    }
#endif

    TEST_CASE("files it makes are for nobody else even where nothing else says so") {
        CHECK(holds_in_child([] { return ::umask(0) == 077; }));
    }

    TEST_CASE("as many files as the system allows may be open") {
        CHECK(holds_in_child([] {
            rlimit files{};
            ::getrlimit(RLIMIT_NOFILE, &files);
            files.rlim_cur = 64;
            ::setrlimit(RLIMIT_NOFILE, &files);
            platform::raise_open_files(files.rlim_max);
            rlimit after{};
            return ::getrlimit(RLIMIT_NOFILE, &after) == 0 && after.rlim_cur == files.rlim_max;
        }));
    }
}
