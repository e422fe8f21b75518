// Waiting for folders, processes and sockets: each ends with the thing waited for, not before and
// not at the deadline.
#include "shared/platform/folder_watch.h"
#include "shared/platform/local_socket.h"
#include "shared/platform/process_watch.h"
#include "shared/platform/system_clock.h"
#include "tests/support/temp_dir.h"

#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace satchel;
using namespace satchel::platform;

namespace {

constexpr milliseconds kLong = seconds(30);

milliseconds now() {
    return SystemClock().steady_ms();
}

// A process that lives until end() is called.
class Child {
  public:
    Child() {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const UniqueFd in(ends[0]);
        out_.reset(ends[1]);
        id_ = ::fork();
        if (id_ == 0) {
            ::close(ends[1]);
            char byte = 0;
            while (::read(ends[0], &byte, 1) > 0) {
            }
            ::_exit(0);
        }
    }

    ~Child() {
        end();
        ::waitpid(id_, nullptr, 0);
    }

    void end() { out_.reset(); }

    [[nodiscard]] pid_t id() const { return id_; }

  private:
    UniqueFd out_;
    pid_t id_ = 0;
};

}  // namespace

TEST_SUITE("platform/waits") {
    TEST_CASE("a change in the folder between the watch and the wait is not missed") {
        const support::TempDir dir;
        FolderWatch watch(dir.path());
        dir.write("made", "1");
        const auto before = now();
        watch.wait(kLong);
        CHECK(now() - before < seconds(10));
    }

    TEST_CASE("a line written to a file of the folder ends the wait") {
        const support::TempDir dir;
        dir.write("log", "one\n");
        FolderWatch watch(dir.path());
        std::thread writer([&] { dir.append("log", "two\n"); });
        const auto before = now();
        watch.wait(kLong);
        CHECK(now() - before < seconds(10));
        writer.join();
    }

    TEST_CASE("without a change the wait ends at its limit") {
        const support::TempDir dir;
        FolderWatch watch(dir.path());
        const auto before = now();
        watch.wait(milliseconds(60));
        CHECK(now() - before >= milliseconds(40));
    }

    TEST_CASE("a folder that is not there is looked at after a short pause") {
        const support::TempDir dir;
        FolderWatch watch(dir / "missing");
        const auto before = now();
        watch.wait(kLong);
        CHECK(now() - before < seconds(10));
    }

    TEST_CASE("a process is waited for until it ends") {
        Child child;
        const ProcessWatch watch(child.id());
        CHECK_FALSE(watch.wait_end(milliseconds(20)));
        child.end();
        const auto before = now();
        CHECK(watch.wait_end(kLong));
        CHECK(now() - before < seconds(10));
    }

    TEST_CASE("a process that never was has ended") {
        CHECK(ProcessWatch(0).wait_end(milliseconds(0)));
        CHECK(ProcessWatch(0x3fffffff).wait_end(milliseconds(0)));
    }

    TEST_CASE("whoever sees the socket appear can connect") {
        for (int i = 0; i < 200; ++i) {
            const support::TempDir dir;
            UniqueFd listening;
            std::thread daemon([&] { listening = std::move(*listen_local(dir / "s.sock")); });
            while (!std::filesystem::exists(dir / "s.sock")) std::this_thread::yield();
            const auto stream = LocalStream::connect(dir / "s.sock");
            daemon.join();
            REQUIRE(stream.has_value());
            std::size_t names = 0;
            for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
                names += entry.path() == dir / "s.sock" ? 1 : 100;
            REQUIRE(names == 1);
        }
    }

    TEST_CASE("a process that is no daemon is not told to end") {
        const support::TempDir dir;
        auto listening = listen_local(dir / "s");
        REQUIRE(listening.has_value());
        const auto stream = LocalStream::connect(dir / "s");
        REQUIRE(stream.has_value());
#if defined(__linux__)
        CHECK_FALSE(stream->terminate_peer().has_value());
#endif
    }
}
