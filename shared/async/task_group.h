// Every task has a root that ends it well: started by name, cancelled together, joined.
#pragma once

#include "shared/async/asio.h"

#include <functional>
#include <list>
#include <memory>
#include <string>

#include <boost/asio/cancellation_signal.hpp>

namespace satchel::async {

/// Tasks that run side by side on one loop. Not for use from other threads.
class TaskGroup {
  public:
    /// Told the task's name and what an exception that escaped it said; cancellation is not
    /// reported.
    using OnFailure = std::function<void(const std::string& name, const std::string& what)>;

    TaskGroup(asio::any_io_executor executor, OnFailure on_failure);
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    /// Running tasks must have been joined, or their loop stopped for good.
    ~TaskGroup() = default;

    /// Starts a task. What it refers to must outlive join().
    void spawn(std::string name, asio::awaitable<void> task);
    /// Asks every task to end; they see operation_aborted at their next await.
    void cancel();
    /// Waits until every task has ended.
    asio::awaitable<void> join();

    [[nodiscard]] std::size_t size() const { return tasks_.size(); }

  private:
    struct Task {
        std::string name;
        asio::cancellation_signal cancel;
    };

    void ended(std::list<Task>::iterator task, const std::exception_ptr& failure);

    asio::any_io_executor executor_;
    OnFailure on_failure_;
    std::list<Task> tasks_;
    asio::steady_timer all_ended_;
};

}  // namespace satchel::async
