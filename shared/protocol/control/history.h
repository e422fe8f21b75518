// Methods about what was displaced, and having it back.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// A value that a change took away.
struct DisplacedValue {
    std::string source{};
    std::string item{};  ///< table and key, or the sync id of a row that is gone
    std::string column{};
    std::string value{};   ///< as text, cut; empty when this device never had it
    bool known = false;    ///< false: its own program had overwritten it here
    std::string now{};     ///< history.undo: what is there instead
    std::string device{};  ///< who had written it
    json::Time time{};     ///< when, by that device's clock
    std::string by{};      ///< whose change took it away
    json::Time at{};       ///< when that was applied here
    std::int64_t cycle = 0;
    bool removed = false;  ///< it went with its row
    static constexpr auto kFields = std::tuple{
        json::Field<&DisplacedValue::source>{"source"},
        json::Field<&DisplacedValue::item>{"item"},
        json::Field<&DisplacedValue::column>{"column"},
        json::Field<&DisplacedValue::value>{"value"},
        json::Field<&DisplacedValue::known>{"known"},
        json::Field<&DisplacedValue::now>{"now"},
        json::Field<&DisplacedValue::device>{"device"},
        json::Field<&DisplacedValue::time>{"time"},
        json::Field<&DisplacedValue::by>{"by"},
        json::Field<&DisplacedValue::at>{"at"},
        json::Field<&DisplacedValue::cycle>{"cycle"},
        json::Field<&DisplacedValue::removed>{"removed"},
    };
};

/// Answer of history.list.
struct HistoryListResponse {
    std::vector<DisplacedValue> values{};  ///< newest first
    static constexpr auto kFields = std::tuple{
        json::Field<&HistoryListResponse::values>{"values"},
    };
};

/// Lists values displaced here in the last 90 days.
struct HistoryListRequest {
    static constexpr std::string_view kMethod = "history.list";
    using Response = HistoryListResponse;
    std::string item{};    ///< empty: any
    std::string source{};  ///< empty: any
    std::string device{};  ///< only what this device's changes displaced; empty: any
    std::optional<std::int64_t> cycle{};
    std::optional<json::Time> since{};
    std::int64_t limit = 200;
    static constexpr auto kFields = std::tuple{
        json::Field<&HistoryListRequest::item>{"item"},
        json::Field<&HistoryListRequest::source>{"source"},
        json::Field<&HistoryListRequest::device>{"device"},
        json::Field<&HistoryListRequest::cycle>{"cycle"},
        json::Field<&HistoryListRequest::since>{"since"},
        json::Field<&HistoryListRequest::limit>{"limit"},
    };
};

/// Something that undo cannot bring back.
struct UndoSkipped {
    std::string item{};
    std::string reason{};
    static constexpr auto kFields = std::tuple{
        json::Field<&UndoSkipped::item>{"item"},
        json::Field<&UndoSkipped::reason>{"reason"},
    };
};

/// Answer of history.undo.
struct HistoryUndoResponse {
    std::vector<DisplacedValue> items{};  ///< what comes back; the first 1,000
    std::vector<UndoSkipped> skipped{};   ///< the first 1,000
    std::int64_t values = 0;              ///< that come back
    std::int64_t restored = 0;            ///< rows written, or that would be
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&HistoryUndoResponse::items>{"items"},
        json::Field<&HistoryUndoResponse::skipped>{"skipped"},
        json::Field<&HistoryUndoResponse::values>{"values"},
        json::Field<&HistoryUndoResponse::restored>{"restored"},
        json::Field<&HistoryUndoResponse::dry_run>{"dry_run"},
    };
};

/// Takes changes back; without cycle and since those of the newest cycle that displaced something.
/// Fails with not_found when there is nothing to take back.
struct HistoryUndoRequest {
    static constexpr std::string_view kMethod = "history.undo";
    using Response = HistoryUndoResponse;
    std::string item{};    ///< empty: any
    std::string source{};  ///< empty: any
    std::string device{};  ///< only what this device's changes displaced; empty: any
    std::optional<std::int64_t> cycle{};
    std::optional<json::Time> since{};
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&HistoryUndoRequest::item>{"item"},
        json::Field<&HistoryUndoRequest::source>{"source"},
        json::Field<&HistoryUndoRequest::device>{"device"},
        json::Field<&HistoryUndoRequest::cycle>{"cycle"},
        json::Field<&HistoryUndoRequest::since>{"since"},
        json::Field<&HistoryUndoRequest::dry_run>{"dry_run"},
    };
};

}  // namespace satchel::control
