// status: one picture of the device, put together from the engine on the loop and the store on the
// worker.
#include "daemon/app/handlers.h"
#include "daemon/app/source_summary.h"
#include "daemon/engine/approvals.h"
#include "daemon/engine/conflicts.h"
#include "daemon/store/inbox.h"
#include "shared/protocol/control/status.h"

#include <algorithm>
#include <memory>
#include <optional>

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
    std::int64_t quarantined = 0;
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
    SATCHEL_TRY(quarantined, store::count_quarantined(replica.database()));
    view.quarantined = count_of(quarantined);
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

/// The newest look at the store. Long work keeps the worker busy for minutes; then the question is
/// answered with an older one.
struct Looks {
    std::optional<StoreView> view;
    std::optional<Error> trouble;
    UnixMs time_ms = 0;
    std::uint64_t number = 0;
    bool is_looking = false;
};

asio::awaitable<void> take_look(DeviceApp& app, std::shared_ptr<Looks> looks) {
    const std::shared_ptr<void> end(nullptr, [looks](void*) { looks->is_looking = false; });
    Membership* membership = app.membership();
    if (membership == nullptr) co_return;
    auto view = co_await app.worker().run([&] { return look(membership->replica); });
    looks->trouble.reset();
    if (view)
        looks->view = std::move(*view);
    else
        looks->trouble = std::move(view).error();
    looks->time_ms = app.clock().now_ms();
    ++looks->number;
}

