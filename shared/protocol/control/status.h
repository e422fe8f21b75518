// Method status: everything a person asks first.
#pragma once

#include "shared/json/fields.h"
#include "shared/protocol/control/source.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// What one cycle moved.
struct WireCounters {
    std::int64_t requests = 0;
    std::int64_t bytes_sent = 0;
    std::int64_t bytes_received = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&WireCounters::requests>{"requests"},
        json::Field<&WireCounters::bytes_sent>{"bytes_sent"},
        json::Field<&WireCounters::bytes_received>{"bytes_received"},
    };
};

/// What a cycle that runs is at.
struct CycleProgress {
    std::string phase{};                    ///< "reading", "sending", "receiving" or "writing"
    std::int64_t done = 0;                  ///< changes, in this phase
    std::int64_t total = 0;                 ///< as far as it is known now; 0: it is not
    std::int64_t elapsed_ms = 0;            ///< in this phase
    std::optional<std::int64_t> left_ms{};  ///< if the rest goes as fast
    static constexpr auto kFields = std::tuple{
        json::Field<&CycleProgress::phase>{"phase", json::Need::required},
        json::Field<&CycleProgress::done>{"done"},
        json::Field<&CycleProgress::total>{"total"},
        json::Field<&CycleProgress::elapsed_ms>{"elapsed_ms"},
        json::Field<&CycleProgress::left_ms>{"left_ms"},
    };
};

/// Something that is wrong with the hub, another device or the settings for as long as it is.
struct AlarmSummary {
    std::string code{};  ///< "rolled_back", "withheld", "forked", "differs", "damaged", "silent",
                         ///< "clock_off" or "config_bad"
    std::string text{};
    std::string advice{};  ///< what it means, and what to do
    json::Time since{};
    static constexpr auto kFields = std::tuple{
        json::Field<&AlarmSummary::code>{"code", json::Need::required},
        json::Field<&AlarmSummary::text>{"text"},
        json::Field<&AlarmSummary::advice>{"advice"},
        json::Field<&AlarmSummary::since>{"since"},
    };
};

/// Something that a cycle was alarmed by, whether it is over or not.
struct NoticeSummary {
    json::Time time{};
    std::string text{};
    static constexpr auto kFields = std::tuple{
        json::Field<&NoticeSummary::time>{"time"},
        json::Field<&NoticeSummary::text>{"text"},
    };
};

/// Answer of status.
struct StatusResponse {
    std::string device{};  ///< name of this device
    std::string device_id{};
    std::string workspace{};  ///< id; empty: not enrolled
    std::string hub_url{};    ///< address of the hub or path of the folder; empty: none
    /// "ok", "not_contacted", "offline", "refused", "halted", "failed", "disconnected" or
    /// "not_configured"
    std::string hub_state{};
    std::string hub_detail{};  ///< why, when it is not "ok"
    std::string hub_hint{};    ///< what to do about it
    std::string error{};   ///< wire name of what the newest cycle failed with; empty: it did not
    bool enabled = false;  ///< cycles run by themselves
    std::string state{};   ///< "idle", "cycling", "offline", "halted" or "not_enrolled"
    std::string state_detail{};           ///< why, and since when, in words
    std::optional<json::Time> started{};  ///< since when the daemon works for the workspace
    std::optional<json::Time>
        failing_since{};  ///< first failure of those in a row, if there is one
    /// end of the last cycle that did all it wanted, of earlier runs of the daemon, too
    std::optional<json::Time> last_success{};
    std::optional<json::Time> next_run{};
    std::int64_t interval_s = 0;  ///< between cycles
    /// when the oldest change that is not sent yet was stamped
    std::optional<json::Time> oldest_unsynced{};
    std::int64_t pending_out = 0;  ///< items to send
    std::int64_t pending_in = 0;   ///< items announced by others and not applied yet
    std::int64_t conflicts = 0;    ///< waiting for a person
    std::int64_t approvals = 0;    ///< changes that can run code, waiting for a person
    std::int64_t quarantined = 0;  ///< received segments that this version cannot read yet
    std::int64_t devices = 0;      ///< in the workspace, this one included
    std::int64_t key_holders = 0;  ///< devices, and recovery words, that have the keys
    std::string keys_detail{};     ///< one sentence when losing one device loses everything
    std::vector<AlarmSummary> alarms{};
    std::vector<NoticeSummary> notices{};  ///< since the daemon started, newest last
    std::vector<SourceSummary> sources{};
    WireCounters wire{};                     ///< of the last cycle
    std::optional<CycleProgress> cycling{};  ///< while a cycle runs
    /// the numbers and sources are of then: long work keeps the daemon from looking
    std::optional<json::Time> as_of{};
    static constexpr auto kFields = std::tuple{
        json::Field<&StatusResponse::device>{"device"},
        json::Field<&StatusResponse::device_id>{"device_id"},
        json::Field<&StatusResponse::workspace>{"workspace"},
        json::Field<&StatusResponse::hub_url>{"hub_url"},
        json::Field<&StatusResponse::hub_state>{"hub_state"},
        json::Field<&StatusResponse::hub_detail>{"hub_detail"},
        json::Field<&StatusResponse::hub_hint>{"hub_hint"},
        json::Field<&StatusResponse::error>{"error"},
        json::Field<&StatusResponse::enabled>{"enabled"},
        json::Field<&StatusResponse::state>{"state"},
        json::Field<&StatusResponse::state_detail>{"state_detail"},
        json::Field<&StatusResponse::started>{"started"},
        json::Field<&StatusResponse::failing_since>{"failing_since"},
        json::Field<&StatusResponse::last_success>{"last_success"},
        json::Field<&StatusResponse::next_run>{"next_run"},
        json::Field<&StatusResponse::interval_s>{"interval_s"},
        json::Field<&StatusResponse::oldest_unsynced>{"oldest_unsynced"},
        json::Field<&StatusResponse::pending_out>{"pending_out"},
        json::Field<&StatusResponse::pending_in>{"pending_in"},
        json::Field<&StatusResponse::conflicts>{"conflicts"},
        json::Field<&StatusResponse::approvals>{"approvals"},
        json::Field<&StatusResponse::quarantined>{"quarantined"},
        json::Field<&StatusResponse::devices>{"devices"},
        json::Field<&StatusResponse::key_holders>{"key_holders"},
        json::Field<&StatusResponse::keys_detail>{"keys_detail"},
        json::Field<&StatusResponse::alarms>{"alarms"},
        json::Field<&StatusResponse::notices>{"notices"},
        json::Field<&StatusResponse::sources>{"sources"},
        json::Field<&StatusResponse::wire>{"wire"},
        json::Field<&StatusResponse::cycling>{"cycling"},
        json::Field<&StatusResponse::as_of>{"as_of"},
    };
};

/// Asks how the daemon is. Never waits for the network.
struct StatusRequest {
    static constexpr std::string_view kMethod = "status";
    using Response = StatusResponse;
    static constexpr auto kFields = std::tuple<>{};
};

}  // namespace satchel::control
