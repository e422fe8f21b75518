// Triggers: many wishes make one wake.
#include "shared/async/trigger.h"

#include "shared/async/task_group.h"
#include "tests/support/run.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace satchel::async {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

struct Fixture {
    asio::io_context io{1};
    Trigger trigger{io.get_executor()};
};

/// Waits with a limit nobody reaches and notes what woke it.
asio::awaitable<void> wait_once(Trigger& trigger, std::vector<bool>& woken) {
    woken.push_back(co_await trigger.wait_for(hours(1)));
}

}  // namespace

TEST_SUITE_BEGIN("async/trigger");

TEST_CASE("set many times before the wait it wakes once") {
    Fixture f;
    for (int i = 0; i < 3; ++i) f.trigger.set();
    CHECK(f.trigger.is_set());
    CHECK(support::run(f.io, f.trigger.wait_for(hours(1))));
    CHECK_FALSE(f.trigger.is_set());
    CHECK_FALSE(support::run(f.io, f.trigger.wait_for(milliseconds(1))));
}

TEST_CASE("set many times during the wait it wakes once") {
    Fixture f;
    TaskGroup group(f.io.get_executor(), [](const std::string&, const std::string&) {});
    std::vector<bool> woken;
    group.spawn("waiter", wait_once(f.trigger, woken));
    f.io.poll();
    CHECK(woken.empty());
    for (int i = 0; i < 3; ++i) f.trigger.set();
    support::run(f.io, group.join());
    CHECK(woken == std::vector<bool>{true});
    CHECK_FALSE(f.trigger.is_set());
}

TEST_CASE("without a wish the wait ends at its limit") {
    Fixture f;
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(support::run(f.io, f.trigger.wait_for(milliseconds(5))));
    CHECK(std::chrono::steady_clock::now() - start >= milliseconds(5));
}

TEST_CASE("after its limit it can be set and waited for again") {
    Fixture f;
    CHECK_FALSE(support::run(f.io, f.trigger.wait_for(milliseconds(1))));
    f.trigger.set();
    CHECK(support::run(f.io, f.trigger.wait_for(milliseconds(1))));
}

TEST_CASE("a cancelled wait ends with an exception and takes no wish") {
    Fixture f;
    std::vector<std::string> failures;
    TaskGroup group(f.io.get_executor(),
                    [&](const std::string& name, const std::string&) { failures.push_back(name); });
    std::vector<bool> woken;
    group.spawn("waiter", wait_once(f.trigger, woken));
    f.io.poll();
    group.cancel();
    support::run(f.io, group.join());
    CHECK(woken.empty());
    CHECK(failures.empty());
    f.trigger.set();
    CHECK(support::run(f.io, f.trigger.wait_for(hours(1))));
}

TEST_SUITE_END();

}  // namespace satchel::async
