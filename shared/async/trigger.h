// Many wishes, one wake: watchers, commands and timers only set a trigger; the loop that waits on
// it decides when to act.
#pragma once

#include "shared/async/asio.h"

#include <chrono>

namespace satchel::async {

/// Set by anyone on the loop, awaited by one task. Setting it again before it is taken changes
/// nothing. Not for use from other threads.
class Trigger {
  public:
    explicit Trigger(const asio::any_io_executor& executor) : timer_(executor) {}

    void set();

    [[nodiscard]] bool is_set() const { return is_set_; }

    /// Waits until the trigger is set or `limit` has passed; takes it. True when it was set.
    asio::awaitable<bool> wait_for(std::chrono::milliseconds limit);

  private:
    asio::steady_timer timer_;
    bool is_set_ = false;
};

}  // namespace satchel::async
