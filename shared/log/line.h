// One line of a log in the three ways it can stand in a file. Reading them is the control
// program's (ctl/commands/log_lines).
#pragma once

#include "shared/base/clock.h"
#include "shared/log/log.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::log {

/// text: for people, with local time and its offset · json: an object per line · logfmt: key=value.
enum class Format : std::uint8_t { text, json, logfmt };

/// One key=value of a line.
struct LinePair {
    std::string key;
    std::string value;
    bool is_bare = false;  ///< a number or a truth value: without quotes in JSON
};

/// What a line says; everything in it is escaped for a terminal already.
struct Line {
    UnixMs time_ms = 0;
    Level level = Level::info;
    std::string logger;
    std::string message;
    std::vector<LinePair> pairs;
};

/// The line in a format, without its end.
std::string to_string(const Line& line, Format format);
/// "2026-03-01T10:30:00.250+01:00": what a clock on the wall showed, and where.
std::string to_local_time(UnixMs time_ms);
/// The format called "text", "json" or "logfmt".
std::optional<Format> format_named(std::string_view name);
/// The level called "trace", "debug", "info", "warn", "error" or "off".
std::optional<Level> level_named(std::string_view name);
/// "info".
std::string_view level_name(Level level);
/// `key=value`, the value in quotes when it has to be.
std::string to_string(const LinePair& pair);

}  // namespace satchel::log
