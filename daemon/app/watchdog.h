// Tells the service manager, for as long as a role runs, that its loop turns.
#pragma once

#include "shared/async/asio.h"
#include "shared/platform/service.h"

namespace satchel::app {

/// Sends the heartbeat as often as the manager wants it, and ends at once when it wants none. On
/// the loop that is watched, nowhere else; ends by cancellation. `notifier` outlives it.
asio::awaitable<void> keep_watchdog(const platform::ServiceNotifier& notifier);

}  // namespace satchel::app
