// The person's own service manager: what it says of the daemon, and what has to be done so that it
// keeps the daemon running. Plans are data, so that they can be shown instead of carried out.
#pragma once

#include "ctl/commands/context.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace satchel::ctl {

/// What the manager knows of the daemon.
struct ServiceState {
    std::string manager{};         ///< "systemd" or "launchd"
    std::filesystem::path file{};  ///< of the service; empty: the manager does not know it
    std::string active{};          ///< the manager's own word: active, inactive, failed, …
    std::string result{};          ///< why it failed, in the manager's word
    bool is_enabled = false;       ///< starts by itself at login
    bool listens = false;          ///< a connection to the control socket would start it
    std::int64_t pid = 0;
    std::int64_t restarts = 0;      ///< by the manager, since it was started by somebody
    std::optional<bool> lingers{};  ///< runs without a login; nothing where nobody tells
    std::string exposure{};         ///< "6.0 MEDIUM", when systemd-analyze is there and was asked
};

/// One thing to do: a file to write or remove, or a program to run.
struct ServiceStep {
    std::filesystem::path file{};
    std::optional<std::string> content{};  ///< nothing: the file is removed
    std::vector<std::string> command{};
    bool may_fail = false;

    /// "write …", "remove …" or the command as typed.
    [[nodiscard]] std::string words() const;
};

/// Asks the manager. Nothing where there is none; fails when it does not answer.
Result<std::optional<ServiceState>> ask_service(const Context& context, bool with_exposure);

/// Where service files of this person's own lie.
std::filesystem::path service_folder(const Context& context);
/// True when the file is there and was written by install_steps().
bool is_ours(const std::filesystem::path& file);

/// Everything that makes the manager start and watch `program`. A service file that a package
/// brought for this very program is used as it is.
std::vector<ServiceStep> install_steps(const Context& context,
                                       const ServiceState& state,
                                       const std::filesystem::path& program);
/// Everything that takes it back. What the daemon keeps is not touched.
std::vector<ServiceStep> uninstall_steps(const Context& context, const ServiceState& state);
/// "start", "stop" or "restart" by the manager, for a service that it knows.
std::vector<ServiceStep> verb_steps(const Context& context,
                                    const ServiceState& state,
                                    std::string_view verb);

/// Does them one after another, until one fails that may not.
Status carry_out(const Context& context, const std::vector<ServiceStep>& steps);

}  // namespace satchel::ctl
