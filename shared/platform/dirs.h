// Where Satchel keeps its things. One function; tests hand in an environment of their own.
#pragma once

#include "shared/base/result.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace satchel::platform {

/// Looks up an environment variable. Empty values count as unset everywhere in this folder.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The process's own environment.
Environment process_environment();

/// Absolute directories, none of them made yet.
struct Dirs {
    std::filesystem::path home{};
    std::filesystem::path config{};   ///< configuration file
    std::filesystem::path data{};     ///< store, backups, keys
    std::filesystem::path state{};    ///< log, locks
    std::filesystem::path cache{};    ///< what can be made again
    std::filesystem::path runtime{};  ///< control socket

    /// The control socket of a role: "control.sock" of a device, "hub.sock" of a hub.
    [[nodiscard]] std::filesystem::path socket(std::string_view role) const;
    /// The log file of a role, when no service manager takes the lines.
    [[nodiscard]] std::filesystem::path log(std::string_view role) const;
    /// Held by the running daemon of a role.
    [[nodiscard]] std::filesystem::path lock(std::string_view role) const;
};

/// XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME, XDG_CACHE_HOME and XDG_RUNTIME_DIR with the
/// usual places under HOME behind them; without a runtime directory the socket lives in the state
/// directory. Fails with bad_config when HOME is unset or relative while it is needed.
Result<Dirs> find_dirs(const Environment& environment);

/// Fails with refused when the home directory belongs to somebody else: root, say, working in a
/// user's home would leave files there that the user cannot change.
Status check_home_owner(const Dirs& dirs);

}  // namespace satchel::platform
