// Numbers and times as people say them: rounded down, one unit. Escapes what comes from other
// devices.
#include "ctl/render/words.h"

#include "shared/base/time_text.h"
#include "shared/base/utf8.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace satchel::ctl {

std::string size_words(std::int64_t bytes) {
    constexpr std::array kUnits = {"kB", "MB", "GB", "TB", "PB"};
    if (bytes < 1000) return std::to_string(bytes) + " B";
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    // 999.95 would be printed as 1000.0.
    while (value >= 999.95 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, kUnits[unit]);
    return text.data();
}

std::string duration_words(std::int64_t duration_ms) {
    constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                           kDay = 24 * kHour;
    if (duration_ms < kSecond) return std::to_string(duration_ms) + " ms";
    if (duration_ms < 2 * kMinute) return std::to_string(duration_ms / kSecond) + " s";
    if (duration_ms < 2 * kHour) return std::to_string(duration_ms / kMinute) + " min";
    if (duration_ms < 2 * kDay) return std::to_string(duration_ms / kHour) + " h";
    return std::to_string(duration_ms / kDay) + " d";
}

std::string relative_words(UnixMs time, UnixMs now) {
    if (time > now - 1000 && time < now + 1000) return "now";
    if (time > now) return "in " + duration_words(time - now);
    return duration_words(now - time) + " ago";
}

std::string local_words(UnixMs time) {
    const auto seconds_since_epoch = static_cast<std::time_t>(time / 1000);
    std::tm parts{};
    std::array<char, 64> text{};
    if (::localtime_r(&seconds_since_epoch, &parts) == nullptr ||
        std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S %z", &parts) == 0)
        return to_rfc3339(time);
    return text.data();
}

std::string count_words(std::int64_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string shown(std::string_view text, std::size_t length_max) {
    std::string escaped = escape_for_terminal(text);
    std::size_t letters = 0;
    for (std::size_t i = 0; i < escaped.size(); ++i) {
        const bool starts_letter = (static_cast<unsigned char>(escaped[i]) & 0xC0) != 0x80;
        if (starts_letter && letters++ == length_max) return escaped.substr(0, i) + "…";
    }
    return escaped;
}

}  // namespace satchel::ctl
