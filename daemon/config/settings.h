// Settings: one struct with defaults and one table of keys. Loading, checking, the template that
// init-config writes and the reference page all walk the table.
#pragma once

#include "shared/base/result.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace satchel::config {

/// Everything a person can configure on a device.
struct Settings {
    std::int64_t interval_seconds = 300;
    std::int64_t settle_ms = 200;
    std::string backup_format = "copy";
    std::int64_t backup_keep = 3;
    bool watch_files = true;
    bool watch_hub = true;
    bool allow_plaintext = false;
    std::string log_archive = "zip";
    std::string log_format = "text";
    std::int64_t log_keep_days = 7;
    std::string log_level = "info";
    std::int64_t log_max_bytes = 10'000'000;
    bool log_to_file = false;
    bool notify = false;
    std::string keep_settings{};
    std::string send_settings{};
};

/// One key: where its value lives, what it means, and what it may be.
struct SettingRow {
    std::string_view key;
    std::variant<std::int64_t Settings::*, bool Settings::*, std::string Settings::*> member;
    std::int64_t minimum = 0;  ///< numbers only
    std::int64_t maximum = 0;
    std::string_view meaning;
    bool needs_restart = false;  ///< read again by a running daemon, but not acted on
    std::span<const std::string_view> choices{};  ///< words only; empty: any text
};

namespace choice {
inline constexpr std::array<std::string_view, 3> kBackupFormats = {"copy", "zip", "none"};
inline constexpr std::array<std::string_view, 2> kLogArchives = {"zip", "text"};
inline constexpr std::array<std::string_view, 3> kLogFormats = {"text", "json", "logfmt"};
inline constexpr std::array<std::string_view, 5> kLogLevels = {
    "trace", "debug", "info", "warn", "error"};
}  // namespace choice

// clang-format off
inline constexpr std::array kSettingRows = {
    SettingRow{"allow_plaintext",  &Settings::allow_plaintext,  0, 0,
               "Talk plain HTTP to a hub that is not on this machine. Content stays sealed; traffic can be observed.", true},
    SettingRow{"backup_format",    &Settings::backup_format,    0, 0,
               "What is made of a file or database before it is changed: copy, zip (copies that are folded into one archive once their cycle is over), or none. Without copies there is nothing to put back but what undo has.", false, choice::kBackupFormats},
    SettingRow{"backup_keep",      &Settings::backup_keep,      1, 1'000,
               "Copies kept of each database, and cycles of copied files kept whatever their age and size."},
    SettingRow{"interval_seconds", &Settings::interval_seconds, 30, 86'400,
               "Seconds from the end of one cycle to the start of the next."},
    SettingRow{"keep_settings",    &Settings::keep_settings,    0, 0,
               "Names of settings that are secrets though they do not look like one, separated by commas: they stay on this device and are taken from no other."},
    SettingRow{"log_archive",      &Settings::log_archive,      0, 0,
               "What becomes of a log file that is put aside: zip packs it, text leaves it as it is.", false, choice::kLogArchives},
    SettingRow{"log_format",       &Settings::log_format,       0, 0,
               "How lines stand in the log file. satchelctl logs reads and prints each of them.", false, choice::kLogFormats},
    SettingRow{"log_keep_days",    &Settings::log_keep_days,    1, 3'650,
               "Days a log file that was put aside is kept."},
    SettingRow{"log_level",        &Settings::log_level,        0, 0,
               "From which level on the log keeps lines.", false, choice::kLogLevels},
    SettingRow{"log_max_bytes",    &Settings::log_max_bytes,    65'536, 1'000'000'000,
               "Size at which a log file is put aside, as it is at midnight; all of them together take at most ten times as much."},
    SettingRow{"log_to_file",      &Settings::log_to_file,      0, 0,
               "Keep log files also where a service manager takes the lines."},
    SettingRow{"notify",           &Settings::notify,           0, 0,
               "Say on the desktop (notify-send) when a source halts or a conflict waits."},
    SettingRow{"send_settings",    &Settings::send_settings,    0, 0,
               "Names of settings that travel though they look like secrets, separated by commas. Set it on every device that should have them."},
    SettingRow{"settle_ms",        &Settings::settle_ms,        0, 60'000,
               "Milliseconds a change on disk waits for further ones before a cycle starts."},
    SettingRow{"watch_files",      &Settings::watch_files,      0, 0,
               "Start a cycle soon after a watched file changed."},
    SettingRow{"watch_hub",        &Settings::watch_hub,        0, 0,
               "Start a cycle as soon as the hub has news."},
};
// clang-format on

/// "copy, zip or none": what a text may be.
std::string choice_words(const SettingRow& row);
/// The rows whose values differ, in the table's order.
std::vector<const SettingRow*> find_changes(const Settings& old_ones, const Settings& new_ones);
/// The commented template that init-config writes.
std::string settings_template();
/// docs/reference/settings.md, made from the table.
std::string settings_reference();

}  // namespace satchel::config
