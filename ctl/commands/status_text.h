// How a device is, in words and as an object: what status, sync and the bare command print.
#pragma once

#include "ctl/commands/checks.h"
#include "ctl/commands/context.h"

#include <string>
#include <vector>

namespace satchel::ctl {

/// How things are at one moment.
struct Picture {
    control::StatusResponse status{};
    std::vector<Check> problems{};          ///< as find_problems() has them
    control::DeviceListResponse devices{};  ///< empty where it was not asked for
};

/// The daemon as it is; starts nothing. A daemon that is down is an error that says so.
Result<Picture> take_picture(Context& context, bool with_devices);

/// A few lines and the next step.
std::string overview_text(const Context& context, const Picture& picture);
/// The same with tables of sources and devices.
std::string whole_text(const Context& context, const Picture& picture);
/// What waits to be sent and received.
std::string waiting_text(const Picture& picture);
/// All that may change, in one line without times.
std::string change_line(const Picture& picture);
/// The daemon's answer with "exit_status", "next" and "problems".
json::Value to_object(const Picture& picture);

}  // namespace satchel::ctl
