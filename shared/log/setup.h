// Where log lines go. Called once by main.
#pragma once

#include "shared/base/result.h"
#include "shared/log/line.h"
#include "shared/log/log.h"
#include "shared/log/rotation.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::log {

/// A log file in an existing directory, 0600.
struct FileOptions {
    std::filesystem::path path{};  ///< empty: none
    std::string machine{};         ///< stands in the names of files put aside
    Format format = Format::text;
    std::size_t bytes_max = 10'000'000;  ///< it is put aside before it would be larger
    Bounds bounds{};
};

/// Destinations.
struct Options {
    /// Under a service manager: standard error with its priority prefix and no time.
    bool journal = false;
    /// Standard error for a person at a terminal.
    bool foreground = false;
    FileOptions file{};
    Level level = Level::info;
};

/// Opens the destinations; replaces those of an earlier call. Fails with io.
Status set_up(const Options& options);
/// Changes the level of one logger, or of all when `logger` is empty.
void set_level(std::string_view logger, Level level);
/// Writes out what is buffered.
void flush();

}  // namespace satchel::log
