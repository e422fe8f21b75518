#include "daemon/app/event_log.h"

#include "shared/platform/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace satchel::app {

namespace {

constexpr std::uintmax_t kFileBytesMax = 1u << 20;
constexpr std::size_t kListedMax = 1'000;
/// An answer is one line of the control socket.
constexpr std::size_t kAnswerBytesMax = limits::kControlFrameBytesMax / 2;

/// They are told as what they did, not as calls.
constexpr std::array<std::string_view, 7> kToldElsewhere = {"cycle.run",
                                                            "cycle.stamp",
                                                            "daemon.log_level",
                                                            "daemon.reload",
                                                            "daemon.stop",
                                                            "source.add",
                                                            "source.remove"};

bool is_wanted(const control::Event& event, const control::EventsListRequest& wish) {
    if (wish.since && event.time.ms < wish.since->ms) return false;
    return wish.kinds.empty() || std::ranges::find(wish.kinds, event.kind) != wish.kinds.end();
}

void read(const std::filesystem::path& path,
          const control::EventsListRequest& wish,
          std::vector<control::Event>& events) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto value = json::parse(line);
        if (!value) continue;
        auto event = json::from_json<control::Event>(*value);
        if (event && is_wanted(*event, wish)) events.push_back(*std::move(event));
    }
}

std::string text_of(const json::Value& object, std::string_view name) {
    const auto* fields = object.if_object();
    const auto* value = fields == nullptr ? nullptr : fields->if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool is_dry_run(const json::Value& params) {
    const auto* fields = params.if_object();
    const auto* flag = fields == nullptr ? nullptr : fields->if_contains("dry_run");
    return flag != nullptr && flag->is_bool() && flag->as_bool();
}

}  // namespace

Status EventLog::append(const control::Event& event) const {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(newer_, failed);
    const std::string line = json::to_text(json::to_json(event)) + "\n";
    if (!failed && size + line.size() > kFileBytesMax)
        std::filesystem::rename(newer_, older_, failed);
    const platform::UniqueFd file(::open(
        newer_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!file.is_open()) return Error{ErrorCode::io, "keep an event: the file cannot be opened"};
    const ssize_t wrote = ::write(file.get(), line.data(), line.size());
    if (wrote == static_cast<ssize_t>(line.size())) return ok();
    return Error{ErrorCode::io, "keep an event: it cannot be written"};
}

std::vector<control::Event> EventLog::list(const control::EventsListRequest& wish) const {
    std::vector<control::Event> events;
    read(older_, wish, events);
    read(newer_, wish, events);
    const auto limit =
        std::min(kListedMax, static_cast<std::size_t>(std::max<std::int64_t>(wish.limit, 0)));
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (count < std::min(limit, events.size())) {
        bytes += json::to_text(json::to_json(events[events.size() - count - 1])).size();
        if (bytes > kAnswerBytesMax) break;
        ++count;
    }
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(count));
    return events;
}

std::optional<control::Event> event_of_call(const control::MethodRow& row,
                                            const json::Value& params,
                                            const Result<json::Value>& result) {
    const bool is_told = std::ranges::find(kToldElsewhere, row.name) != kToldElsewhere.end();
    if ((is_told && result) || is_dry_run(params)) return std::nullopt;
    control::Event event;
    event.kind = "operation";
    event.message = std::string(row.summary) + (result ? "" : ": " + result.error().message);
    event.source = text_of(params, "source");
    if (event.source.empty() && row.name.starts_with("source."))
        event.source = text_of(params, "name");
    json::Object data;
    data["method"] = row.name;
    data["result"] = result ? "done" : error_row(result.error().code).name;
    if (const std::string device = text_of(params, "device"); !device.empty())
        data["device"] = device;
    if (result && result->is_object())
        for (const auto& [name, value] : result->as_object())
            if (value.is_number() || value.is_bool()) data[name] = value;
    event.data = std::move(data);
    return event;
}

}  // namespace satchel::app
