#include "shared/async/task_group.h"

#include <exception>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

namespace satchel::async {

TaskGroup::TaskGroup(asio::any_io_executor executor, OnFailure on_failure)
    : executor_(std::move(executor)),
      on_failure_(std::move(on_failure)),
      all_ended_(executor_, asio::steady_timer::time_point::max()) {}

void TaskGroup::spawn(std::string name, asio::awaitable<void> task) {
    tasks_.emplace_back();
    const auto entry = std::prev(tasks_.end());
    entry->name = std::move(name);
    asio::co_spawn(executor_,
                   std::move(task),
                   asio::bind_cancellation_slot(entry->cancel.slot(),
                                                [this, entry](const std::exception_ptr& failure) {
                                                    ended(entry, failure);
                                                }));
}

void TaskGroup::cancel() {
    // A task may end, and leave the list, while it is told.
    for (auto task = tasks_.begin(); task != tasks_.end();) {
        const auto next = std::next(task);
        task->cancel.emit(asio::cancellation_type::terminal);
        task = next;
    }
}

asio::awaitable<void> TaskGroup::join() {
    while (!tasks_.empty()) {
        boost::system::error_code woken;
        co_await all_ended_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

void TaskGroup::ended(std::list<Task>::iterator task, const std::exception_ptr& failure) {
    const std::string name = std::move(task->name);
    tasks_.erase(task);
    if (tasks_.empty()) all_ended_.cancel();
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (error.code() != asio::error::operation_aborted) on_failure_(name, error.what());
    } catch (const std::exception& error) {
        on_failure_(name, error.what());
    }
}

}  // namespace satchel::async
