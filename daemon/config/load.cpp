// TOML is parsed by the library, then every key is looked up in the table of settings. What the
// library cannot take (it recurses once per dot of a key) is refused before it sees it.
#include "daemon/config/load.h"

#include "shared/base/edit_distance.h"
#include "shared/base/limits.h"
#include "shared/base/utf8.h"
#include "shared/platform/files.h"

#include <algorithm>
#include <vector>

#include <toml++/toml.h>

namespace satchel::config {

namespace {

constexpr std::string_view kCorrectHint =
    "correct the line; the daemon keeps its earlier settings until then";

Error mistake(std::string_view name, const toml::source_region& where, const std::string& what) {
    return {ErrorCode::bad_config,
            std::string(name) + ":" + std::to_string(where.begin.line) + ":" +
                std::to_string(where.begin.column) + ": " + what,
            std::string(kCorrectHint)};
}

// The library takes tables apart by recursion, one level per dot in `a.b.c`; deeper than this could
// overflow the stack. A commented file of ours has some twenty dots.
constexpr std::ptrdiff_t kDotsMax = 1'000;

/// Empty when the text may be given to the library, else why not.
std::string_view unfit_reason(std::string_view text) {
    if (text.size() > limits::kConfigBytesMax) return "is larger than 1 MiB";
    if (text.find('\0') != std::string_view::npos || !is_utf8(text)) return "is not UTF-8 text";
    if (std::ranges::count(text, '.') > kDotsMax) return "has more than 1000 dots";
    return {};
}

std::string suggestion(std::string_view key) {
    constexpr std::size_t kShortestStart = 4;
    std::vector<std::string_view> keys;
    for (const SettingRow& row : kSettingRows) keys.push_back(row.key);
    std::string_view nearest = nearest_word(key, keys);
    const auto starts = [&](std::string_view known) { return known.starts_with(key); };
    if (nearest.empty() && key.size() >= kShortestStart)
        if (const auto found = std::ranges::find_if(keys, starts); found != keys.end())
            nearest = *found;
    return nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?";
}

/// Empty when the value was taken, else what is wrong with it.
std::string take_value(const SettingRow& row, const toml::node& node, Settings& settings) {
    if (const auto* number = std::get_if<std::int64_t Settings::*>(&row.member)) {
        const auto value = node.value_exact<std::int64_t>();
        if (!value) return "must be a whole number";
        if (*value < row.minimum || *value > row.maximum)
            return "must be " + std::to_string(row.minimum) + " to " + std::to_string(row.maximum);
        settings.** number = *value;
    } else if (const auto* flag = std::get_if<bool Settings::*>(&row.member)) {
        const auto value = node.value_exact<bool>();
        if (!value) return "must be true or false";
        settings.** flag = *value;
    } else {
        const auto value = node.value_exact<std::string>();
        if (!value) return "must be text in quotes";
        settings.*std::get<std::string Settings::*>(row.member) = *value;
    }
    return {};
}

Result<Settings> check(Settings settings, std::string_view name) {
    constexpr std::array<std::string_view, 5> kLevels = {"trace", "debug", "info", "warn", "error"};
    if (std::ranges::find(kLevels, settings.log_level) == kLevels.end())
        return Error{ErrorCode::bad_config,
                     std::string(name) + ": log_level must be trace, debug, info, warn or error",
                     std::string(kCorrectHint)};
    constexpr std::array<std::string_view, 3> kFormats = {"copy", "zip", "none"};
    if (std::ranges::find(kFormats, settings.backup_format) == kFormats.end())
        return Error{ErrorCode::bad_config,
                     std::string(name) + ": backup_format must be copy, zip or none",
                     std::string(kCorrectHint)};
    return settings;
}

}  // namespace

Result<Settings> parse_settings(std::string_view text, std::string_view name) {
    if (const std::string_view reason = unfit_reason(text); !reason.empty())
        return Error{ErrorCode::bad_config,
                     std::string(name) + ": " + std::string(reason),
                     "replace the file by what `satchelctl init-config` writes"};
    toml::table table;
    try {
        table = toml::parse(text);
    } catch (const toml::parse_error& error) {
        return mistake(name, error.source(), escape_for_terminal(error.description()));
    }
    Settings settings;
    for (const auto& [key, node] : table) {
        const std::string_view word = key.str();
        const auto row = std::ranges::find(kSettingRows, word, &SettingRow::key);
        if (row == kSettingRows.end())
            return mistake(name,
                           key.source(),
                           "unknown key '" + escape_for_terminal(word) + "'" + suggestion(word));
        const std::string wrong = take_value(*row, node, settings);
        if (!wrong.empty())
            return mistake(name, node.source(), "'" + std::string(word) + "' " + wrong);
    }
    return check(std::move(settings), name);
}

Result<Settings> load_settings(const std::filesystem::path& file) {
    auto content = platform::read_file(file, limits::kConfigBytesMax);
    if (!content) {
        if (content.error().code == ErrorCode::not_found) return Settings{};
        Error error = std::move(content).error();
        error.code = ErrorCode::bad_config;
        return error;
    }
    std::error_code failed;
    const auto mode = std::filesystem::status(file, failed).permissions();
    using std::filesystem::perms;
    if (!failed && (mode & (perms::group_write | perms::others_write)) != perms::none)
        return Error{ErrorCode::refused,
                     "read " + file.string() + ": other users can write this file",
                     "chmod 600 " + file.string()};
    return parse_settings(as_text(*content), file.filename().string());
}

}  // namespace satchel::config
