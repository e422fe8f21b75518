#include "shared/base/time_text.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace satchel {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr UnixMs kDayMs = 86'400'000;
constexpr UnixMs kYear0Ms = -62'167'219'200'000;
constexpr UnixMs kYear9999Ms = 253'402'300'799'999;

std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    int value = 0;
    for (const char digit : text.substr(0, count)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value = value * 10 + (digit - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<UnixMs> take_date(std::string_view& text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, "-")) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, "-")) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day) return std::nullopt;
    const year_month_day date{std::chrono::year{*year},
                              std::chrono::month{static_cast<unsigned>(*month)},
                              std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return sys_days{date}.time_since_epoch().count() * kDayMs;
}

std::optional<UnixMs> take_hour_minute(std::string_view& text) {
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    return (*hour * 60 + *minute) * 60'000;
}

UnixMs take_fraction_ms(std::string_view& text) {
    UnixMs fraction_ms = 0;
    for (UnixMs unit = 100; !text.empty() && text[0] >= '0' && text[0] <= '9'; unit /= 10) {
        fraction_ms += unit * (text[0] - '0');
        text.remove_prefix(1);
    }
    return fraction_ms;
}

std::optional<UnixMs> take_offset(std::string_view& text) {
    if (take(text, "Zz")) return 0;
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const int sign = text[0] == '+' ? 1 : -1;
    text.remove_prefix(1);
    const auto offset_ms = take_hour_minute(text);
    if (!offset_ms) return std::nullopt;
    return *offset_ms * sign;
}

}  // namespace

std::string to_rfc3339(UnixMs time_ms) {
    time_ms = std::clamp(time_ms, kYear0Ms, kYear9999Ms);
    const UnixMs day = time_ms >= 0 ? time_ms / kDayMs : (time_ms - kDayMs + 1) / kDayMs;
    const auto of_day_ms = static_cast<int>(time_ms - day * kDayMs);
    const year_month_day date{sys_days{days{day}}};
    char text[64];
    std::snprintf(text,
                  sizeof text,
                  "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                  static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()),
                  of_day_ms / 3'600'000,
                  of_day_ms / 60'000 % 60,
                  of_day_ms / 1'000 % 60,
                  of_day_ms % 1'000);
    return text;
}

std::optional<UnixMs> from_rfc3339(std::string_view text) {
    const auto date_ms = take_date(text);
    if (!date_ms) return std::nullopt;
    if (text.empty()) return date_ms;
    if (!take(text, "Tt ")) return std::nullopt;
    const auto hour_minute_ms = take_hour_minute(text);
    if (!hour_minute_ms || !take(text, ":")) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second || *second > 60) return std::nullopt;
    UnixMs fraction_ms = 0;
    if (take(text, ".")) {
        if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
        fraction_ms = take_fraction_ms(text);
    }
    const auto offset_ms = take_offset(text);
    if (!offset_ms || !text.empty()) return std::nullopt;
    return *date_ms + *hour_minute_ms + *second * 1'000 + fraction_ms - *offset_ms;
}

}  // namespace satchel
