// Reading the configuration again while the daemon runs: when it is asked to, on a hang-up, and
// when the file changes. A file that cannot be used changes nothing, and status says so until it
// can.
#include "daemon/app/backup_work.h"
#include "daemon/app/device_app.h"
#include "daemon/app/logging.h"
#include "daemon/config/load.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"

#include <algorithm>

namespace satchel::app {

namespace {

/// An editor may write a file in several steps.
constexpr milliseconds kEditorSettle{300};

constexpr std::string_view kConfigAdvice =
    "the settings read before stay in force until the file can be used; 'satcheld --check-config' "
    "shows the line, 'satchelctl daemon reload' reads it again";

/// The lines below the first show the place, for a person at a terminal.
Error without_excerpt(Error error) {
    error.message.resize(std::min(error.message.find('\n'), error.message.size()));
    return error;
}

control::DaemonReloadResponse to_response(const std::vector<const config::SettingRow*>& changes) {
    control::DaemonReloadResponse response;
    for (const config::SettingRow* row : changes)
        (row->needs_restart ? response.later : response.changed).emplace_back(row->key);
    return response;
}

/// "; in force: a, b", or nothing without names.
std::string listed(std::string_view what, const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? text : "; " + std::string(what) + ": " + text;
}

/// What changed, in one sentence.
std::string words_for(const control::DaemonReloadResponse& changes) {
    const std::string words =
        listed("in force", changes.changed) + listed("from the next start", changes.later);
    return "the settings were read again" + (words.empty() ? "; nothing changed" : words);
}

}  // namespace

Result<config::Settings> DeviceApp::read_config() {
    std::error_code failed;
    const bool is_there = std::filesystem::exists(places_.config_file, failed);
    if (!is_there && has_config_)
        return Error{ErrorCode::bad_config,
                     places_.config_file.filename().string() + " is gone",
                     "write it again, or begin with the defaults: satchelctl daemon restart"};
    auto loaded = config::load_settings(places_.config_file);
    if (!loaded) return without_excerpt(std::move(loaded).error());
    has_config_ = is_there;
    return loaded;
}

void DeviceApp::note_config_problem(const Error& error) {
    const bool is_known = config_alarm_ && config_alarm_->text == error.message;
    if (is_known) return;
    config_alarm_ = control::AlarmSummary{
        "config_bad", error.message, std::string(kConfigAdvice), json::Time{clock_.now_ms()}};
    SATCHEL_LOG("app",
                warn,
                "the settings cannot be used; the old ones stay",
                {log::key::kError, error.message});
    tell("state", "the settings cannot be used, and the old ones stay: " + error.message);
}

asio::awaitable<Result<control::DaemonReloadResponse>> DeviceApp::read_settings(bool is_asked) {
    auto loaded = read_config();
    if (!loaded) {
        if (is_asked) config_alarm_.reset();
        note_config_problem(loaded.error());
        co_return loaded.error();
    }
    const bool was_bad = config_alarm_.has_value();
    config_alarm_.reset();
    const auto changes = config::find_changes(options_.settings, *loaded);
    control::DaemonReloadResponse response = to_response(changes);
    response.config_file = places_.config_file.string();
    if (changes.empty() && !is_asked && !was_bad) co_return response;
    const config::Settings before = std::exchange(options_.settings, std::move(*loaded));
    if (auto opened = open_log(options_.dirs, options_.settings, options_.is_foreground); !opened)
        SATCHEL_LOG("app", warn, "the log stays", {log::key::kError, opened.error().message});
    const std::string words = words_for(response);
    SATCHEL_LOG("app", info, words);
    co_await apply_settings(before);
    tell("state", words);
    co_return response;
}

asio::awaitable<void> DeviceApp::apply_settings(const config::Settings& before) {
    const config::Settings now = options_.settings;
    const auto differs = [&](auto member) { return before.*member != now.*member; };
    using config::Settings;
    if (differs(&Settings::backup_keep))
        co_await worker_.run([&] {
            backups_->keep(static_cast<std::size_t>(now.backup_keep));
            return true;
        });
    if (differs(&Settings::watch_files) && !now.watch_files) co_await end_file_watch();
    if (differs(&Settings::watch_files) && now.watch_files) begin_file_watch();
    if (!membership_) co_return;
    if (differs(&Settings::interval_seconds) || differs(&Settings::settle_ms))
        membership_->set_pace(now);
    if (differs(&Settings::backup_format) || differs(&Settings::keep_settings) ||
        differs(&Settings::send_settings))
        co_await remake_sources();
    if (differs(&Settings::backup_format)) co_await switch_folding();
    if (differs(&Settings::watch_hub)) co_await switch_hub_watch();
    co_await watch_sources();
}

asio::awaitable<void> DeviceApp::remake_sources() {
    const Status remade = co_await worker_.run([this]() -> Status {
        std::vector<store::Declaration> declarations;
        for (const engine::SourceSlot& slot : membership_->replica.slots())
            declarations.push_back(slot.declaration);
        for (store::Declaration& declaration : declarations)
            if (auto made = change_source(std::move(declaration)); !made) return made;
        return ok();
    });
    // Each cycle tries again to open what cannot be opened, and says so in the status.
    if (!remade)
        SATCHEL_LOG("app", warn, "a source waits", {log::key::kError, remade.error().message});
    watch_errors_.clear();
}

asio::awaitable<void> DeviceApp::switch_folding() {
    folding_.cancel();
    co_await folding_.join();
    if (membership_ && options_.settings.backup_format == "zip")
        folding_.spawn("folding", keep_folding(*this));
}

asio::awaitable<void> DeviceApp::switch_hub_watch() {
    hub_watch_.cancel();
    co_await hub_watch_.join();
    if (membership_ && options_.settings.watch_hub && is_connected_)
        hub_watch_.spawn("hub watch", membership_->engine.watch_hub());
}

void DeviceApp::reload() {
    notifier_.reloading();
    tasks_.spawn("reload", [](DeviceApp& app) -> asio::awaitable<void> {
        co_await app.read_settings(true);
        app.notifier_.ready();
    }(*this));
}

asio::awaitable<void> DeviceApp::keep_logs() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    // Ends by cancellation.
    while (true) {
        const config::Settings settings = options_.settings;
        const std::filesystem::path active = log_file(options_.dirs, settings);
        co_await archive_worker_.run([&] {
            pack_logs(active, settings);
            return true;
        });
        timer.expires_after(std::chrono::hours(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

void DeviceApp::watch_config() {
    const std::filesystem::path folder = places_.config_file.parent_path();
    std::error_code failed;
    has_config_ = std::filesystem::exists(places_.config_file, failed);
    config_watcher_ = std::make_unique<watch::Watcher>(
        loop_.get_executor(),
        [this](const std::optional<std::filesystem::path>&) { config_changed_.set(); });
    Status watching = config_watcher_->add_folder(folder);
    // A link into a folder of such files: its own folder tells nothing.
    const auto real = std::filesystem::canonical(places_.config_file, failed).parent_path();
    if (watching && !failed && real != folder) watching = config_watcher_->add_folder(real);
    if (!watching)
        SATCHEL_LOG("app",
                    info,
                    "changes of the settings are not seen by themselves",
                    {log::key::kError, watching.error().message});
    tasks_.spawn("config watch", config_watcher_->run());
    tasks_.spawn("config", keep_config());
}

asio::awaitable<void> DeviceApp::keep_config() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    // Ends by cancellation.
    while (true) {
        const bool is_hinted = co_await config_changed_.wait_for(std::chrono::hours(1));
        if (!is_hinted) continue;
        timer.expires_after(kEditorSettle);
        co_await timer.async_wait(asio::use_awaitable);
        co_await read_settings(false);
    }
}

}  // namespace satchel::app
