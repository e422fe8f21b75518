// cycle.run, cycle.stamp, sync.enable, sync.disable, sync.connect and sync.disconnect.
#include "daemon/app/cycle_plan.h"
#include "daemon/app/handlers.h"
#include "daemon/engine/since.h"
#include "daemon/engine/store_memory.h"
#include "shared/base/time_text.h"
#include "shared/base/utf8.h"
#include "shared/protocol/control/cycle.h"

namespace satchel::app {

namespace {

control::CycleResponse to_response(const engine::CycleReport& report) {
    control::CycleResponse response;
    response.reason = report.reason;
    response.duration_ms = report.duration.count();
    response.stamped = count_of(report.captured.captured);
    response.pushed_items = count_of(report.pushed_items);
    response.pushed_bytes = count_of(report.pushed_bytes);
    response.pulled_items = count_of(report.applied.touched);
    response.pulled_bytes = count_of(report.pulled_bytes);
    response.applied_items = count_of(report.applied.projected.applied);
    response.parked = count_of(report.applied.projected.parked);
    response.deferred = count_of(report.applied.projected.deferred);
    response.withheld = count_of(report.applied.projected.withheld);
    response.conflicts = count_of(report.applied.conflicts);
    response.requests = count_of(report.requests);
    response.wire_bytes = count_of(report.wire_sent + report.wire_received);
    response.noop = report.is_noop;
    for (const auto* notes : {&report.captured.notes, &report.applied.notes, &report.alarms})
        response.lines.insert(response.lines.end(), notes->begin(), notes->end());
    return response;
}

Result<std::optional<UnixMs>> since_of(const control::CycleRunRequest& request) {
    if (request.since.empty()) return std::optional<UnixMs>();
    const auto since = from_rfc3339(request.since);
    if (!since)
        return Error{ErrorCode::invalid_argument,
                     "pull since '" + escape_for_terminal(request.since) + "': that is no time",
                     "give a date or a time, such as 2026-03-01 or 2026-03-01T09:30:00Z"};
    return since;
}

/// Names what is newer; the logs have no gaps, so there is nothing to leave out of a pull.
Result<control::CycleResponse> with_newer(engine::Replica& replica,
                                          UnixMs since,
                                          control::CycleResponse response) {
    constexpr std::size_t kNamed = 1'000;
    SATCHEL_TRY(newer, engine::list_newer(replica, since, kNamed));
    response.newer_items = count_of(newer.count);
    std::ranges::move(newer.names, std::back_inserter(response.lines));
    return response;
}

asio::awaitable<Result<control::CycleResponse>> run_cycle(DeviceApp& app,
                                                          control::CycleRunRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(since, since_of(request));
    if (request.dry_run) co_return co_await plan_cycle(app, std::move(request));
    engine::CycleRequest wish;
    wish.reason = "asked";
    wish.push = request.push;
    wish.pull = request.pull;
    wish.project = request.project;
    SATCHEL_CO_TRY(report, co_await membership->engine.run_now(std::move(wish)));
    control::CycleResponse response = to_response(report);
    if (!since) co_return response;
    co_return co_await app.worker().run(
        [&] { return with_newer(membership->replica, *since, std::move(response)); });
}

Result<control::CycleStampResponse> stamp_all(engine::Replica& replica, bool is_dry_run) {
    control::CycleStampResponse response;
    response.dry_run = is_dry_run;
    for (engine::SourceSlot& slot : replica.slots()) {
        if (auto opened = replica.open_source(slot.declaration.name); !opened)
            return std::move(opened).error();
        std::uint64_t stamped = 0;
        const Status done = replica.in_step([&](engine::Step& step) -> Status {
            engine::StoreMemory memory(step, slot.declaration.id);
            SATCHEL_TRY(count,
                        is_dry_run ? slot.source->count_unstamped() : slot.source->stamp(memory));
            stamped = count;
            return ok();
        });
        if (!done) return done.error();
        response.stamped += count_of(stamped);
        response.sources.push_back({slot.declaration.name, count_of(stamped)});
    }
    return response;
}

asio::awaitable<Result<control::CycleStampResponse>> stamp(DeviceApp& app, bool is_dry_run) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(response, co_await app.worker().run([&] {
        return stamp_all(membership->replica, is_dry_run);
    }));
    // Stamped rows are a change; the next cycle captures and sends them.
    if (!is_dry_run && response.stamped > 0) membership->engine.wake("change");
    co_return response;
}

asio::awaitable<Result<control::SyncEnabledResponse>> enable(DeviceApp& app, bool is_enabled) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    control::SyncEnabledResponse response;
    response.changed = membership->engine.pace().is_enabled != is_enabled;
    response.enabled = is_enabled;
    const Status set = co_await app.set_enabled(is_enabled);
    if (!set) co_return set.error();
    co_return response;
}

asio::awaitable<Result<control::SyncConnectedResponse>> connect(DeviceApp& app, bool is_connected) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    (void)membership;
    control::SyncConnectedResponse response;
    response.changed = app.is_connected() != is_connected;
    response.connected = is_connected;
    if (!response.changed) co_return response;
    const Status set = co_await app.set_connected(is_connected);
    if (!set) co_return set.error();
    co_return response;
}

}  // namespace

void add_cycle_handlers(DeviceApp& app) {
    app.server().on<control::CycleRunRequest>(
        [&app](const control::CycleRunRequest& request) { return run_cycle(app, request); });
    app.server().on<control::CycleStampRequest>(
        [&app](const control::CycleStampRequest& request) { return stamp(app, request.dry_run); });
    app.server().on<control::SyncEnableRequest>(
        [&app](const control::SyncEnableRequest&) { return enable(app, true); });
    app.server().on<control::SyncConnectRequest>(
        [&app](const control::SyncConnectRequest&) { return connect(app, true); });
    app.server().on<control::SyncDisconnectRequest>(
        [&app](const control::SyncDisconnectRequest&) { return connect(app, false); });
    app.server().on<control::SyncDisableRequest>(
        [&app](const control::SyncDisableRequest&) { return enable(app, false); });
}

}  // namespace satchel::app
