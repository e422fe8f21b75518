// Where the daemon's lines go, by its settings and by what started it.
#pragma once

#include "daemon/config/settings.h"
#include "shared/base/result.h"
#include "shared/platform/dirs.h"

#include <filesystem>
#include <string_view>

namespace satchel::app {

/// The device's log file; empty when only a service manager takes the lines.
std::filesystem::path log_file(const platform::Dirs& dirs, const config::Settings& settings);
/// Opens the log of a device, or again by other settings.
Status open_log(const platform::Dirs& dirs, const config::Settings& settings, bool is_foreground);
/// The same of a hub, which has no settings.
Status open_hub_log(const platform::Dirs& dirs, bool is_foreground);
/// Packs the files of the log at `active` that were put aside, when the settings say so. What
/// cannot be packed stays. Takes as long as they are large.
void pack_logs(const std::filesystem::path& active, const config::Settings& settings);

}  // namespace satchel::app
