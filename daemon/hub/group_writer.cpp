#include "daemon/hub/group_writer.h"

#include <algorithm>
#include <future>
#include <iterator>

#include <SQLiteCpp/Database.h>
#include <boost/asio/async_result.hpp>
#include <boost/asio/prefer.hpp>
#include <sqlite3.h>

namespace satchel::hub {

namespace {

/// Jobs of one transaction: bounds how long the first of them waits.
constexpr std::size_t kGroupMax = 256;

Verdict refusal_of(const SQLite::Exception& error) {
    return error.getErrorCode() == SQLITE_FULL ? wire::HubRefusal::quota_full
                                               : wire::HubRefusal::defect;
}

}  // namespace

GroupWriter::GroupWriter(std::unique_ptr<SQLite::Database> database, OnFailure on_failure)
    : database_(std::move(database)),
      on_failure_(std::move(on_failure)),
      thread_([this] { run(); }) {}

GroupWriter::~GroupWriter() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    has_work_.notify_one();
    thread_.join();
}

asio::awaitable<Verdict> GroupWriter::write(WriteJob job) {
    auto start = [this, job = std::move(job)](auto handler) mutable {
        const auto executor = asio::prefer(asio::get_associated_executor(handler),
                                           asio::execution::outstanding_work.tracked);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        submit(std::move(job), [executor, shared](Verdict verdict) {
            asio::post(executor, [shared, verdict] { std::move (*shared)(verdict); });
        });
    };
    const auto& token = asio::use_awaitable;
    using Token = std::remove_cvref_t<decltype(token)>;
    co_return co_await asio::async_initiate<const Token, void(Verdict)>(std::move(start), token);
}

Verdict GroupWriter::write_now(WriteJob job) {
    std::promise<Verdict> promise;
    submit(std::move(job), [&promise](Verdict verdict) { promise.set_value(verdict); });
    return promise.get_future().get();
}

GroupWriter::Counters GroupWriter::counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
}

void GroupWriter::submit(WriteJob job, std::function<void(Verdict)> done) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back({std::move(job), std::move(done)});
    }
    has_work_.notify_one();
}

void GroupWriter::run() {
    // Ends when stopping and nothing is left to do.
    while (true) {
        std::vector<Pending> group;
        {
            std::unique_lock lock(mutex_);
            has_work_.wait(lock, [this] { return !queue_.empty() || is_stopping_; });
            if (queue_.empty()) return;
            const std::size_t count = std::min(queue_.size(), kGroupMax);
            const auto cut = queue_.begin() + static_cast<std::ptrdiff_t>(count);
            std::move(queue_.begin(), cut, std::back_inserter(group));
            queue_.erase(queue_.begin(), cut);
        }
        const bool is_committed = run_group(group);
        {
            const std::lock_guard lock(mutex_);
            counters_.is_failing = !is_committed;
            ++counters_.commits;
            counters_.jobs += group.size();
        }
        for (Pending& pending : group) pending.done(pending.verdict);
    }
}

bool GroupWriter::run_group(std::vector<Pending>& group) {
    try {
        database_->exec("BEGIN IMMEDIATE");
        for (Pending& pending : group) pending.verdict = run_one(pending.job);
        database_->exec("COMMIT");
        return true;
    } catch (const SQLite::Exception& error) {
        on_failure_("commit", error.what());
        for (Pending& pending : group) pending.verdict = refusal_of(error);
        if (sqlite3_get_autocommit(database_->getHandle()) == 0) database_->tryExec("ROLLBACK");
        return false;
    }
}

/// A refused or failed job leaves no trace in the group's transaction. Throws when the transaction
/// as a whole cannot go on.
Verdict GroupWriter::run_one(const WriteJob& job) {
    Verdict verdict;
    database_->exec("SAVEPOINT job");
    try {
        verdict = job(*database_);
    } catch (const SQLite::Exception& error) {
        if (sqlite3_get_autocommit(database_->getHandle()) != 0) throw;
        on_failure_("write", error.what());
        verdict = refusal_of(error);
    } catch (const std::exception& error) {
        on_failure_("write", error.what());
        verdict = wire::HubRefusal::defect;
    }
    if (verdict) database_->exec("ROLLBACK TO job");
    database_->exec("RELEASE job");
    return verdict;
}

}  // namespace satchel::hub
