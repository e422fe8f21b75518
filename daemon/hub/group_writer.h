// One thread that writes: all jobs that came in while a transaction ran share the next one, so that
// a disk that syncs 400 times a second serves thousands of writers. A job is told "done" only after
// the commit that holds it is on disk. The same thread owns checkpoints.
#pragma once

#include "shared/async/asio.h"
#include "shared/protocol/wire/hub_api.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace SQLite {
class Database;
}

namespace satchel::hub {

/// Nothing: it worked. Else why nothing of the job was kept.
using Verdict = std::optional<wire::HubRefusal>;
/// One unit of change: all or nothing. Runs on the writer's thread, may throw what SQLite throws.
using WriteJob = std::function<Verdict(SQLite::Database&)>;
/// Told what went wrong inside, for the log. Any thread.
using OnFailure = std::function<void(const std::string& where, const std::string& what)>;

/// Owns the writing connection and its thread.
class GroupWriter {
  public:
    GroupWriter(std::unique_ptr<SQLite::Database> database, OnFailure on_failure);
    /// Finishes what was handed in, then ends the thread.
    ~GroupWriter();
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    /// Runs `job` in a transaction and returns when that is durable. What the job refers to must
    /// live until then; cancelling does not cut it short.
    asio::awaitable<Verdict> write(WriteJob job);
    /// The same, blocking the caller.
    Verdict write_now(WriteJob job);

    /// Transactions committed and jobs done so far. Any thread.
    struct Counters {
        std::uint64_t commits = 0;
        std::uint64_t jobs = 0;
        bool is_failing = false;  ///< the last transaction could not be committed
    };

    [[nodiscard]] Counters counters() const;

  private:
    struct Pending {
        WriteJob job;
        std::function<void(Verdict)> done;
        Verdict verdict{};
    };

    void submit(WriteJob job, std::function<void(Verdict)> done);
    void run();
    /// False when the transaction as a whole failed.
    bool run_group(std::vector<Pending>& group);
    Verdict run_one(const WriteJob& job);

    std::unique_ptr<SQLite::Database> database_;
    OnFailure on_failure_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable has_work_;
    std::vector<Pending> queue_;
    Counters counters_;
    bool is_stopping_ = false;

    std::thread thread_;
};

}  // namespace satchel::hub
