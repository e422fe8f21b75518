// status: one picture of the device, put together from the engine on the loop and the store on the
// worker.
#include "daemon/app/handlers.h"
#include "daemon/app/source_summary.h"
#include "daemon/engine/approvals.h"
#include "daemon/engine/conflicts.h"
#include "shared/protocol/control/status.h"

#include <algorithm>

namespace satchel::app {

namespace {

constexpr std::string_view kOneHolder =
    "only this device has the keys: if it is lost, so is everything the hub keeps; make recovery "
    "words with 'satchelctl recovery create', or let a second device in";

/// What only the worker may look at.
struct StoreView {
    std::int64_t pending_out = 0;
    std::int64_t pending_in = 0;
    std::int64_t conflicts = 0;
    std::int64_t approvals = 0;
    std::int64_t devices = 0;
    std::int64_t key_holders = 0;
    UnixMs oldest_unsynced_ms = 0;
    std::vector<control::AlarmSummary> alarms;
    std::vector<control::SourceSummary> sources;
};

std::uint64_t announced_not_applied(const engine::Replica& replica) {
    std::uint64_t ops = 0;
    for (const auto& [device, peer] : replica.peers()) {
        for (const auto& [lane, end] : peer.log_ends) {
            const auto known = replica.ledger().lanes().find(lane);
            if (known == replica.ledger().lanes().end()) continue;
            const std::uint64_t applied = known->second.end_of(device).seq;
            ops += end > applied ? end - applied : 0;
        }
    }
    return ops;
}

Result<StoreView> look(engine::Replica& replica) {
    StoreView view;
    SATCHEL_TRY(outgoing, store::count_unpushed(replica.database()));
    for (const auto& [lane, waiting] : outgoing) {
        view.pending_out += count_of(waiting.items);
        if (view.oldest_unsynced_ms == 0 || waiting.oldest_ms < view.oldest_unsynced_ms)
            view.oldest_unsynced_ms = waiting.oldest_ms;
    }
    SATCHEL_TRY(conflicts, engine::count_conflicts(replica));
    view.conflicts = count_of(conflicts);
    SATCHEL_TRY(approvals, engine::count_waiting_changes(replica));
    view.approvals = count_of(approvals);
    view.pending_in = count_of(announced_not_applied(replica));
    for (const crypto::Member& member : replica.identity().members.all()) {
        if (!member.is_active()) continue;
        ++view.key_holders;
        if (member.role != crypto::MemberRole::paper) ++view.devices;
    }
    for (const engine::Alarm& alarm : replica.alarms())
        view.alarms.push_back(
            {std::string(alarm.code), alarm.what, alarm.advice, json::Time{alarm.since_ms}});
    SATCHEL_TRY(sources, summarize_sources(replica));
    view.sources = std::move(sources);
    return view;
}

void describe_hub(const engine::EngineStatus& engine, control::StatusResponse& response) {
    if (engine.failures_in_row == 0) {
        response.hub_state = engine.cycles == 0 ? "not_contacted" : "ok";
        return;
    }
    const ErrorCode code = engine.last_error.code;
    if (code == ErrorCode::refused)
        response.hub_state = "refused";
    else
        response.hub_state = code == ErrorCode::halted ? "halted" : "offline";
    response.hub_detail = engine.last_error.message;
    response.hub_hint = engine.last_error.hint;
}

void describe_state(const engine::Engine& engine, control::StatusResponse& response) {
    const engine::EngineStatus& status = engine.status();
    const bool is_halted = std::ranges::any_of(
        response.sources, [](const auto& source) { return source.state == "halted"; });
    if (status.is_cycling)
        response.state = "cycling";
    else if (is_halted)
        response.state = "halted";
    else if (status.failures_in_row > 0)
        response.state = status.last_error.code == ErrorCode::halted ? "halted" : "offline";
    else
        response.state = "idle";
    if (status.failures_in_row > 0) response.state_detail = status.last_error.message;
    if (is_halted) response.state_detail = "a source stopped before doing harm; see its reason";
    if (status.last_success_ms > 0) response.last_success = json::Time{status.last_success_ms};
    if (status.next_run_ms > 0) response.next_run = json::Time{status.next_run_ms};
    response.wire.requests = count_of(status.last.requests);
    response.wire.bytes_sent = count_of(status.last.wire_sent);
    response.wire.bytes_received = count_of(status.last.wire_received);
}

asio::awaitable<Result<control::StatusResponse>> answer(DeviceApp& app) {
    control::StatusResponse response;
    Membership* membership = app.membership();
    if (membership == nullptr) {
        response.state = "not_enrolled";
        response.hub_state = "not_configured";
        if (app.config_alarm()) response.alarms.push_back(*app.config_alarm());
        co_return response;
    }
    response.device = membership->identity.device_name;
    response.device_id = membership->identity.device.text();
    response.workspace = membership->identity.keyring.workspace().text();
    response.hub_url = membership->hub.url;
    response.enabled = membership->engine.pace().is_enabled;
    SATCHEL_CO_TRY(view, co_await app.worker().run([&] { return look(membership->replica); }));
    response.pending_out = view.pending_out;
    response.pending_in = view.pending_in;
    response.conflicts = view.conflicts;
    response.approvals = view.approvals;
    response.devices = view.devices;
    response.key_holders = view.key_holders;
    if (view.key_holders < 2) response.keys_detail = kOneHolder;
    response.alarms = std::move(view.alarms);
    if (app.config_alarm()) response.alarms.push_back(*app.config_alarm());
    for (const engine::Notice& notice : membership->engine.status().notices)
        response.notices.push_back({json::Time{notice.time_ms}, notice.text});
    response.interval_s = membership->engine.pace().interval.count();
    response.sources = std::move(view.sources);
    if (view.oldest_unsynced_ms > 0) response.oldest_unsynced = json::Time{view.oldest_unsynced_ms};
    describe_hub(membership->engine.status(), response);
    describe_state(membership->engine, response);
    if (!app.is_connected()) {
        response.hub_state = "disconnected";
        response.hub_detail = "until 'satchelctl sync connect'";
        response.hub_hint = "satchelctl sync connect";
        if (response.state == "offline") response.state = "idle";
        response.state_detail.clear();
    }
    co_return response;
}

}  // namespace

void add_status_handlers(DeviceApp& app) {
    app.server().on<control::StatusRequest>(
        [&app](const control::StatusRequest&) { return answer(app); });
}

}  // namespace satchel::app
