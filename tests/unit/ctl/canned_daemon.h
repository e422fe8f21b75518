// A daemon that always gives the same answers, and a satchelctl run against it inside the test.
#pragma once

#include "ctl/commands/program.h"
#include "shared/platform/system_clock.h"
#include "tests/unit/control/running_server.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace satchel::support {

/// Handlers of a healthy device with two sources and one conflict. 2026-03-01T10:00:00Z is now.
void install_device(control::Server& server);
/// Handlers of a hub.
void install_hub(control::Server& server);
/// Handlers of recovery words; the workspace has some. A part of install_device().
void install_recovery(control::Server& server);
/// Handlers of joining, moving, disconnecting and leaving. A part of install_device().
void install_leaving(control::Server& server);
inline constexpr std::string_view kRecoveryText =
    "hamster diagram private dutch cause delay private meat slide toddler razor book "
    "happy fancy gospel tennis maple dilemma loan word shrug inflict delay length";
inline constexpr std::string_view kJoinString = "satchel_iv1_AAAAAAAAAAAAAAAAAAAA";
inline constexpr UnixMs kNow = 1'772'359'200'000;

/// Wall time stands still, steady time goes on.
class StandingClock final : public Clock {
  public:
    [[nodiscard]] UnixMs now_ms() const override { return kNow; }

    [[nodiscard]] milliseconds steady_ms() const override { return clock_.steady_ms(); }

  private:
    platform::SystemClock clock_;
};

/// What one run said and returned.
struct Run {
    int status = 0;
    std::string out{};
    std::string err{};
};

/// A home with sockets where satchelctl looks for them.
class Machine {
  public:
    Machine();

    /// Starts the device's daemon; again after stop_device().
    void start_device(const RunningServer::Install& install = install_device,
                      control::ServerOptions options = {});

    void stop_device() { device_.reset(); }

    void start_hub(const RunningServer::Install& install = install_hub);

    RunningServer& device() { return *device_; }

    /// What satchelctl does to start the daemon; by default it cannot.
    std::function<Status()> start{};
    std::function<bool()> is_interrupted{};
    std::map<std::string, std::string> variables{};
    ctl::ServiceTools services{};  ///< by default there is no service manager
    bool is_terminal = false;      ///< a person is at the keyboard

    /// Runs satchelctl with `arguments` and `input` on standard input.
    Run run(std::vector<std::string> arguments, const std::string& input = "");

    [[nodiscard]] const TempDir& dir() const { return dir_; }

  private:
    TempDir dir_;
    StandingClock clock_;
    std::optional<RunningServer> device_;
    std::optional<RunningServer> hub_;
};

}  // namespace satchel::support
