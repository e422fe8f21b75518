// Methods about the daemon process, its events, and its own method list.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// Answer of daemon.info.
struct DaemonInfoResponse {
    std::int64_t pid = 0;
    std::string role{};  ///< "device" or "hub"
    std::string version{};
    json::Time started{};
    std::int64_t uptime_ms = 0;
    std::string socket{};
    std::string config_dir{};
    std::string data_dir{};
    std::string log_file{};  ///< empty: logs go to the service manager
    std::int64_t db_bytes = 0;
    std::string last_error{};  ///< empty: none since the start
    std::optional<json::Time> last_error_time{};
    std::int64_t rpc_count = 0;  ///< calls served
    static constexpr auto kFields = std::tuple{
        json::Field<&DaemonInfoResponse::pid>{"pid"},
        json::Field<&DaemonInfoResponse::role>{"role"},
        json::Field<&DaemonInfoResponse::version>{"version"},
        json::Field<&DaemonInfoResponse::started>{"started"},
        json::Field<&DaemonInfoResponse::uptime_ms>{"uptime_ms"},
        json::Field<&DaemonInfoResponse::socket>{"socket"},
        json::Field<&DaemonInfoResponse::config_dir>{"config_dir"},
        json::Field<&DaemonInfoResponse::data_dir>{"data_dir"},
        json::Field<&DaemonInfoResponse::log_file>{"log_file"},
        json::Field<&DaemonInfoResponse::db_bytes>{"db_bytes"},
        json::Field<&DaemonInfoResponse::last_error>{"last_error"},
        json::Field<&DaemonInfoResponse::last_error_time>{"last_error_time"},
        json::Field<&DaemonInfoResponse::rpc_count>{"rpc_count"},
    };
};

/// Asks about the process.
struct DaemonInfoRequest {
    static constexpr std::string_view kMethod = "daemon.info";
    using Response = DaemonInfoResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Answer of daemon.stop; the socket closes a moment later.
struct DaemonStopResponse {
    std::int64_t pid = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&DaemonStopResponse::pid>{"pid"},
    };
};

/// Stops the daemon after the work in hand.
struct DaemonStopRequest {
    static constexpr std::string_view kMethod = "daemon.stop";
    using Response = DaemonStopResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Answer of daemon.reload.
struct DaemonReloadResponse {
    std::string config_file{};
    std::vector<std::string> changed{};  ///< keys whose new value is in force
    std::vector<std::string> later{};    ///< keys whose new value counts from the next start
    static constexpr auto kFields = std::tuple{
        json::Field<&DaemonReloadResponse::config_file>{"config_file"},
        json::Field<&DaemonReloadResponse::changed>{"changed"},
        json::Field<&DaemonReloadResponse::later>{"later"},
    };
};

/// Reads the configuration again; fails with bad_config, and the old settings stay.
struct DaemonReloadRequest {
    static constexpr std::string_view kMethod = "daemon.reload";
    using Response = DaemonReloadResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Answer of daemon.log_level.
struct DaemonLogLevelResponse {
    std::string level{};  ///< in force until the configuration is read again or the daemon ends
    static constexpr auto kFields = std::tuple{
        json::Field<&DaemonLogLevelResponse::level>{"level"},
    };
};

/// Sets from which level on the log keeps lines.
struct DaemonLogLevelRequest {
    static constexpr std::string_view kMethod = "daemon.log_level";
    using Response = DaemonLogLevelResponse;
    std::string level{};  ///< "trace", "debug", "info", "warn" or "error"
    static constexpr auto kFields = std::tuple{
        json::Field<&DaemonLogLevelRequest::level>{"level", json::Need::required},
    };
};

/// One row of the method table.
struct MethodDescription {
    std::string name{};
    std::string access{};  ///< "read" or "write"
    std::string summary{};
    static constexpr auto kFields = std::tuple{
        json::Field<&MethodDescription::name>{"name", json::Need::required},
        json::Field<&MethodDescription::access>{"access"},
        json::Field<&MethodDescription::summary>{"summary"},
    };
};

/// Answer of rpc.describe.
struct RpcDescribeResponse {
    std::int64_t protocol = 0;
    std::vector<MethodDescription> methods{};  ///< those that this process serves
    static constexpr auto kFields = std::tuple{
        json::Field<&RpcDescribeResponse::protocol>{"protocol"},
        json::Field<&RpcDescribeResponse::methods>{"methods"},
    };
};

/// Lists the methods of this process; the server answers it itself.
struct RpcDescribeRequest {
    static constexpr std::string_view kMethod = "rpc.describe";
    using Response = RpcDescribeResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Answer of events.subscribe; events follow as notifications.
struct EventsSubscribeResponse {
    bool subscribed = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&EventsSubscribeResponse::subscribed>{"subscribed"},
    };
};

/// Asks for events until the connection closes; the server answers it itself.
struct EventsSubscribeRequest {
    static constexpr std::string_view kMethod = "events.subscribe";
    using Response = EventsSubscribeResponse;
    std::vector<std::string> kinds{};  ///< empty: all
    static constexpr auto kFields = std::tuple{
        json::Field<&EventsSubscribeRequest::kinds>{"kinds"},
    };
};

/// A notification "event": something worth telling happened.
struct Event {
    std::string kind{};  ///< "cycle", "conflict", "device", "source", "state", "alarm", "operation"
                         ///< or "ping"
    json::Time time{};
    std::string message{};  ///< in words
    std::string source{};
    json::Value data{};  ///< details of the kind, an object
    static constexpr auto kFields = std::tuple{
        json::Field<&Event::kind>{"kind", json::Need::required},
        json::Field<&Event::time>{"time"},
        json::Field<&Event::message>{"message"},
        json::Field<&Event::source>{"source"},
        json::Field<&Event::data>{"data"},
    };
};

/// Answer of events.list.
struct EventsListResponse {
    std::vector<Event> events{};  ///< newest last
    static constexpr auto kFields = std::tuple{
        json::Field<&EventsListResponse::events>{"events"},
    };
};

/// Lists what happened on this device, as far back as about 2 MiB of it reach. An "operation" is a
/// call that may change something; its data has "method", "result" ("done" or the code of its
/// error) and the figures of its answer.
struct EventsListRequest {
    static constexpr std::string_view kMethod = "events.list";
    using Response = EventsListResponse;
    std::vector<std::string> kinds{};  ///< empty: all
    std::optional<json::Time> since{};
    std::int64_t limit = 50;  ///< the newest so many, at most 1000
    static constexpr auto kFields = std::tuple{
        json::Field<&EventsListRequest::kinds>{"kinds"},
        json::Field<&EventsListRequest::since>{"since"},
        json::Field<&EventsListRequest::limit>{"limit"},
    };
};

/// A notification "progress" while a call runs.
struct Progress {
    std::string phase{};  ///< "capture", "push", "pull", "apply"
    std::int64_t done = 0;
    std::int64_t total = 0;  ///< 0: not known
    std::string unit{};      ///< "items" or "bytes"
    std::string item{};      ///< being worked on
    static constexpr auto kFields = std::tuple{
        json::Field<&Progress::phase>{"phase"},
        json::Field<&Progress::done>{"done"},
        json::Field<&Progress::total>{"total"},
        json::Field<&Progress::unit>{"unit"},
        json::Field<&Progress::item>{"item"},
    };
};

}  // namespace satchel::control
