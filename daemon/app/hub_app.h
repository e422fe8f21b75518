// A hub: the server role of the same program, with a control socket of its own.
#pragma once

#include "daemon/app/arguments.h"
#include "daemon/control/server.h"
#include "daemon/hub/hub.h"
#include "shared/async/task_group.h"
#include "shared/async/trigger.h"
#include "shared/platform/dirs.h"
#include "shared/platform/service.h"
#include "shared/platform/system_clock.h"
#include "shared/protocol/control/hub.h"
#include "shared/protocol/control/workspace.h"

#include <memory>
#include <optional>

namespace satchel::app {

/// What a hub is started with.
struct HubOptions {
    platform::Dirs dirs;
    Arguments arguments;
    std::string version;
};

/// A hub's daemon. Lives on one loop.
class HubApp {
  public:
    HubApp(asio::io_context& loop, HubOptions options);

    /// Opens the database, listens for devices and on the control socket.
    Status start();
    /// Serves until stop() was called and everything has ended.
    asio::awaitable<void> run();

    /// Ends the hub; may be called from a handler.
    void stop() { stop_.set(); }

    /// Reads the certificate again; a bad one is told in the log and not used.
    void reload();

  private:
    // hub_handlers.cpp
    void add_handlers();
    asio::awaitable<Result<control::HubStatusResponse>> status();
    asio::awaitable<Result<control::HubBackupResponse>> back_up(control::HubBackupRequest request);

    /// A join string for one device; the first one founds the workspace.
    asio::awaitable<Result<control::InviteResponse>> register_device(std::string name);

    asio::io_context& loop_;
    HubOptions options_;
    platform::SystemClock clock_;
    UnixMs started_ms_ = 0;
    std::optional<platform::FileLock> instance_lock_;
    std::unique_ptr<hub::Hub> hub_;
    std::unique_ptr<control::Server> server_;
    platform::ServiceNotifier notifier_;
    async::TaskGroup tasks_;
    async::Trigger stop_;
};

}  // namespace satchel::app
