// Groups of tasks: they end together, and a failure is told by its task's name.
#include "shared/async/task_group.h"

#include "tests/support/run.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace satchel::async {

namespace {

using Failures = std::vector<std::pair<std::string, std::string>>;

/// A loop with a group on it that keeps what it was told.
struct Fixture {
    asio::io_context io{1};
    Failures failures;
    TaskGroup group{io.get_executor(), [this](const std::string& name, const std::string& what) {
                        failures.emplace_back(name, what);
                    }};
};

asio::awaitable<void> count_up(int& count) {
    ++count;
    co_return;
}

asio::awaitable<void> fail(std::string what) {
    throw std::runtime_error(what);
    co_return;
}

// Waits for what never comes; notes how it ended.
asio::awaitable<void> wait_for_ever(int& cancelled) {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    try {
        co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) ++cancelled;
        throw;
    }
}

}  // namespace

TEST_SUITE_BEGIN("async/task_group");

TEST_CASE("join waits until every task has ended") {
    Fixture f;
    int count = 0;
    f.group.spawn("one", count_up(count));
    f.group.spawn("two", count_up(count));
    CHECK(f.group.size() == 2);
    support::run(f.io, f.group.join());
    CHECK(count == 2);
    CHECK(f.group.size() == 0);
    CHECK(f.failures.empty());
}

TEST_CASE("join of an empty group ends at once") {
    Fixture f;
    support::run(f.io, f.group.join());
    CHECK(f.group.size() == 0);
}

TEST_CASE("a failure is told with the name of its task and harms no other") {
    Fixture f;
    int count = 0;
    f.group.spawn("broken", fail("out of luck"));
    f.group.spawn("sound", count_up(count));
    support::run(f.io, f.group.join());
    CHECK(f.failures == Failures{{"broken", "out of luck"}});
    CHECK(count == 1);
}

TEST_CASE("cancel ends every waiting task and reports none of them") {
    Fixture f;
    int cancelled = 0;
    f.group.spawn("one", wait_for_ever(cancelled));
    f.group.spawn("two", wait_for_ever(cancelled));
    f.io.poll();
    CHECK(f.group.size() == 2);
    f.group.cancel();
    support::run(f.io, f.group.join());
    CHECK(cancelled == 2);
    CHECK(f.failures.empty());
    CHECK(f.group.size() == 0);
}

TEST_CASE("a task that fails while it is cancelled is still reported") {
    Fixture f;
    int cancelled = 0;
    const auto clean_up_badly = [&]() -> asio::awaitable<void> {
        try {
            co_await wait_for_ever(cancelled);
        } catch (const boost::system::system_error&) {
            throw std::runtime_error("cannot tidy up");
        }
    };
    f.group.spawn("untidy", clean_up_badly());
    f.io.poll();
    f.group.cancel();
    support::run(f.io, f.group.join());
    CHECK(f.failures == Failures{{"untidy", "cannot tidy up"}});
}

TEST_CASE("a task may start another that join waits for too") {
    Fixture f;
    int count = 0;
    const auto parent = [&]() -> asio::awaitable<void> {
        f.group.spawn("child", count_up(count));
        co_return;
    };
    f.group.spawn("parent", parent());
    support::run(f.io, f.group.join());
    CHECK(count == 1);
    CHECK(f.group.size() == 0);
}

TEST_CASE("a group can be used again after join") {
    Fixture f;
    int count = 0;
    for (int round = 0; round < 3; ++round) {
        f.group.spawn("task", count_up(count));
        support::run(f.io, f.group.join());
    }
    CHECK(count == 3);
}

TEST_SUITE_END();

}  // namespace satchel::async
