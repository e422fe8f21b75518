#include "daemon/app/logging.h"

#include "daemon/backup/pack_file.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"
#include "shared/log/setup.h"
#include "shared/platform/files.h"
#include "shared/platform/host.h"
#include "shared/platform/service.h"

namespace satchel::app {

namespace {

/// All files of a log together are at most so many times as large as the largest.
constexpr std::uint64_t kFilesMax = 10;

Status open(const platform::Dirs& dirs,
            std::filesystem::path file,
            const config::Settings& settings,
            bool is_foreground) {
    if (auto made = platform::ensure_private_directory(dirs.state); !made) return made;
    const auto bytes_max = static_cast<std::size_t>(settings.log_max_bytes);
    log::Options options;
    options.journal = platform::has_journal(platform::process_environment());
    options.foreground = is_foreground;
    options.level = log::level_named(settings.log_level).value_or(log::Level::info);
    options.file.path = std::move(file);
    options.file.machine = platform::host_name();
    options.file.format = log::format_named(settings.log_format).value_or(log::Format::text);
    options.file.bytes_max = bytes_max;
    options.file.bounds = {settings.log_keep_days, (kFilesMax - 1) * bytes_max};
    return log::set_up(options);
}

}  // namespace

std::filesystem::path log_file(const platform::Dirs& dirs, const config::Settings& settings) {
    const bool has_journal = platform::has_journal(platform::process_environment());
    return has_journal && !settings.log_to_file ? std::filesystem::path{} : dirs.log("device");
}

Status open_log(const platform::Dirs& dirs, const config::Settings& settings, bool is_foreground) {
    return open(dirs, log_file(dirs, settings), settings, is_foreground);
}

Status open_hub_log(const platform::Dirs& dirs, bool is_foreground) {
    const bool has_journal = platform::has_journal(platform::process_environment());
    return open(dirs,
                has_journal ? std::filesystem::path{} : dirs.log("hub"),
                config::Settings{},
                is_foreground);
}

void pack_logs(const std::filesystem::path& active, const config::Settings& settings) {
    if (active.empty() || settings.log_archive != "zip") return;
    for (const log::AsideFile& file : log::files_aside(active)) {
        if (file.is_packed) continue;
        if (auto packed = backup::pack_file(file.path); !packed)
            SATCHEL_LOG("app",
                        info,
                        "a log file is not packed",
                        {"file", file.path.filename().string()},
                        {log::key::kError, packed.error().message});
    }
}

}  // namespace satchel::app
