#include "shared/log/line.h"

#include "shared/base/time_text.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace satchel::log {

namespace {

constexpr std::array<std::string_view, 6> kLevelNames = {
    "trace", "debug", "info", "warn", "error", "off"};
constexpr std::array<std::string_view, 3> kFormatNames = {"text", "json", "logfmt"};

bool is_plain(std::string_view value) {
    return !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos;
}

std::string quoted(std::string_view value, std::string_view also = {}) {
    std::string out = "\"";
    for (const char letter : value) {
        if (letter == '"' || also.find(letter) != std::string_view::npos) out += '\\';
        out += letter;
    }
    return out + "\"";
}

std::string to_json_line(const Line& line) {
    const auto text = [](std::string_view value) { return quoted(value, "\\"); };
    std::string out = "{\"time\":" + text(to_rfc3339(line.time_ms)) +
                      ",\"level\":" + text(level_name(line.level)) +
                      ",\"logger\":" + text(line.logger) + ",\"message\":" + text(line.message);
    for (const LinePair& pair : line.pairs)
        out += "," + text(pair.key) + ":" + (pair.is_bare ? pair.value : text(pair.value));
    return out + "}";
}

std::string with_pairs(std::string out, const Line& line) {
    for (const LinePair& pair : line.pairs) out += " " + to_string(pair);
    return out;
}

}  // namespace

std::string to_string(const LinePair& pair) {
    return pair.key + "=" + (is_plain(pair.value) ? pair.value : quoted(pair.value));
}

std::string_view level_name(Level level) {
    return kLevelNames[static_cast<std::size_t>(level)];
}

std::optional<Level> level_named(std::string_view name) {
    for (std::size_t i = 0; i < kLevelNames.size(); ++i)
        if (kLevelNames[i] == name) return static_cast<Level>(i);
    return std::nullopt;
}

std::optional<Format> format_named(std::string_view name) {
    for (std::size_t i = 0; i < kFormatNames.size(); ++i)
        if (kFormatNames[i] == name) return static_cast<Format>(i);
    return std::nullopt;
}

std::string to_local_time(UnixMs time_ms) {
    const auto whole = static_cast<std::time_t>(time_ms / 1000 - (time_ms % 1000 < 0 ? 1 : 0));
    std::tm there{};
    if (::localtime_r(&whole, &there) == nullptr) return to_rfc3339(time_ms);
    const auto part = static_cast<int>(time_ms - static_cast<UnixMs>(whole) * 1000);
    std::array<char, 64> text{};
    const long offset = there.tm_gmtoff / 60;
    const long minutes = offset < 0 ? -offset : offset;
    const int length = std::snprintf(text.data(),
                                     text.size(),
                                     "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02ld:%02ld",
                                     there.tm_year + 1900,
                                     there.tm_mon + 1,
                                     there.tm_mday,
                                     there.tm_hour,
                                     there.tm_min,
                                     there.tm_sec,
                                     part,
                                     offset < 0 ? '-' : '+',
                                     minutes / 60,
                                     minutes % 60);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string to_string(const Line& line, Format format) {
    const std::string level(level_name(line.level));
    switch (format) {
        case Format::json:
            return to_json_line(line);
        case Format::logfmt:
            return with_pairs("time=" + to_rfc3339(line.time_ms) + " level=" + level +
                                  " logger=" + line.logger + " message=" + quoted(line.message),
                              line);
        default: {
            constexpr std::size_t kLevelWidth = 8;
            return with_pairs(to_local_time(line.time_ms) + " " + level +
                                  std::string(kLevelWidth - level.size(), ' ') + line.logger +
                                  ": " + line.message,
                              line);
        }
    }
}

}  // namespace satchel::log
