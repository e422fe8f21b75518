// The engine decides when a cycle runs: at once, then after every interval, soon after a change
// here or at the hub, and when a person asks. There is never more than one; wishes that arrive
// during one are one more.
#pragma once

#include "daemon/engine/cycle.h"
#include "shared/async/trigger.h"

#include <deque>
#include <string>

namespace satchel::engine {

/// The pace of cycles.
struct Pace {
    seconds interval{300};     ///< from the end of one cycle to the start of the next
    milliseconds settle{200};  ///< how long a change on disk is given to be followed by more
    bool is_enabled = true;    ///< false: cycles run only when asked for
};

/// Something that a cycle was alarmed by.
struct Notice {
    UnixMs time_ms = 0;
    std::string text;
};

/// How cycling goes, for status.
struct EngineStatus {
    bool is_cycling = false;
    UnixMs last_success_ms = 0;
    UnixMs next_run_ms = 0;  ///< 0 when none is planned
    std::uint64_t cycles = 0;
    std::uint64_t failures_in_row = 0;
    Error last_error{};  ///< of the newest cycle, if it failed
    UnixMs last_error_ms = 0;
    UnixMs failing_since_ms = 0;  ///< first of the failures in a row
    CycleReport last{};           ///< the newest that succeeded
    /// What cycles were alarmed by, newest last: what has ended, too.
    std::deque<Notice> notices{};
};

/// Told when a cycle ended; on the loop.
class EngineListener {
  public:
    virtual ~EngineListener() = default;
    virtual void cycle_ended(const CycleReport& report) = 0;
    /// `failures_in_row` counts this one.
    virtual void cycle_failed(const Error& error, std::uint64_t failures_in_row) = 0;
};

/// Lives on the main loop. References outlive it.
class Engine {
  public:
    Engine(const asio::any_io_executor& executor,
           CycleParts parts,
           crypto::RandomSource& random,
           EngineListener& listener,
           Pace pace);

    /// Runs cycles until cancelled.
    asio::awaitable<void> run();
    /// Waits at the hub for news until cancelled, and wakes run().
    asio::awaitable<void> watch_hub();
    /// Runs one cycle for a person, after one in progress has ended.
    asio::awaitable<Result<CycleReport>> run_now(CycleRequest request);
    /// Asks for a cycle soon, from the loop.
    void wake(std::string reason);
    void set_enabled(bool is_enabled);

    void set_pace(const Pace& pace) { pace_ = pace; }

    [[nodiscard]] const Pace& pace() const { return pace_; }

    [[nodiscard]] const EngineStatus& status() const { return status_; }

    /// What an earlier run of the program knew of its last success.
    void remember_success(UnixMs time_ms) { status_.last_success_ms = time_ms; }

    [[nodiscard]] CycleParts& parts() { return parts_; }

  private:
    asio::awaitable<bool> wait_for_next();
    [[nodiscard]] milliseconds next_delay();

    /// Which halves a cycle runs.
    struct Halves {
        bool push = true;
        bool pull = true;
    };

    /// True when a success of these halves means that the last failure is over.
    [[nodiscard]] bool mends(const Halves& halves) const;
    void note(const Result<CycleReport>& result, const Halves& halves);

    CycleParts parts_;
    crypto::RandomSource& random_;
    EngineListener& listener_;
    Pace pace_;
    async::Trigger wake_;
    asio::steady_timer cycle_ended_;
    std::string wake_reason_ = "start";
    EngineStatus status_;
    Halves failed_;  ///< of the cycle that last_error is of
};

}  // namespace satchel::engine
