// What happened on this device, kept beside the log: an event a line, in two files of at most 1
// MiB, so that `events --since` can answer after a restart.
#pragma once

#include "shared/base/result.h"
#include "shared/protocol/control/daemon.h"
#include "shared/protocol/control/methods.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace satchel::app {

/// Two files in a folder; the older takes the place of the one before it when the newer is full.
class EventLog {
  public:
    explicit EventLog(const std::filesystem::path& folder)
        : newer_(folder / "events.jsonl"), older_(folder / "events.1.jsonl") {}

    /// Adds an event. Fails with io; an event that is not kept is no reason to stop.
    Status append(const control::Event& event) const;
    /// The newest that are wanted, newest last. Lines that cannot be read are passed over. On any
    /// thread.
    [[nodiscard]] std::vector<control::Event> list(const control::EventsListRequest& wish) const;

  private:
    std::filesystem::path newer_;
    std::filesystem::path older_;
};

/// The event of a call that ended; nothing for those that tell their own or change nothing.
std::optional<control::Event> event_of_call(const control::MethodRow& row,
                                            const json::Value& params,
                                            const Result<json::Value>& result);

}  // namespace satchel::app
