// Where log lines go. Called once by main.
#pragma once

#include "shared/base/result.h"
#include "shared/log/log.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::log {

/// Destinations.
struct Options {
    /// Under a service manager: standard error with its priority prefix and no time.
    bool journal = false;
    /// Standard error for a person at a terminal.
    bool foreground = false;
    /// Rotating file (0600) in an existing directory; empty: none.
    std::filesystem::path file{};
    std::size_t file_bytes_max = 1u << 20;
    std::size_t files_max = 5;
    Level level = Level::info;
};

/// Opens the destinations; replaces those of an earlier call. Fails with io.
Status set_up(const Options& options);
/// Changes the level of one logger, or of all when `logger` is empty.
void set_level(std::string_view logger, Level level);
/// Writes out what is buffered.
void flush();
/// The level called "trace", "debug", "info", "warn", "error" or "off".
std::optional<Level> level_named(std::string_view name);

}  // namespace satchel::log
