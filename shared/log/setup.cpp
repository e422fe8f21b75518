// The one file that knows spdlog. Loggers are made on first use and share the destinations.
#include "shared/log/setup.h"

#include <array>
#include <map>
#include <memory>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>

namespace satchel::log {
namespace {

constexpr std::array<std::string_view, 6> kLevelNames = {
    "trace", "debug", "info", "warn", "error", "off"};

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::trace:
            return spdlog::level::trace;
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            return spdlog::level::off;
    }
    return spdlog::level::off;
}

// "<4>line": how a service manager tells a warning from a note on standard error.
class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
    void sink_it_(const spdlog::details::log_msg& message) override {
        const char* priority = message.level >= spdlog::level::err    ? "<3>"
                               : message.level >= spdlog::level::warn ? "<4>"
                               : message.level >= spdlog::level::info ? "<6>"
                                                                      : "<7>";
        std::fprintf(stderr,
                     "%s%.*s: %.*s\n",
                     priority,
                     static_cast<int>(message.logger_name.size()),
                     message.logger_name.data(),
                     static_cast<int>(message.payload.size()),
                     message.payload.data());
    }

    void flush_() override { std::fflush(stderr); }
};

// The process has one set of destinations; this is the only state of the folder.
struct Destinations {
    std::mutex mutex;
    std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_sink_mt>()};
    Level level = Level::warn;
    std::map<std::string, std::shared_ptr<spdlog::logger>, std::less<>> loggers;
};

Destinations& destinations() {
    static Destinations all;
    return all;
}

// With the mutex held.
spdlog::logger& logger_named(Destinations& all, std::string_view name) {
    auto found = all.loggers.find(name);
    if (found == all.loggers.end()) {
        auto made =
            std::make_shared<spdlog::logger>(std::string(name), all.sinks.begin(), all.sinks.end());
        made->set_level(to_spdlog(all.level));
        made->flush_on(spdlog::level::info);
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-7l %n: %v", spdlog::pattern_time_type::utc);
        found = all.loggers.emplace(std::string(name), std::move(made)).first;
    }
    return *found->second;
}

}  // namespace

Status set_up(const Options& options) {
    std::vector<spdlog::sink_ptr> sinks;
    try {
        if (options.journal)
            sinks.push_back(std::make_shared<JournalSink>());
        else if (options.foreground)
            sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
        if (!options.file.empty()) {
            // Names of sources and devices stand in it: made for the owner only, rotated ones too.
            const mode_t before = ::umask(0177);
            try {
                sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
                    options.file.string(), options.file_bytes_max, options.files_max - 1));
            } catch (...) {
                ::umask(before);
                throw;
            }
            ::umask(before);
            ::chmod(options.file.c_str(), 0600);
        }
    } catch (const std::exception& thrown) {
        return Error{ErrorCode::io, std::string("open log: ") + thrown.what()};
    }
    auto& all = destinations();
    const std::lock_guard held(all.mutex);
    all.sinks = std::move(sinks);
    all.level = options.level;
    all.loggers.clear();
    return ok();
}

void set_level(std::string_view logger, Level level) {
    auto& all = destinations();
    const std::lock_guard held(all.mutex);
    if (!logger.empty()) {
        logger_named(all, logger).set_level(to_spdlog(level));
        return;
    }
    all.level = level;
    for (auto& [name, one] : all.loggers) one->set_level(to_spdlog(level));
}

void flush() {
    auto& all = destinations();
    const std::lock_guard held(all.mutex);
    for (auto& [name, one] : all.loggers) one->flush();
}

std::optional<Level> level_named(std::string_view name) {
    for (std::size_t i = 0; i < kLevelNames.size(); ++i)
        if (kLevelNames[i] == name) return static_cast<Level>(i);
    return std::nullopt;
}

bool is_on(std::string_view logger, Level level) {
    auto& all = destinations();
    const std::lock_guard held(all.mutex);
    return logger_named(all, logger).should_log(to_spdlog(level));
}

void write(std::string_view logger,
           Level level,
           std::string_view text,
           std::initializer_list<Pair> pairs) noexcept {
    try {
        const std::string line = format_line(text, pairs);
        auto& all = destinations();
        const std::lock_guard held(all.mutex);
        logger_named(all, logger).log(to_spdlog(level), spdlog::string_view_t(line));
    } catch (...) {
        // A line that cannot be written is not worth a daemon.
    }
}

}  // namespace satchel::log
