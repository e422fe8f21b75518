// A thread of its own for work that blocks: SQLite, files, compression. Values go in, values come
// out; the coroutine that asked continues on its own executor.
#pragma once

#include "shared/async/asio.h"

#include <type_traits>
#include <utility>

namespace satchel::async {

/// Runs jobs one after another on an executor; a one-thread pool in programs, the simulator's own
/// loop in the simulator. Destroying it does not wait: join what owns the executor first.
class Worker {
  public:
    explicit Worker(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Runs `job()` on the worker and returns its value. An exception of the job is thrown here.
    /// Cancelling does not cut a running job short: whatever it refers to stays valid until it
    /// ends.
    template <class Job>
    asio::awaitable<std::invoke_result_t<Job&>> run(Job job) {
        auto work = call(std::move(job));
        // Without a slot: a signal given on the loop must not reach into the worker's thread.
        auto token = asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
        co_return co_await asio::co_spawn(executor_, std::move(work), token);
    }

  private:
    template <class Job>
    static asio::awaitable<std::invoke_result_t<Job&>> call(Job job) {
        co_return job();
    }

    asio::any_io_executor executor_;
};

}  // namespace satchel::async
