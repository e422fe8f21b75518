#include "daemon/app/watchdog.h"

namespace satchel::app {

asio::awaitable<void> keep_watchdog(const platform::ServiceNotifier& notifier) {
    const auto interval = notifier.watchdog_interval();
    if (!interval) co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    // Ends by cancellation: that the loop turns is what is told.
    while (true) {
        notifier.watchdog();
        timer.expires_after(*interval);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace satchel::app
