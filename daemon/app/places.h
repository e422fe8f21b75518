// Where the files of a role live.
#pragma once

#include "shared/platform/dirs.h"

namespace satchel::app {

/// Files of a device, all below its data directory but for the configuration.
struct Places {
    explicit Places(const platform::Dirs& dirs)
        : config_file(dirs.config / "config.toml"),
          profiles(dirs.config / "profiles"),
          store(dirs.data / "store.db"),
          catalog(dirs.data / "catalog.db"),
          device_key(dirs.data / "device.key"),
          backups(dirs.data / "backups"),
          hub_data(dirs.data / "hub"),
          log_file(dirs.state / "satcheld.log") {}

    std::filesystem::path config_file;
    std::filesystem::path profiles;  ///< a person's own
    std::filesystem::path store;
    std::filesystem::path catalog;
    std::filesystem::path device_key;
    std::filesystem::path backups;
    std::filesystem::path hub_data;
    std::filesystem::path log_file;
};

}  // namespace satchel::app
