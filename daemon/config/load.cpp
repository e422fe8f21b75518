// TOML is parsed by the library, then every key is looked up in the table of settings. What the
// library cannot take (it recurses once per dot of a key) is refused before it sees it.
#include "daemon/config/load.h"

#include "daemon/config/mistake.h"
#include "shared/base/edit_distance.h"
#include "shared/base/limits.h"
#include "shared/base/utf8.h"
#include "shared/platform/files.h"

#include <algorithm>
#include <vector>

#include <toml++/toml.h>

namespace satchel::config {

namespace {

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
        if (!row.choices.empty() && std::ranges::find(row.choices, *value) == row.choices.end())
            return "must be " + choice_words(row);
        settings.*std::get<std::string Settings::*>(row.member) = *value;
    }
    return {};
}

Place place_of(const toml::source_region& where) {
    return {where.begin.line, where.begin.column};
}

/// Words that people expect here, and where what they mean is told instead.
std::string_view elsewhere(std::string_view key) {
    constexpr std::array<std::string_view, 7> kSecrets = {
        "api_key", "key", "secret", "token", "password", "passphrase", "join"};
    if (std::ranges::find(kSecrets, key) != kSecrets.end())
        return "; keys never stand in settings: 'satchelctl sync setup' asks for a join string";
    if (key == "hub" || key == "hub_url" || key == "url" || key == "server")
        return "; the hub's address comes with 'satchelctl sync setup'";
    if (key == "sources" || key == "source" || key == "paths")
        return "; sources are told by 'satchelctl source add'";
    return {};
}

/// That the mode of what is at `path` has none of `forbidden`.
Status check_mode(const std::filesystem::path& path,
                  std::filesystem::perms forbidden,
                  std::string_view cure) {
    std::error_code failed;
    const auto mode = std::filesystem::status(path, failed).permissions();
    if (failed || (mode & forbidden) == std::filesystem::perms::none) return ok();
    return Error{ErrorCode::refused,
                 "read settings: other users can write '" + path.string() + "'",
                 std::string(cure) + path.string()};
}

}  // namespace

Result<Settings> parse_settings(std::string_view text, std::string_view name) {
    const NamedText file{text, name};
    if (auto misfit = find_misfit(file)) return *std::move(misfit);
    toml::table table;
    try {
        table = toml::parse(text);
    } catch (const toml::parse_error& error) {
        return mistake_at(file, place_of(error.source()), escape_for_terminal(error.description()));
    }
    Settings settings;
    for (const auto& [key, node] : table) {
        const std::string_view word = key.str();
        const auto row = std::ranges::find(kSettingRows, word, &SettingRow::key);
        if (row == kSettingRows.end()) {
            const std::string_view told = elsewhere(word);
            return mistake_at(file,
                              place_of(key.source()),
                              "unknown key '" + escape_for_terminal(word.substr(0, 64)) + "'" +
                                  (told.empty() ? suggestion(word) : std::string(told)));
        }
        const std::string wrong = take_value(*row, node, settings);
        if (!wrong.empty())
            return mistake_at(
                file, place_of(node.source()), "'" + std::string(word) + "' " + wrong);
    }
    return settings;
}

Result<Settings> load_settings(const std::filesystem::path& file) {
    auto content = platform::read_file(file, limits::kConfigBytesMax);
    if (!content) {
        if (content.error().code == ErrorCode::not_found) return Settings{};
        Error error = std::move(content).error();
        error.code = ErrorCode::bad_config;
        return error;
    }
    using std::filesystem::perms;
    if (auto kept = check_mode(file, perms::group_write | perms::others_write, "chmod 600 "); !kept)
        return kept.error();
    // Who can write the folder can put another file there.
    if (auto kept = check_mode(file.parent_path(), perms::others_write, "chmod 700 "); !kept)
        return kept.error();
    return parse_settings(as_text(*content), file.filename().string());
}

}  // namespace satchel::config
