// Methods that move changes: cycle.run, cycle.stamp, sync.enable, sync.disable.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// One item and what would become of it.
struct PlannedItem {
    std::string direction{};  ///< "out" or "in"
    std::string source{};
    std::string action{};  ///< "insert", "update", "delete", "rename" or "stay"; in: also
                           ///< "conflict", "approve" and "wait"
    std::string item{};
    std::string why{};
    static constexpr auto kFields = std::tuple{
        json::Field<&PlannedItem::direction>{"direction", json::Need::required},
        json::Field<&PlannedItem::source>{"source"},
        json::Field<&PlannedItem::action>{"action"},
        json::Field<&PlannedItem::item>{"item"},
        json::Field<&PlannedItem::why>{"why"},
    };
};

/// How many items of a source it would be.
struct PlannedTotal {
    std::string direction{};
    std::string source{};
    std::string action{};
    std::int64_t items = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&PlannedTotal::direction>{"direction", json::Need::required},
        json::Field<&PlannedTotal::source>{"source"},
        json::Field<&PlannedTotal::action>{"action"},
        json::Field<&PlannedTotal::items>{"items"},
    };
};

/// What the next cycle would do.
struct CyclePlan {
    std::vector<PlannedItem> items{};    ///< the first thousand
    std::vector<PlannedTotal> totals{};  ///< of all, named or not
    std::vector<std::string> notes{};    ///< what stands still, and what cannot be told
    bool complete = true;                ///< false: there is more than was looked at
    std::string hub_detail{};            ///< why the hub was not asked; empty when it was
    static constexpr auto kFields = std::tuple{
        json::Field<&CyclePlan::items>{"items"},
        json::Field<&CyclePlan::totals>{"totals"},
        json::Field<&CyclePlan::notes>{"notes"},
        json::Field<&CyclePlan::complete>{"complete"},
        json::Field<&CyclePlan::hub_detail>{"hub_detail"},
    };
};

/// What a cycle did, or would do.
struct CycleResponse {
    std::string reason{};  ///< what started it: "asked", "timer", "change"
    std::int64_t duration_ms = 0;
    std::int64_t stamped = 0;
    std::int64_t pushed_items = 0;
    std::int64_t pushed_bytes = 0;
    std::int64_t pulled_items = 0;
    std::int64_t pulled_bytes = 0;
    std::int64_t applied_items = 0;  ///< written to sources here
    std::int64_t parked = 0;
    std::int64_t deferred = 0;     ///< waiting for an assistant to let go
    std::int64_t withheld = 0;     ///< of the parked: wait for a person's decision
    std::int64_t conflicts = 0;    ///< new ones
    std::int64_t requests = 0;     ///< to the hub
    std::int64_t wire_bytes = 0;   ///< both ways
    bool noop = false;             ///< nothing to do in either direction
    std::int64_t newer_items = 0;  ///< of other devices and after `since`, if it was given
    bool dry_run = false;
    std::vector<std::string> lines{};  ///< one per item, when asked with verbose
    std::optional<CyclePlan> plan{};   ///< of a dry run
    static constexpr auto kFields = std::tuple{
        json::Field<&CycleResponse::reason>{"reason"},
        json::Field<&CycleResponse::duration_ms>{"duration_ms"},
        json::Field<&CycleResponse::stamped>{"stamped"},
        json::Field<&CycleResponse::pushed_items>{"pushed_items"},
        json::Field<&CycleResponse::pushed_bytes>{"pushed_bytes"},
        json::Field<&CycleResponse::pulled_items>{"pulled_items"},
        json::Field<&CycleResponse::pulled_bytes>{"pulled_bytes"},
        json::Field<&CycleResponse::applied_items>{"applied_items"},
        json::Field<&CycleResponse::parked>{"parked"},
        json::Field<&CycleResponse::deferred>{"deferred"},
        json::Field<&CycleResponse::withheld>{"withheld"},
        json::Field<&CycleResponse::conflicts>{"conflicts"},
        json::Field<&CycleResponse::requests>{"requests"},
        json::Field<&CycleResponse::wire_bytes>{"wire_bytes"},
        json::Field<&CycleResponse::noop>{"noop"},
        json::Field<&CycleResponse::newer_items>{"newer_items"},
        json::Field<&CycleResponse::dry_run>{"dry_run"},
        json::Field<&CycleResponse::lines>{"lines"},
        json::Field<&CycleResponse::plan>{"plan"},
    };
};

