// Workers: a job runs on its own thread, its value or exception comes back to the loop.
#include "shared/async/worker.h"

#include "tests/support/run.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/thread_pool.hpp>
#include <doctest/doctest.h>

namespace satchel::async {

namespace {

/// The loop outlives the pool: a job's last steps on its thread still refer to the loop that asked.
struct Fixture {
    asio::io_context io{1};
    asio::thread_pool pool{1};
    Worker worker{pool.get_executor()};

    ~Fixture() { pool.join(); }
};

}  // namespace

TEST_SUITE_BEGIN("async/worker");

TEST_CASE("the value of a job comes back") {
    Fixture f;
    CHECK(support::run(f.io, f.worker.run([] { return 41 + 1; })) == 42);
}

TEST_CASE("a job and its value may be movable only") {
    Fixture f;
    auto held = std::make_unique<int>(7);
    auto job = [held = std::move(held)]() mutable { return std::move(held); };
    const std::unique_ptr<int> value = support::run(f.io, f.worker.run(std::move(job)));
    REQUIRE(value);
    CHECK(*value == 7);
}

TEST_CASE("an exception of a job is thrown where it was asked for") {
    Fixture f;
    const auto job = []() -> int { throw std::runtime_error("job failed"); };
    CHECK_THROWS_WITH_AS(support::run(f.io, f.worker.run(job)), "job failed", std::runtime_error);
    CHECK(support::run(f.io, f.worker.run([] { return 1; })) == 1);
}

TEST_CASE("the job runs on another thread and the coroutine goes on with its own") {
    Fixture f;
    const auto here = std::this_thread::get_id();
    std::thread::id of_job = here;
    std::thread::id after;
    const auto ask = [&]() -> asio::awaitable<void> {
        of_job = co_await f.worker.run([] { return std::this_thread::get_id(); });
        after = std::this_thread::get_id();
    };
    support::run(f.io, ask());
    CHECK(of_job != here);
    CHECK(after == here);
}

TEST_CASE("jobs run one after another in the order they were asked for") {
    Fixture f;
    std::vector<int> order;  // touched on the worker's one thread only
    const auto ask = [&](int number) -> asio::awaitable<void> {
        const auto note = [&order, number] { order.push_back(number); };
        co_await f.worker.run(note);
    };
    std::vector<std::future<void>> asked;
    for (int i = 0; i < 20; ++i) asked.push_back(asio::co_spawn(f.io, ask(i), asio::use_future));
    f.io.run();
    for (auto& one : asked) one.get();
    std::vector<int> expected;
    for (int i = 0; i < 20; ++i) expected.push_back(i);
    CHECK(order == expected);
}

TEST_SUITE_END();

}  // namespace satchel::async
