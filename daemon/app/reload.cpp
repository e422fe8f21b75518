// Reading the configuration again while the daemon runs.
#include "daemon/app/device_app.h"
#include "daemon/config/load.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"
#include "shared/log/setup.h"

namespace satchel::app {

namespace {

/// What changed, in one sentence.
std::string words_for(const std::vector<const config::SettingRow*>& changes) {
    if (changes.empty()) return "the settings were read again; nothing changed";
    std::string now;
    std::string later;
    for (const config::SettingRow* row : changes) {
        std::string& names = row->needs_restart ? later : now;
        names += (names.empty() ? "" : ", ") + std::string(row->key);
    }
    std::string text = "the settings were read again";
    if (!now.empty()) text += "; in force: " + now;
    if (!later.empty()) text += "; from the next start: " + later;
    return text;
}

}  // namespace

void DeviceApp::reload() {
    auto loaded = config::load_settings(places_.config_file);
    if (!loaded) {
        SATCHEL_LOG("app",
                    warn,
                    "the settings cannot be used; the old ones stay",
                    {log::key::kError, loaded.error().message});
        tell("state",
             "the settings cannot be used, and the old ones stay: " + loaded.error().message);
        return;
    }
    const std::string words = words_for(config::find_changes(options_.settings, *loaded));
    options_.settings = std::move(*loaded);
    const config::Settings& settings = options_.settings;
    log::set_level("", log::level_named(settings.log_level).value_or(log::Level::info));
    if (membership_) membership_->set_pace(settings);
    SATCHEL_LOG("app", info, words);
    tell("state", words);
}

}  // namespace satchel::app
