#include "daemon/app/cycle_plan.h"

#include "daemon/app/handlers.h"
#include "daemon/engine/plan.h"
#include "shared/protocol/wire/segment.h"

#include <algorithm>
#include <tuple>

namespace satchel::app {

namespace {

/// More is fetched by cycles only.
constexpr std::size_t kLookBytesMax = 32u << 20;
constexpr std::size_t kPageBytes = 4u << 20;

/// What others have and this device has not, fetched and not kept.
struct Fetched {
    std::vector<Bytes> segments;
    bool is_complete = true;
    std::optional<Error> trouble;
};

/// Where the next page goes on. False: nothing moved.
bool advance(std::vector<transport::Cursor>& cursors, const std::vector<Bytes>& segments) {
    bool has_moved = false;
    for (const Bytes& segment : segments) {
        const auto view = wire::parse_segment(segment);
        if (!view) continue;
        for (transport::Cursor& cursor : cursors) {
            const bool is_next = cursor.device == view->header.device &&
                                 cursor.lane == view->header.lane && view->header.to > cursor.after;
            if (!is_next) continue;
            cursor.after = view->header.to;
            has_moved = true;
        }
    }
    return has_moved;
}

asio::awaitable<Fetched> fetch(DeviceApp& app, Membership& membership) {
    Fetched fetched;
    std::string any;
    const auto heads = co_await membership.transport.heads(std::move(any), seconds(0));
    if (!heads) {
        fetched.trouble = heads.error();
        co_return fetched;
    }
    const auto missing = co_await app.worker().run(
        [&] { return engine::announced_by(membership.replica, heads->heads); });
    std::vector<transport::Cursor> cursors;
    for (const engine::Missing& log : missing) cursors.push_back({log.device, log.lane, log.after});
    std::size_t bytes = 0;
    bool has_more = !cursors.empty();
    while (has_more && bytes < kLookBytesMax) {
        std::vector<transport::Cursor> asked = cursors;
        auto page = co_await membership.transport.pull(std::move(asked), kPageBytes);
        if (!page) {
            fetched.trouble = page.error();
            co_return fetched;
        }
        has_more = page->has_more && advance(cursors, page->segments);
        for (Bytes& segment : page->segments) {
            bytes += segment.size();
            fetched.segments.push_back(std::move(segment));
        }
    }
    fetched.is_complete = !has_more;
    co_return fetched;
}

/// A look between the steps of a cycle would find half of its work.
asio::awaitable<void> wait_for_rest(const engine::Engine& engine) {
    constexpr milliseconds kNap{20};
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (engine.status().is_cycling) {
        timer.expires_after(kNap);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

control::CyclePlan to_plan(const engine::Plan& plan) {
    control::CyclePlan told;
    const auto direction = [](bool is_out) { return std::string(is_out ? "out" : "in"); };
    for (const engine::PlannedItem& one : plan.items)
        told.items.push_back(
            {direction(one.is_out), one.source, std::string(one.action), one.item, one.why});
    for (const auto& [what, count] : plan.totals)
        told.totals.push_back({direction(std::get<bool>(what)),
                               std::get<std::string>(what),
                               std::string(std::get<std::string_view>(what)),
                               count_of(count)});
    std::ranges::stable_sort(told.items, [](const auto& left, const auto& right) {
        return std::tie(right.direction, left.source, left.item) <
               std::tie(left.direction, right.source, right.item);
    });
    told.notes = plan.notes;
    told.complete = plan.is_complete;
    return told;
}

}  // namespace

asio::awaitable<Result<control::CycleResponse>> plan_cycle(DeviceApp& app,
                                                           control::CycleRunRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_await wait_for_rest(membership->engine);
    engine::Plan plan;
    Fetched fetched;
    // First, for the look at the sources leaves them to be opened anew.
    if (request.pull) {
        fetched = co_await fetch(app, *membership);
        plan.is_complete = fetched.is_complete;
        const Status looked = co_await app.worker().run(
            [&] { return engine::plan_incoming(membership->replica, fetched.segments, plan); });
        if (!looked) co_return looked.error();
    }
    std::uint64_t unsent = 0;
    if (request.push) {
        const Status looked = co_await app.worker().run([&]() -> Status {
            SATCHEL_TRY(outgoing, store::count_unpushed(membership->replica.database()));
            for (const auto& [lane, waiting] : outgoing) unsent += waiting.items;
            const auto should_stop = [&app] { return app.is_stopping(); };
            return engine::plan_outgoing(membership->replica, should_stop, plan);
        });
        if (!looked) co_return looked.error();
    }
    control::CycleResponse response;
    response.reason = "asked";
    response.dry_run = true;
    response.plan = to_plan(plan);
    if (fetched.trouble) response.plan->hub_detail = fetched.trouble->message;
    response.pushed_items = count_of(unsent);
    for (const control::PlannedTotal& total : response.plan->totals) {
        if (total.action == "stay") continue;
        (total.direction == "out" ? response.pushed_items : response.pulled_items) += total.items;
        if (total.action == "conflict") response.conflicts += total.items;
    }
    response.noop = response.pushed_items + response.pulled_items == 0;
    co_return response;
}

}  // namespace satchel::app
