// history.list and history.undo.
#include "daemon/app/handlers.h"
#include "daemon/engine/undo.h"
#include "shared/protocol/control/history.h"

#include <algorithm>

namespace satchel::app {

namespace {

constexpr std::size_t kToldMax = 1'000;

control::DisplacedValue to_value(const engine::DisplacedCell& cell) {
    control::DisplacedValue told;
    told.source = cell.source;
    told.item = cell.item;
    told.column = cell.column;
    told.value = cell.value;
    told.known = cell.has_value;
    told.now = cell.now;
    told.device = cell.device;
    told.time = json::Time{cell.time_ms};
    told.by = cell.by_device;
    told.at = json::Time{cell.at_ms};
    told.cycle = count_of(cell.cycle);
    told.removed = cell.is_removal;
    return told;
}

template <class Request>
engine::UndoWish to_wish(const Request& request) {
    engine::UndoWish wish;
    wish.item = request.item;
    wish.source = request.source;
    wish.device = request.device;
    if (request.cycle)
        wish.cycle = static_cast<std::uint64_t>(std::max<std::int64_t>(*request.cycle, 0));
    if (request.since) wish.since_ms = request.since->ms;
    return wish;
}

asio::awaitable<Result<control::HistoryListResponse>> list(DeviceApp& app,
                                                           control::HistoryListRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    const auto limit =
        static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 0, kToldMax));
    SATCHEL_CO_TRY(cells, co_await app.worker().run([&] {
        return engine::list_displaced(membership->replica, to_wish(request), limit);
    }));
    control::HistoryListResponse response;
    for (const engine::DisplacedCell& cell : cells) response.values.push_back(to_value(cell));
    co_return response;
}

asio::awaitable<Result<control::HistoryUndoResponse>> undo(DeviceApp& app,
                                                           control::HistoryUndoRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    engine::UndoWish wish = to_wish(request);
    wish.is_dry_run = request.dry_run;
    SATCHEL_CO_TRY(report, co_await app.worker().run([&] {
        // Its own cycle, so that it can be undone by its number.
        membership->replica.rest();
        auto done = engine::undo(membership->replica, wish);
        membership->replica.rest();
        return done;
    }));
    control::HistoryUndoResponse response;
    response.dry_run = request.dry_run;
    response.values = count_of(report.cells.size());
    response.restored = count_of(report.rows);
    for (const engine::DisplacedCell& cell : report.cells)
        if (response.items.size() < kToldMax) response.items.push_back(to_value(cell));
    for (engine::SkippedUndo& skipped : report.skipped)
        if (response.skipped.size() < kToldMax)
            response.skipped.push_back({std::move(skipped.item), std::move(skipped.reason)});
    if (!request.dry_run && report.rows > 0) membership->engine.wake("change");
    co_return response;
}

}  // namespace

void add_history_handlers(DeviceApp& app) {
    app.server().on<control::HistoryListRequest>(
        [&app](const control::HistoryListRequest& request) { return list(app, request); });
    app.server().on<control::HistoryUndoRequest>(
        [&app](const control::HistoryUndoRequest& request) { return undo(app, request); });
}

}  // namespace satchel::app
