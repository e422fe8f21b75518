// Where lines go, by spdlog. Loggers are made on first use and share the destinations. A line goes
// through the library as its parts with separators between them that escaped text cannot hold; each
// destination puts them together in its own way.
#include "shared/log/setup.h"

#include "shared/base/utf8.h"
#include "shared/log/file_sink.h"

#include <map>
#include <memory>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace satchel::log {
namespace {

constexpr char kBetween = '\x1f';
constexpr char kBare = 'b';
constexpr char kText = 't';

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

Level from_spdlog(spdlog::level::level_enum level) {
    for (const Level ours : {Level::trace, Level::debug, Level::info, Level::warn})
        if (to_spdlog(ours) == level) return ours;
    return Level::error;
}

std::string packed(std::string_view text, std::initializer_list<Pair> pairs) {
    std::string all = clean(text);
    for (const Pair& pair : pairs) {
        all += kBetween;
        all += pair.is_bare() ? kBare : kText;
        all += pair.key();
        all += kBetween;
        all += clean(pair.value());
    }
    return all;
}

/// The next part of `rest`, which loses it.
std::string_view take_part(std::string_view& rest) {
    const std::size_t end = std::min(rest.find(kBetween), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

Line unpacked(const spdlog::details::log_msg& message) {
    Line line;
    line.time_ms =
        std::chrono::duration_cast<milliseconds>(message.time.time_since_epoch()).count();
    line.level = from_spdlog(message.level);
    line.logger.assign(message.logger_name.data(), message.logger_name.size());
    std::string_view rest(message.payload.data(), message.payload.size());
    line.message = take_part(rest);
    while (!rest.empty()) {
        const std::string_view key = take_part(rest);
        const std::string_view value = take_part(rest);
        if (!key.empty())
            line.pairs.push_back(
                {std::string(key.substr(1)), std::string(value), key.front() == kBare});
    }
    return line;
}

class LineFormatter final : public spdlog::formatter {
  public:
    explicit LineFormatter(Format format) : format_(format) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const std::string text = to_string(unpacked(message), format_) + "\n";
        out.append(text.data(), text.data() + text.size());
    }

    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<LineFormatter>(format_);
    }

  private:
    Format format_;
};

// "<4>line": how a service manager tells a warning from a note on standard error.
class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
    void sink_it_(const spdlog::details::log_msg& message) override {
        const char* priority = message.level >= spdlog::level::err    ? "<3>"
                               : message.level >= spdlog::level::warn ? "<4>"
                               : message.level >= spdlog::level::info ? "<6>"
                                                                      : "<7>";
        const Line line = unpacked(message);
        std::string text = priority + line.logger + ": " + line.message;
        for (const LinePair& pair : line.pairs) text += " " + to_string(pair);
        std::fprintf(stderr, "%s\n", text.c_str());
    }

    void flush_() override { std::fflush(stderr); }
};

spdlog::sink_ptr terminal_sink() {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(std::make_unique<LineFormatter>(Format::text));
    return sink;
}

// The process has one set of destinations; this is the only state of the folder.
struct Destinations {
    std::mutex mutex;
    std::vector<spdlog::sink_ptr> sinks{terminal_sink()};
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
            sinks.push_back(terminal_sink());
        if (!options.file.path.empty()) {
            sinks.push_back(make_file_sink(options.file));
            sinks.back()->set_formatter(std::make_unique<LineFormatter>(options.file.format));
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
        const std::string line = packed(text, pairs);
        auto& all = destinations();
        const std::lock_guard held(all.mutex);
        logger_named(all, logger).log(to_spdlog(level), spdlog::string_view_t(line));
    } catch (...) {
        // A line that cannot be written is not worth a daemon.
    }
}

}  // namespace satchel::log