/// Runs a cycle and answers when it is done; sends progress meanwhile. Fails with busy while
/// another write method runs, offline and refused as the hub says, not_enrolled.
struct CycleRunRequest {
    static constexpr std::string_view kMethod = "cycle.run";
    using Response = CycleResponse;
    bool push = true;
    bool pull = true;
    bool dry_run = false;
    bool verbose = false;
    std::string since{};    ///< RFC 3339 or a date: name what others changed after it, strictly
    std::string project{};  ///< only what belongs to this project is captured and written
    static constexpr auto kFields = std::tuple{
        json::Field<&CycleRunRequest::push>{"push"},
        json::Field<&CycleRunRequest::pull>{"pull"},
        json::Field<&CycleRunRequest::dry_run>{"dry_run"},
        json::Field<&CycleRunRequest::verbose>{"verbose"},
        json::Field<&CycleRunRequest::since>{"since"},
        json::Field<&CycleRunRequest::project>{"project"},
    };
};

/// Changes stamped in one source.
struct StampedSource {
    std::string name{};
    std::int64_t stamped = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&StampedSource::name>{"name", json::Need::required},
        json::Field<&StampedSource::stamped>{"stamped"},
    };
};

/// Answer of cycle.stamp.
struct CycleStampResponse {
    std::int64_t stamped = 0;
    std::vector<StampedSource> sources{};
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&CycleStampResponse::stamped>{"stamped"},
        json::Field<&CycleStampResponse::sources>{"sources"},
        json::Field<&CycleStampResponse::dry_run>{"dry_run"},
    };
};

/// Captures changes and gives them stamps; sends nothing.
struct CycleStampRequest {
    static constexpr std::string_view kMethod = "cycle.stamp";
    using Response = CycleStampResponse;
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&CycleStampRequest::dry_run>{"dry_run"},
    };
};

/// Answer of sync.enable and sync.disable.
struct SyncEnabledResponse {
    bool enabled = false;
    bool changed = false;  ///< it was otherwise before
    static constexpr auto kFields = std::tuple{
        json::Field<&SyncEnabledResponse::enabled>{"enabled"},
        json::Field<&SyncEnabledResponse::changed>{"changed"},
    };
};

/// Lets cycles run by themselves; kept over restarts.
struct SyncEnableRequest {
    static constexpr std::string_view kMethod = "sync.enable";
    using Response = SyncEnabledResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Stops automatic cycles; asked ones still run.
struct SyncDisableRequest {
    static constexpr std::string_view kMethod = "sync.disable";
    using Response = SyncEnabledResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Answer of sync.connect and sync.disconnect.
struct SyncConnectedResponse {
    bool connected = false;
    bool changed = false;  ///< it was otherwise before
    static constexpr auto kFields = std::tuple{
        json::Field<&SyncConnectedResponse::connected>{"connected"},
        json::Field<&SyncConnectedResponse::changed>{"changed"},
    };
};

/// Lets this device talk to its hub again; kept over restarts.
struct SyncConnectRequest {
    static constexpr std::string_view kMethod = "sync.connect";
    using Response = SyncConnectedResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Ends all talk with the hub. Changes are still captured, keys and what is stored stay.
struct SyncDisconnectRequest {
    static constexpr std::string_view kMethod = "sync.disconnect";
    using Response = SyncConnectedResponse;
    static constexpr auto kFields = std::tuple<>{};
};

}  // namespace satchel::control
