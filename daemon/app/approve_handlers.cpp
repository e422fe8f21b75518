// approve.list, approve.show and approve.apply.
#include "daemon/app/handlers.h"
#include "daemon/engine/approvals.h"
#include "shared/base/limits.h"
#include "shared/protocol/control/approve.h"

namespace satchel::app {

namespace {

constexpr std::size_t kToldMax = 1'000;
/// Of each text: an answer must fit into a frame, escaped.
constexpr std::size_t kTextBytesMax = limits::kControlFrameBytesMax / 8;

std::string cut(std::string text) {
    if (text.size() <= kTextBytesMax) return text;
    text.resize(kTextBytesMax);
    return text + "\n(cut)\n";
}

control::WaitingChange to_change(const engine::WaitingChange& change) {
    control::WaitingChange told;
    told.id = change.id;
    told.source = change.source;
    told.item = change.item;
    told.device = change.device;
    told.time = json::Time{change.time_ms};
    told.removed = change.is_removal;
    told.before = cut(change.before);
    told.after = cut(change.after);
    return told;
}

Result<control::ApproveListResponse> list_all(engine::Replica& replica) {
    SATCHEL_TRY(changes, engine::list_waiting_changes(replica, kToldMax));
    SATCHEL_TRY(total, engine::count_waiting_changes(replica));
    control::ApproveListResponse response;
    for (const engine::WaitingChange& change : changes)
        response.changes.push_back(to_change(change));
    response.total = count_of(total);
    return response;
}

Result<control::ApproveApplyResponse> apply_one(engine::Replica& replica,
                                                const control::ApproveApplyRequest& request) {
    SATCHEL_TRY(change, engine::find_waiting_change(replica, request.id));
    control::ApproveApplyResponse response;
    response.change = to_change(change);
    response.dry_run = request.dry_run;
    if (!request.dry_run)
        if (Status done = engine::approve_change(replica, change); !done)
            return std::move(done).error();
    SATCHEL_TRY(total, engine::count_waiting_changes(replica));
    response.remaining = count_of(total);
    return response;
}

asio::awaitable<Result<control::ApproveListResponse>> list(DeviceApp& app) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_return co_await app.worker().run([&] { return list_all(membership->replica); });
}

asio::awaitable<Result<control::ApproveShowResponse>> show(DeviceApp& app,
                                                           control::ApproveShowRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(change, co_await app.worker().run([&] {
        return engine::find_waiting_change(membership->replica, request.id);
    }));
    control::ApproveShowResponse response;
    response.change = to_change(change);
    co_return response;
}

asio::awaitable<Result<control::ApproveApplyResponse>> apply(DeviceApp& app,
                                                             control::ApproveApplyRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_return co_await app.worker().run([&] { return apply_one(membership->replica, request); });
}

}  // namespace

void add_approve_handlers(DeviceApp& app) {
    app.server().on<control::ApproveListRequest>(
        [&app](const control::ApproveListRequest&) { return list(app); });
    app.server().on<control::ApproveShowRequest>(
        [&app](const control::ApproveShowRequest& request) { return show(app, request); });
    app.server().on<control::ApproveApplyRequest>(
        [&app](const control::ApproveApplyRequest& request) { return apply(app, request); });
}

}  // namespace satchel::app
