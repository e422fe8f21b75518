#include "daemon/app/run.h"

#include "daemon/app/arguments.h"
#include "daemon/app/device_app.h"
#include "daemon/app/hub_app.h"
#include "daemon/app/hub_tools.h"
#include "daemon/app/logging.h"
#include "daemon/app/version.h"
#include "daemon/config/load.h"
#include "daemon/store/database.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"
#include "shared/log/setup.h"
#include "shared/platform/files.h"
#include "shared/platform/harden.h"
#include "shared/platform/heap.h"
#include "shared/platform/system_clock.h"
#include "shared/protocol/control/failure.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>

namespace satchel::app {

namespace {

/// A descriptor for each connection a hub holds at most, and room for everything else.
constexpr std::uint64_t kHubOpenFiles = 17'000;

int fail(const Error& error) {
    std::fprintf(stderr, "satcheld: %s\n", error.message.c_str());
    if (!error.hint.empty()) std::fprintf(stderr, "hint: %s\n", error.hint.c_str());
    return error_row(error.code).exit_status;
}

asio::awaitable<void> stop_on_signal(asio::signal_set& signals, std::function<void()> stop) {
    co_await signals.async_wait(asio::use_awaitable);
    stop();
    // The second one hurries: whatever is still in hand is safe to lose.
    co_await signals.async_wait(asio::use_awaitable);
    std::_Exit(130);
}

asio::awaitable<void> reload_on_signal(asio::signal_set& signals, std::function<void()> reload) {
    // Until the loop ends.
    while (true) {
        co_await signals.async_wait(asio::use_awaitable);
        reload();
    }
}

/// Tells satchelctl why no daemon runs. A start that finds one running tells nothing.
void note_failure(const platform::Dirs& dirs, const Error& error) {
    if (error.code == ErrorCode::busy) return;
    const control::StartFailure failure{json::Time{platform::SystemClock().now_ms()},
                                        std::string(error_row(error.code).name),
                                        error.message.substr(0, error.message.find('\n')),
                                        error.hint};
    const std::string text = json::to_text(json::to_json(failure)) + "\n";
    // Where even this cannot be written, the log and the exit status have to do.
    if (platform::ensure_private_directory(dirs.state))
        (void)platform::replace_file(dirs.state / control::kStartFailureFile, as_bytes(text), 0600);
}

void forget_failure(const platform::Dirs& dirs) {
    std::error_code ignored;
    std::filesystem::remove(dirs.state / control::kStartFailureFile, ignored);
}

/// Runs a role's app on a loop of its own until a signal or a request ends it.
template <class App>
int run_app(asio::io_context& loop, App& app, const platform::Dirs* told = nullptr) {
    if (auto started = app.start(); !started) {
        if (told != nullptr) note_failure(*told, started.error());
        // Nobody sees the standard error of a daemon that satchelctl started.
        SATCHEL_LOG("app",
                    error,
                    "cannot start",
                    {log::key::kError, started.error().message},
                    {"hint", started.error().hint});
        log::flush();
        return fail(started.error());
    }
    if (told != nullptr) forget_failure(*told);
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    asio::co_spawn(
        loop, stop_on_signal(signals, [&app] { app.stop(); }), [](std::exception_ptr) {});
    asio::signal_set hang_ups(loop, SIGHUP);
    asio::co_spawn(
        loop, reload_on_signal(hang_ups, [&app] { app.reload(); }), [](std::exception_ptr) {});
    std::exception_ptr failure;
    asio::co_spawn(loop, app.run(), [&](std::exception_ptr thrown) {
        failure = thrown;
        loop.stop();
    });
    loop.run();
    if (failure) std::rethrow_exception(failure);
    log::flush();
    return 0;
}

int run_device(const Arguments& arguments, const platform::Dirs& dirs) {
    const Places places(dirs);
    auto settings = config::load_settings(places.config_file);
    if (!settings) {
        note_failure(dirs, settings.error());
        return fail(settings.error());
    }
    if (auto logging = open_log(dirs, *settings, arguments.is_foreground); !logging)
        return fail(logging.error());
    asio::io_context loop(1);
    DeviceApp app(loop, {dirs, *settings, std::string(program_version()), arguments.is_foreground});
    return run_app(loop, app, &dirs);
}

int run_hub(const Arguments& arguments, const platform::Dirs& dirs) {
    platform::raise_open_files(kHubOpenFiles);
    if (auto logging = open_hub_log(dirs, arguments.is_foreground); !logging)
        return fail(logging.error());
    asio::io_context loop(1);
    HubApp app(loop, {dirs, arguments, std::string(program_version())});
    return run_app(loop, app);
}

int init_config(const platform::Dirs& dirs) {
    const Places places(dirs);
    if (std::filesystem::exists(places.config_file))
        return fail({ErrorCode::already_exists,
                     places.config_file.string() + " exists and was left as it is"});
    if (auto made = platform::ensure_private_directory(dirs.config); !made)
        return fail(made.error());
    const std::string text = config::settings_template();
    auto written = platform::replace_file(places.config_file, as_bytes(text), 0600);
    if (!written) return fail(written.error());
    std::printf("%s\n", places.config_file.c_str());
    return 0;
}

int check_config(const platform::Dirs& dirs) {
    const Places places(dirs);
    auto settings = config::load_settings(places.config_file);
    if (!settings) return fail(settings.error());
    std::printf("%s: ok\n", places.config_file.c_str());
    return 0;
}

int dispatch(const Arguments& arguments) {
    if (arguments.role == Role::help) {
        std::fputs(std::string(help_text()).c_str(), stdout);
        return 0;
    }
    if (arguments.role == Role::version) {
        std::printf("satcheld %s\n", std::string(program_version()).c_str());
        return 0;
    }
    auto dirs = platform::find_dirs(platform::process_environment());
    if (!dirs) return fail(dirs.error());
    if (auto owned = platform::check_home_owner(*dirs); !owned) return fail(owned.error());
    switch (arguments.role) {
        case Role::device:
            return run_device(arguments, *dirs);
        case Role::hub:
            return run_hub(arguments, *dirs);
        case Role::hub_init:
            return run_hub_init(arguments, *dirs);
        case Role::hub_backup:
            return run_hub_backup(arguments, *dirs);
        case Role::hub_restore:
            return run_hub_restore(arguments, *dirs);
        case Role::init_config:
            return init_config(*dirs);
        default:
            return check_config(*dirs);
    }
}

}  // namespace

int run(int argc, const char* const* argv) {
    platform::harden_process();
    platform::keep_heap_small();
    store::Database::prepare_process();
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    auto arguments = parse_arguments(words);
    if (!arguments) return fail(arguments.error());
    return dispatch(*arguments);
}

}  // namespace satchel::app
