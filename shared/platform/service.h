// Talking to the service manager without its library: notifications are datagrams, activation is a
// pair of environment variables.
#pragma once

#include "shared/base/clock.h"
#include "shared/platform/dirs.h"
#include "shared/platform/unique_fd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace satchel::platform {

/// Sends to NOTIFY_SOCKET; without one every call does nothing. Failures are ignored: the daemon
/// works the same unwatched.
class ServiceNotifier {
  public:
    explicit ServiceNotifier(const Environment& environment);

    /// True when a service manager listens.
    [[nodiscard]] bool is_watched() const { return !address_.empty(); }

    /// How often watchdog() is due (half of what the manager asked for), if it is asked for.
    [[nodiscard]] std::optional<milliseconds> watchdog_interval() const { return watchdog_; }

    /// The store is open and the socket listens.
    void ready() const { send("READY=1"); }

    /// The settings are read again; ready() tells the end of it.
    void reloading() const { send("RELOADING=1"); }

    /// One sentence for `systemctl status`; what follows a line's end in it counts as one with it.
    void status(std::string_view sentence) const;

    void stopping() const { send("STOPPING=1"); }

    /// From the main loop only: that it turns is what is asserted.
    void watchdog() const { send("WATCHDOG=1"); }

  private:
    void send(const std::string& message) const;

    std::string address_;
    std::optional<milliseconds> watchdog_;
};

/// What starts and watches services of a person's own.
enum class ServiceManager : std::uint8_t { none, systemd, launchd };

/// The one that answers on this machine now; none also where systemd runs but has no manager for
/// this user, as after su or cron.
ServiceManager find_service_manager(const Environment& environment);

/// True under a service manager that reads this process's standard error into its journal; the
/// variable alone says nothing, since programs started from such a session inherit it.
bool has_journal(const Environment& environment);

/// The listening socket that the service manager named `name` handed over, made close-on-exec. To
/// be taken once.
std::optional<UniqueFd> take_activated_socket(const Environment& environment,
                                              std::string_view name);

}  // namespace satchel::platform
