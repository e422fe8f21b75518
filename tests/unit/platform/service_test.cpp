// The service manager's protocols and starting programs.
#include "shared/platform/service.h"

#include "shared/platform/file_identity.h"
#include "shared/platform/spawn.h"
#include "shared/platform/system_clock.h"
#include "tests/support/temp_dir.h"

#include <chrono>
#include <cstring>
#include <map>
#include <thread>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace satchel;
using namespace satchel::platform;

namespace {

Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string(name));
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

}  // namespace

TEST_SUITE("platform/service") {
    TEST_CASE("notifications are datagrams with the words the manager knows") {
        const support::TempDir dir;
        const auto path = (dir / "notify").string();
        const UniqueFd manager(::socket(AF_UNIX, SOCK_DGRAM, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        REQUIRE(::bind(manager.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);

        const ServiceNotifier notifier(
            environment({{"NOTIFY_SOCKET", path}, {"WATCHDOG_USEC", "30000000"}}));
        CHECK(notifier.is_watched());
        CHECK(notifier.watchdog_interval() == milliseconds(15'000));
        notifier.ready();
        notifier.status("all is well\nWATCHDOG=trigger");
        notifier.reloading();
        notifier.watchdog();
        notifier.stopping();
        for (const char* expected : {"READY=1",
                                     "STATUS=all is well WATCHDOG=trigger",
                                     "RELOADING=1",
                                     "WATCHDOG=1",
                                     "STOPPING=1"}) {
            char message[100] = {};
            REQUIRE(::recv(manager.get(), message, sizeof message, MSG_DONTWAIT) > 0);
            CHECK(std::string(message) == expected);
        }
    }

    TEST_CASE("without a manager nothing happens") {
        for (const char* address : {"", "relative", "/nowhere/notify"}) {
            const ServiceNotifier notifier(*address ? environment({{"NOTIFY_SOCKET", address}})
                                                    : environment({}));
            notifier.ready();
            CHECK_FALSE(notifier.watchdog_interval().has_value());
        }
        CHECK_FALSE(ServiceNotifier(environment({{"NOTIFY_SOCKET", "rel"}})).is_watched());
    }

    TEST_CASE("an activated socket is taken only when it is meant for this process") {
        const auto pid = std::to_string(::getpid());
        CHECK_FALSE(take_activated_socket(environment({}), "control").has_value());
        CHECK_FALSE(take_activated_socket(environment({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}}),
                                          "control")
                        .has_value());
        for (const char* count : {"0", "-1", "x", "99999999999999999999", "65"})
            CHECK_FALSE(take_activated_socket(
                            environment({{"LISTEN_PID", pid}, {"LISTEN_FDS", count}}), "control")
                            .has_value());
        CHECK_FALSE(
            take_activated_socket(
                environment({{"LISTEN_PID", pid}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "a:b"}}),
                "control")
                .has_value());
    }

    TEST_CASE("a detached program runs and a missing one is an error") {
        const support::TempDir dir;
        const auto mark = dir / "mark with space; touch x";
        REQUIRE(spawn_detached({"/usr/bin/touch", mark.string()}).has_value());
        const SystemClock clock;
        const auto deadline = clock.steady_ms() + seconds(10);
        while (!std::filesystem::exists(mark) && clock.steady_ms() < deadline)
            std::this_thread::yield();
        CHECK(std::filesystem::exists(mark));
        CHECK(spawn_detached({"/nowhere/program"}).error().code == ErrorCode::not_found);
        CHECK_FALSE(find_program(environment({{"PATH", "relative::/nowhere"}}), "touch"));
        CHECK(find_program(environment({{"PATH", "/nowhere:/usr/bin"}}), "touch") ==
              "/usr/bin/touch");
    }

    TEST_CASE("a program is run to its end and one that does not end is ended") {
        const support::TempDir dir;
        const auto mark = dir / "mark";
        CHECK(run_program({"/bin/sh", "-c", "exit 3"}, {}, seconds(10)).value() == 3);
        CHECK(run_program({"/bin/sh", "-c", "kill -9 $$"}, {}, seconds(10)).value() == 137);
        CHECK(run_program({"/nowhere/program"}, {}, seconds(10)).value() == 127);
        CHECK(
            run_program({"/bin/sh", "-c", "test \"$A-$HOME\" = 'b c-/x' && read line; test $? = 1"},
                        {"A=b c", "HOME=/x"},
                        seconds(10))
                .value() == 0);
        const SystemClock clock;
        const auto start = clock.steady_ms();
        const auto late =
            run_program({"/bin/sh", "-c", "sleep 60 & sleep 60; touch " + mark.string()},
                        {},
                        milliseconds(100));
        CHECK(late.error().code == ErrorCode::busy);
        CHECK(clock.steady_ms() - start < seconds(30));
        CHECK_FALSE(std::filesystem::exists(mark));
    }

    TEST_CASE("a file is told by what it is and not by its name") {
        const support::TempDir dir;
        const auto file = dir.write("file", "12345");
        const auto found = identify_file(file).value();
        CHECK(found.is_regular);
        CHECK(found.size == 5);
        CHECK(found.links == 1);
        CHECK_FALSE(found.is_remote);
        std::filesystem::create_hard_link(file, dir / "hard");
        std::filesystem::create_symlink(file, dir / "soft");
        for (const char* name : {"hard", "soft"}) {
            const auto other = identify_file(dir / name).value();
            CHECK(other.inode == found.inode);
            CHECK(other.device == found.device);
            CHECK(other.links == 2);
        }
        CHECK_FALSE(identify_file(dir.path()).value().is_regular);
        CHECK_FALSE(identify_file("/dev/null").value().is_regular);
        CHECK(identify_file(dir / "none").error().code == ErrorCode::not_found);
    }
}
