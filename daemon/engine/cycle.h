// One cycle: capture → push → heads → pull → merge → project → publish head.
#pragma once

#include "daemon/engine/invitations.h"
#include "daemon/engine/replica.h"
#include "daemon/transport/transport.h"
#include "shared/async/worker.h"

#include <functional>
#include <memory>
#include <string>

namespace satchel::engine {

/// Which halves of a cycle to run, and why it runs.
struct CycleRequest {
    std::string reason;  ///< "start", "interval", "change", "hub", "asked"
    bool push = true;
    bool pull = true;
    std::string project{};  ///< only what belongs to it is captured and shown; empty: everything
};

/// What a cycle did, for reports.
struct CycleReport {
    std::string reason;
    UnixMs started_ms = 0;
    milliseconds duration{};
    StepReport captured;
    StepReport applied;
    std::uint64_t pushed_items = 0;
    std::uint64_t pushed_bytes = 0;
    std::uint64_t pulled_bytes = 0;
    std::uint64_t requests = 0;
    std::uint64_t wire_sent = 0;  ///< bytes, heads of requests included
    std::uint64_t wire_received = 0;
    std::vector<std::string> alarms;
    bool is_noop = true;
};

/// What a cycle that runs is at.
struct CycleProgress {
    std::string_view phase{};  ///< "reading", "sending", "receiving" or "writing"
    std::uint64_t done = 0;    ///< changes, in this phase
    milliseconds since{};      ///< of the phase; steady time
};

/// What a cycle works with. References outlive every cycle; the replica is touched on the worker
/// only, everything else on the loop.
struct CycleParts {
    Replica& replica;
    async::Worker& worker;
    transport::Transport& transport;
    Invitations& invitations;
    const Clock& clock;
    std::function<bool()> should_stop;
    /// Remembered between cycles: the hub's word for the state we have absorbed.
    std::string heads_etag{};
    /// Gives the sources the hints that wait, so that nothing that changed before a cycle is left
    /// to the next one. On the loop.
    std::function<asio::awaitable<void>()> take_hints{};
    /// The hub got a head of ours since it last told us all heads.
    bool has_new_head = false;
    /// Sources were declared before this device joined: what the workspace has of them is taken in
    /// before they are captured, so that their rows are known again.
    bool hears_first = false;
    /// Of the cycle that runs, else of the last one. On the loop.
    CycleProgress progress{};

    /// The cycle comes to its next phase.
    void enter(std::string_view phase) { progress = {phase, 0, clock.steady_ms()}; }
};

/// Runs one cycle. Never two at once. Errors: what the hub or our own store answered; what was done
/// before the error stays done.
asio::awaitable<Result<CycleReport>> run_cycle(CycleParts& parts, CycleRequest request);

}  // namespace satchel::engine
