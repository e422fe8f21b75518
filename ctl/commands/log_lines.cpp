#include "ctl/commands/log_lines.h"

#include "shared/base/time_text.h"
#include "shared/base/utf8.h"
#include "shared/json/value.h"

#include <algorithm>

namespace satchel::ctl {
namespace {

constexpr std::string_view kKeyLetters = "abcdefghijklmnopqrstuvwxyz0123456789_";

// A value that JSON takes without quotes.
bool is_bare(std::string_view value) {
    constexpr std::size_t kDigitsMax = 18;
    if (value == "true" || value == "false" || value == "0") return true;
    if (value.starts_with('-')) value.remove_prefix(1);
    return !value.empty() && value.size() <= kDigitsMax && value.front() != '0' &&
           value.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view take_word(std::string_view& rest) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    return word;
}

// key=value or key="value" at the start of `rest`, which loses it; nothing when none stands there.
std::optional<log::LinePair> take_pair(std::string_view& rest) {
    const std::size_t equals = rest.find_first_not_of(kKeyLetters);
    if (equals == 0 || equals == std::string_view::npos || rest[equals] != '=') return std::nullopt;
    log::LinePair pair{std::string(rest.substr(0, equals)), {}, false};
    std::string_view value = rest.substr(equals + 1);
    if (!value.starts_with('"')) {
        pair.value = take_word(value);
        pair.is_bare = is_bare(pair.value);
        rest = value;
        return pair;
    }
    std::size_t at = 1;
    for (; at < value.size() && value[at] != '"'; ++at) {
        if (value[at] == '\\' && at + 1 < value.size() && value[at + 1] == '"') ++at;
        pair.value += value[at];
    }
    if (at >= value.size()) return std::nullopt;
    value.remove_prefix(at + 1);
    if (!value.empty() && !value.starts_with(' ')) return std::nullopt;
    while (value.starts_with(' ')) value.remove_prefix(1);
    rest = value;
    return pair;
}

// All of `rest` as pairs; nothing when something else is in it.
std::optional<std::vector<log::LinePair>> all_pairs(std::string_view rest) {
    std::vector<log::LinePair> pairs;
    while (!rest.empty()) {
        auto pair = take_pair(rest);
        if (!pair) return std::nullopt;
        pairs.push_back(*std::move(pair));
    }
    return pairs;
}

bool fill(log::Line& line, std::string_view time, std::string_view level) {
    const auto when = from_rfc3339(time);
    const auto known = log::level_named(level);
    if (!when || !known) return false;
    line.time_ms = *when;
    line.level = *known;
    return true;
}

std::optional<log::Line> read_text(std::string_view text) {
    log::Line line;
    const std::string_view time = take_word(text);
    if (!fill(line, time, take_word(text))) return std::nullopt;
    const std::size_t colon = text.find(": ");
    const std::size_t space = text.find(' ');
    if (colon == std::string_view::npos || space < colon) return std::nullopt;
    line.logger = text.substr(0, colon);
    const std::string_view rest = text.substr(colon + 2);
    line.message = rest;
    // The sentence ends where all that follows is pairs.
    for (std::size_t at = rest.find(' '); at != std::string_view::npos;
         at = rest.find(' ', at + 1)) {
        auto pairs = all_pairs(rest.substr(at + 1));
        if (!pairs || pairs->empty()) continue;
        line.message = rest.substr(0, at);
        line.pairs = *std::move(pairs);
        break;
    }
    return line;
}

// Takes time, level, logger and message out of `pairs`.
std::optional<log::Line> from_pairs(std::vector<log::LinePair> pairs) {
    log::Line line;
    std::string time;
    std::string level;
    std::size_t found = 0;
    for (log::LinePair& pair : pairs) {
        std::string* const known = pair.key == "time"      ? &time
                                   : pair.key == "level"   ? &level
                                   : pair.key == "logger"  ? &line.logger
                                   : pair.key == "message" ? &line.message
                                                           : nullptr;
        if (known == nullptr) {
            line.pairs.push_back(std::move(pair));
            continue;
        }
        *known = std::move(pair.value);
        ++found;
    }
    if (found != 4 || !fill(line, time, level)) return std::nullopt;
    return line;
}

std::optional<log::Line> read_json(std::string_view text) {
    const auto value = json::parse(text);
    if (!value || !value->is_object()) return std::nullopt;
    std::vector<log::LinePair> pairs;
    for (const auto& [key, one] : value->as_object()) {
        const bool is_text = one.is_string();
        pairs.push_back({std::string(key),
                         is_text ? std::string(one.as_string()) : json::to_text(one),
                         !is_text});
    }
    return from_pairs(std::move(pairs));
}

}  // namespace

std::optional<log::Line> read_log_line(std::string_view text) {
    if (text.starts_with('{')) return read_json(text);
    if (!text.starts_with("time=")) return read_text(text);
    auto pairs = all_pairs(text);
    return pairs ? from_pairs(*std::move(pairs)) : std::nullopt;
}

std::optional<std::string> LogView::show(std::string_view text) {
    auto line = read_log_line(text);
    if (line) {
        is_wanted_ = line->level >= wish_.level;
        if (!is_wanted_) return std::nullopt;
        line->message = escape_for_terminal(line->message);
        line->logger = escape_for_terminal(line->logger);
        for (log::LinePair& pair : line->pairs) {
            pair.key = escape_for_terminal(pair.key);
            pair.value = escape_for_terminal(pair.value);
        }
        return log::to_string(*line, wish_.format);
    }
    if (!is_wanted_) return std::nullopt;
    std::string words = escape_for_terminal(text);
    if (wish_.format == log::Format::text) return words;
    if (wish_.format == log::Format::logfmt)
        return log::to_string(log::LinePair{"message", std::move(words), false});
    json::Object object;
    object["message"] = words;
    return json::to_text(object);
}

}  // namespace satchel::ctl