/// Waits for a look that began after now, as long as a person waits gladly. False: there is none.
asio::awaitable<bool> look_afresh(DeviceApp& app, std::shared_ptr<Looks> looks) {
    constexpr milliseconds kPatience{2'000};
    constexpr milliseconds kLongestNap{50};
    // One that is under way may have begun before what the asker knows of.
    const std::uint64_t wanted = looks->number + (looks->is_looking ? 2 : 1);
    const milliseconds deadline = app.clock().steady_ms() + kPatience;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (milliseconds nap{1}; app.clock().steady_ms() < deadline;
         nap = std::min(nap * 2, kLongestNap)) {
        if (looks->number >= wanted) co_return true;
        if (!looks->is_looking) {
            looks->is_looking = true;
            app.spawn("look", take_look(app, looks));
        }
        timer.expires_after(nap);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return looks->number >= wanted;
}

void describe_hub(const engine::EngineStatus& engine, control::StatusResponse& response) {
    if (engine.failures_in_row == 0) {
        response.hub_state = engine.cycles == 0 ? "not_contacted" : "ok";
        return;
    }
    response.hub_detail = engine.last_error.message;
    response.hub_hint = engine.last_error.hint;
    response.error = error_row(engine.last_error.code).name;
    response.failing_since = json::Time{engine.failing_since_ms};
    switch (engine.last_error.code) {
        case ErrorCode::refused:
            response.hub_state = "refused";
            break;
        case ErrorCode::halted:
            response.hub_state = "halted";
            break;
        case ErrorCode::offline:
        case ErrorCode::busy:
        case ErrorCode::rate_limited:
            response.hub_state = "offline";
            break;
        default:
            response.hub_state = "failed";
            break;
    }
}

/// How far the running cycle is, and when it ends if the rest goes as fast.
std::optional<control::CycleProgress> describe_progress(DeviceApp& app,
                                                        const control::StatusResponse& response) {
    engine::Engine& engine = app.membership()->engine;
    if (!engine.status().is_cycling) return std::nullopt;
    const engine::CycleProgress& now = engine.parts().progress;
    control::CycleProgress progress;
    progress.phase = now.phase;
    progress.done = count_of(now.done);
    progress.elapsed_ms = (app.clock().steady_ms() - now.since).count();
    const std::int64_t left = now.phase == "sending"     ? response.pending_out
                              : now.phase == "receiving" ? response.pending_in
                                                         : 0;
    if (left > 0) progress.total = progress.done + left;
    if (left > 0 && progress.done > 0)
        progress.left_ms = progress.elapsed_ms * left / progress.done;
    return progress;
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
        response.state = response.hub_state == "refused" ? "offline" : response.hub_state;
    else
        response.state = "idle";
    if (status.failures_in_row > 0) response.state_detail = status.last_error.message;
    if (is_halted) response.state_detail = "a source stopped before doing harm; see its reason";
    if (status.last_success_ms > 0) response.last_success = json::Time{status.last_success_ms};
    if (status.next_run_ms > 0) response.next_run = json::Time{status.next_run_ms};
    response.interval_s = engine.pace().interval.count();
    response.wire.requests = count_of(status.last.requests);
    response.wire.bytes_sent = count_of(status.last.wire_sent);
    response.wire.bytes_received = count_of(status.last.wire_received);
    for (const engine::Notice& notice : status.notices)
        response.notices.push_back({json::Time{notice.time_ms}, notice.text});
}

void describe_store(const StoreView& view, control::StatusResponse& response) {
    response.pending_out = view.pending_out;
    response.pending_in = view.pending_in;
    response.conflicts = view.conflicts;
    response.approvals = view.approvals;
    response.quarantined = view.quarantined;
    response.devices = view.devices;
    response.key_holders = view.key_holders;
    if (view.key_holders < 2) response.keys_detail = kOneHolder;
    response.alarms = view.alarms;
    response.sources = view.sources;
    if (view.oldest_unsynced_ms > 0) response.oldest_unsynced = json::Time{view.oldest_unsynced_ms};
}

/// There is no membership: never was one, not yet, or its files cannot be used.
control::StatusResponse describe_absence(DeviceApp& app) {
    control::StatusResponse response;
    const auto absent = app.need_membership();
    const bool is_failed = !absent && absent.error().code != ErrorCode::not_enrolled;
    response.state = is_failed ? "failed" : "not_enrolled";
    response.hub_state = "not_configured";
    response.started = json::Time{app.started_ms()};
    if (app.config_alarm()) response.alarms.push_back(*app.config_alarm());
    if (absent) return response;
    response.state_detail = absent.error().message;
    response.hub_hint = absent.error().hint;
    response.error = error_row(absent.error().code).name;
    return response;
}

asio::awaitable<Result<control::StatusResponse>> answer(DeviceApp& app,
                                                        std::shared_ptr<Looks> looks) {
    Membership* membership = app.membership();
    if (membership == nullptr) co_return describe_absence(app);
    const bool is_fresh = co_await look_afresh(app, looks);
    // It may have ended meanwhile.
    membership = app.membership();
    if (membership == nullptr) co_return describe_absence(app);
    if (is_fresh && looks->trouble) co_return *looks->trouble;
    control::StatusResponse response;
    if (looks->view) describe_store(*looks->view, response);
    if (!is_fresh) response.as_of = json::Time{looks->view ? looks->time_ms : app.started_ms()};
    response.device = membership->identity.device_name;
    response.device_id = membership->identity.device.text();
    response.workspace = membership->identity.keyring.workspace().text();
    response.hub_url = membership->hub.url;
    response.enabled = membership->engine.pace().is_enabled;
    response.started = json::Time{app.started_ms()};
    for (control::SourceSummary& source : response.sources)
        source.watch = app.watch_error(source.name);
    if (app.config_alarm()) response.alarms.push_back(*app.config_alarm());
    describe_hub(membership->engine.status(), response);
    describe_state(membership->engine, response);
    response.cycling = describe_progress(app, response);
    if (!app.is_connected()) {
        response.hub_state = "disconnected";
        response.hub_detail = "until 'satchelctl sync connect'";
        response.hub_hint = "satchelctl sync connect";
        response.error.clear();
        response.failing_since.reset();
        if (response.state == "offline") response.state = "idle";
        response.state_detail.clear();
    }
    co_return response;
}

}  // namespace

void add_status_handlers(DeviceApp& app) {
    app.server().on<control::StatusRequest>(
        [&app, looks = std::make_shared<Looks>()](const control::StatusRequest&) {
            return answer(app, looks);
        });
}

}  // namespace satchel::app
