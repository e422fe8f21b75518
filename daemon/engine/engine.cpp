#include "daemon/engine/engine.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>

namespace satchel::engine {

namespace {

constexpr milliseconds kFirstRetry{5'000};
/// A sleeping machine's timers stand still; waking this often notices the lost time soon enough.
constexpr milliseconds kLongestNap{60'000};
constexpr std::size_t kNoticesMax = 20;
constexpr seconds kHubWait{55};
/// A hub that answers at once, news or not, is asked again no sooner than this.
constexpr milliseconds kShortestAnswer{1'000};

/// Doubles from the first retry up to the ordinary interval.
milliseconds back_off(std::uint64_t failures, milliseconds longest) {
    const std::uint64_t doublings = std::min<std::uint64_t>(failures - 1, 10);
    return std::min(longest, kFirstRetry * (std::int64_t{1} << doublings));
}

asio::awaitable<void> sleep_for(milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

/// Marks a cycle as running for as long as it lives, whatever ends it.
class Running {
  public:
    Running(bool& flag, asio::steady_timer& ended) : flag_(flag), ended_(ended) { flag_ = true; }

    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    ~Running() {
        flag_ = false;
        ended_.cancel();
    }

  private:
    bool& flag_;
    asio::steady_timer& ended_;
};

}  // namespace

Engine::Engine(const asio::any_io_executor& executor,
               CycleParts parts,
               crypto::RandomSource& random,
               EngineListener& listener,
               Pace pace)
    : parts_(std::move(parts)),
      random_(random),
      listener_(listener),
      pace_(pace),
      wake_(executor),
      cycle_ended_(executor, asio::steady_timer::time_point::max()) {}

asio::awaitable<void> Engine::run() {
    // Ends by cancellation: the daemon's work has no end of its own.
    bool is_due = pace_.is_enabled;
    while (true) {
        if (is_due) {
            CycleRequest request;
            request.reason = std::exchange(wake_reason_, "interval");
            const Result<CycleReport> result = co_await run_now(std::move(request));
            (void)result;  // noted in the status and told to the listener by run_now
        }
        is_due = co_await wait_for_next();
    }
}

asio::awaitable<bool> Engine::wait_for_next() {
    const milliseconds deadline = parts_.clock.steady_ms() + next_delay();
    status_.next_run_ms =
        pace_.is_enabled ? parts_.clock.now_ms() + next_delay().count() : UnixMs{0};
    while (parts_.clock.steady_ms() < deadline) {
        const milliseconds left = deadline - parts_.clock.steady_ms();
        const bool is_woken = co_await wake_.wait_for(std::min(left, kLongestNap));
        if (!is_woken || !pace_.is_enabled) continue;
        if (wake_reason_ == "change") {
            co_await sleep_for(pace_.settle);
            // What came in the meantime is part of the same wish.
            (void)co_await wake_.wait_for(milliseconds(0));
        }
        co_return pace_.is_enabled;
    }
    co_return pace_.is_enabled;
}

milliseconds Engine::next_delay() {
    const milliseconds interval = pace_.interval;
    if (status_.failures_in_row > 0) return back_off(status_.failures_in_row, interval);
    // Up to a tenth later, so that devices of one workspace do not march in step.
    std::array<Byte, 1> draw{};
    if (!random_.fill(draw)) return interval;
    return interval + interval * draw[0] / 2'560;
}

asio::awaitable<void> Engine::watch_hub() {
    std::uint64_t failures = 0;
    std::string etag;
    // Ends by cancellation, like run().
    while (true) {
        if (!pace_.is_enabled || parts_.heads_etag.empty()) {
            co_await sleep_for(kFirstRetry);
            continue;
        }
        if (etag.empty()) etag = parts_.heads_etag;
        const milliseconds asked = parts_.clock.steady_ms();
        const Result<transport::HeadsReply> reply = co_await parts_.transport.heads(etag, kHubWait);
        const milliseconds took = parts_.clock.steady_ms() - asked;
        if (!reply) {
            ++failures;
            co_await sleep_for(back_off(failures, pace_.interval));
            continue;
        }
        failures = 0;
        if (!reply->not_modified) {
            etag = reply->etag;
            if (etag != parts_.heads_etag) wake("hub");
        }
        if (took < kShortestAnswer) co_await sleep_for(kShortestAnswer - took);
    }
}

asio::awaitable<Result<CycleReport>> Engine::run_now(CycleRequest request) {
    while (status_.is_cycling) {
        boost::system::error_code ended;
        co_await cycle_ended_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
    const Running running(status_.is_cycling, cycle_ended_);
    const Halves halves{request.push, request.pull};
    Result<CycleReport> result = CycleReport{};
    try {
        result = co_await run_cycle(parts_, std::move(request));
    } catch (const boost::system::system_error& failure) {
        if (failure.code() == asio::error::operation_aborted) throw;  // shutdown
        result = Error{ErrorCode::internal, std::string("run a cycle: ") + failure.what()};
    } catch (const std::exception& failure) {
        // A defect or a lack of memory ends this cycle, not all that would follow.
        result = Error{ErrorCode::internal, std::string("run a cycle: ") + failure.what()};
    }
    note(result, halves);
    co_return result;
}

bool Engine::mends(const Halves& halves) const {
    if (error_row(status_.last_error.code).exit_status == error_row(ErrorCode::offline).exit_status)
        return true;  // the hub answers again
    return (halves.push || !failed_.push) && (halves.pull || !failed_.pull);
}

void Engine::note(const Result<CycleReport>& result, const Halves& halves) {
    ++status_.cycles;
    if (result) {
        if (mends(halves)) {
            status_.failures_in_row = 0;
            status_.last_error = {};
            status_.last_success_ms = parts_.clock.now_ms();
        }
        status_.last = *result;
        for (const std::string& alarm : result->alarms)
            status_.notices.push_back({parts_.clock.now_ms(), alarm});
        while (status_.notices.size() > kNoticesMax) status_.notices.pop_front();
        listener_.cycle_ended(*result);
        return;
    }
    if (result.error().code == ErrorCode::interrupted) return;
    failed_ = halves;
    status_.last_error = result.error();
    status_.last_error_ms = parts_.clock.now_ms();
    if (status_.failures_in_row++ == 0) status_.failing_since_ms = status_.last_error_ms;
    listener_.cycle_failed(status_.last_error, status_.failures_in_row);
}

void Engine::wake(std::string reason) {
    wake_reason_ = std::move(reason);
    wake_.set();
}

void Engine::set_enabled(bool is_enabled) {
    pace_.is_enabled = is_enabled;
    if (is_enabled) wake("asked");
}

}  // namespace satchel::engine
