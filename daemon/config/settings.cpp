#include "daemon/config/settings.h"

namespace satchel::config {

namespace {

std::string default_text(const SettingRow& row) {
    const Settings defaults;
    if (const auto* number = std::get_if<std::int64_t Settings::*>(&row.member))
        return std::to_string(defaults.**number);
    if (const auto* flag = std::get_if<bool Settings::*>(&row.member))
        return defaults.**flag ? "true" : "false";
    return "\"" + defaults.*std::get<std::string Settings::*>(row.member) + "\"";
}

std::string range_text(const SettingRow& row) {
    if (!row.choices.empty()) return choice_words(row);
    if (!std::holds_alternative<std::int64_t Settings::*>(row.member)) return {};
    return std::to_string(row.minimum) + " to " + std::to_string(row.maximum);
}

}  // namespace

std::string choice_words(const SettingRow& row) {
    std::string words;
    for (std::size_t i = 0; i < row.choices.size(); ++i) {
        if (i > 0) words += i + 1 == row.choices.size() ? " or " : ", ";
        words += row.choices[i];
    }
    return words;
}

std::vector<const SettingRow*> find_changes(const Settings& old_ones, const Settings& new_ones) {
    std::vector<const SettingRow*> changes;
    for (const SettingRow& row : kSettingRows) {
        const bool is_same = std::visit(
            [&](const auto member) { return old_ones.*member == new_ones.*member; }, row.member);
        if (!is_same) changes.push_back(&row);
    }
    return changes;
}

std::string settings_template() {
    std::string text =
        "# Satchel's settings on this device. Remove the leading # of a line to change its "
        "value.\n";
    for (const SettingRow& row : kSettingRows) {
        text += "\n# " + std::string(row.meaning) + "\n";
        if (const std::string range = range_text(row); !range.empty())
            text += "# Allowed: " + range + "\n";
        text += "#" + std::string(row.key) + " = " + default_text(row) + "\n";
    }
    return text;
}

std::string settings_reference() {
    std::string text =
        "# Settings\n\n"
        "`config.toml` in the configuration directory (`satchelctl init-config` writes a commented "
        "one). An unknown key is an error. A running `satcheld run` reads the file again when it "
        "changes, "
        "on SIGHUP, and on `satchelctl daemon reload`. A file with a mistake is refused as a "
        "whole, "
        "and the settings read before stay in force; so they do when the file is removed. `status` "
        "and `doctor` say so (`config_bad`). What is marked *restart* counts from the next "
        "start.\n\n"
        "| key | default | allowed | meaning |\n| --- | --- | --- | --- |\n";
    for (const SettingRow& row : kSettingRows) {
        const std::string range = range_text(row);
        text += "| `" + std::string(row.key) + "` | `" + default_text(row) + "` | " +
                (range.empty() ? "" : range) + " | " + std::string(row.meaning) +
                (row.needs_restart ? " *restart*" : "") + " |\n";
    }
    return text;
}

}  // namespace satchel::config
