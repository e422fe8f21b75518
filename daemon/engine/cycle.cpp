#include "daemon/engine/cycle.h"

#include "daemon/engine/spent_pieces.h"
#include "shared/base/limits.h"

namespace satchel::engine {

namespace {

/// Sealed bytes in one push: leaves room for framing and a head below the hub's body limit.
constexpr std::size_t kPushBytes = limits::kHttpBodyBytesMax - (256u << 10);
constexpr std::size_t kPullBytes = limits::kHttpBodyBytesMax - (256u << 10);

void add(StepReport& total, const StepReport& step) {
    total.captured += step.captured;
    total.applied_ops += step.applied_ops;
    total.touched += step.touched;
    total.conflicts += step.conflicts;
    total.projected.applied += step.projected.applied;
    total.projected.parked = step.projected.parked;
    total.projected.deferred = step.projected.deferred;
    total.projected.changed_meanwhile = step.projected.changed_meanwhile;
    total.notes.insert(total.notes.end(), step.notes.begin(), step.notes.end());
}

asio::awaitable<Status> apply_received(CycleParts& parts, CycleReport& report) {
    SATCHEL_CO_TRY(applied, co_await parts.worker.run([&parts] {
        return parts.replica.apply_received(parts.should_stop);
    }));
    add(report.applied, applied);
    co_return ok();
}

/// Segments first, the head with the last of them: a head never announces what is not there.
asio::awaitable<Status> push(CycleParts& parts, CycleReport& report) {
    bool has_more = true;
    while (has_more && !parts.should_stop()) {
        SATCHEL_CO_TRY(unpushed, co_await parts.worker.run([&parts] {
            return parts.replica.unpushed(kPushBytes);
        }));
        has_more = !unpushed.is_all;
        transport::PushRequest request;
        if (unpushed.is_all) {
            SATCHEL_CO_TRY(
                head, co_await parts.worker.run([&parts] { return parts.replica.new_head(); }));
            request.head = std::move(head);
        }
        if (unpushed.segments.empty() && !request.head) co_return ok();
        const bool has_head = request.head.has_value();
        for (const store::OwnSegment& segment : unpushed.segments) {
            request.segments.push_back(segment.body);
            report.pushed_items += segment.items;
            report.pushed_bytes += segment.body.size();
        }
        SATCHEL_CO_TRY(pushed, co_await parts.transport.push(std::move(request)));
        (void)pushed;
        report.is_noop = false;
        const Status noted = co_await parts.worker.run([&]() -> Status {
            if (auto marked = parts.replica.mark_pushed(unpushed.segments); !marked) return marked;
            return has_head ? parts.replica.mark_head_published() : ok();
        });
        if (!noted) co_return noted.error();
    }
    co_return ok();
}

asio::awaitable<Status> learn_members(CycleParts& parts, std::uint32_t announced) {
    const std::uint64_t known = co_await parts.worker.run(
        [&parts] { return parts.replica.identity().members.next_number(); });
    if (announced <= known) co_return ok();
    SATCHEL_CO_TRY(entries, co_await parts.transport.members(known, std::chrono::seconds(0)));
    co_return co_await parts.worker.run([&] { return parts.replica.learn_members(entries); });
}

/// Fetches what the heads announce, page by page, and applies each page. True when all of it came.
asio::awaitable<Result<bool>> pull(CycleParts& parts, CycleReport& report) {
    std::vector<Missing> missing_before;
    while (!parts.should_stop()) {
        SATCHEL_CO_TRY(missing,
                       co_await parts.worker.run([&parts] { return parts.replica.missing(); }));
        if (missing.empty()) co_return true;
        // A hub that announces more than it gives, or gives what nobody asked for, must not keep
        // us.
        if (missing == missing_before) co_return false;
        std::vector<transport::Cursor> cursors;
        for (const Missing& log : missing) {
            transport::Cursor cursor;
            cursor.device = log.device;
            cursor.lane = log.lane;
            cursor.after = log.after;
            cursors.push_back(cursor);
        }
        missing_before = std::move(missing);
        SATCHEL_CO_TRY(page, co_await parts.transport.pull(std::move(cursors), kPullBytes));
        for (const Bytes& segment : page.segments) report.pulled_bytes += segment.size();
        if (page.segments.empty()) co_return false;
        report.is_noop = false;
        SATCHEL_CO_TRY(useful, co_await parts.worker.run([&] {
            return parts.replica.receive(page.segments);
        }));
        if (useful == 0) co_return false;
        const Status applied = co_await apply_received(parts, report);
        if (!applied) co_return applied.error();
    }
    co_return false;
}

asio::awaitable<Status> listen(CycleParts& parts, CycleReport& report) {
    SATCHEL_CO_TRY(heads,
                   co_await parts.transport.heads(parts.heads_etag, std::chrono::seconds(0)));
    if (heads.not_modified) co_return ok();
    report.is_noop = false;
    const Status learned = co_await learn_members(parts, heads.member_count);
    if (!learned) co_return learned.error();
    if (heads.join_count > 0) {
        const Status admitted = co_await parts.invitations.admit_waiting(parts.transport);
        if (!admitted) co_return admitted.error();
    }
    SATCHEL_CO_TRY(
        alarms, co_await parts.worker.run([&] { return parts.replica.absorb_heads(heads.heads); }));
    report.alarms.insert(report.alarms.end(), alarms.begin(), alarms.end());
    SATCHEL_CO_TRY(is_complete, co_await pull(parts, report));
    // Only now: a cycle that failed half-way, or got less than was announced, asks again.
    parts.heads_etag = is_complete ? heads.etag : std::string();
    if (!is_complete) co_return ok();
    co_return co_await parts.worker.run([&parts] { return drop_spent_pieces(parts.replica); });
}

/// Applied and captured, in that order: what an earlier cycle received must be shown before we look
/// at what the sources hold.
Result<std::pair<StepReport, StepReport>> prepare(CycleParts& parts, bool is_asked) {
    StepReport applied;
    if (is_asked)
        for (SourceSlot& slot : parts.replica.slots()) slot.source->look_again();
    if (parts.replica.has_waiting()) {
        SATCHEL_TRY(shown, parts.replica.apply_received(parts.should_stop));
        applied = std::move(shown);
    }
    SATCHEL_TRY(captured, parts.replica.capture(parts.should_stop));
    if (captured.captured > 0 && parts.replica.has_waiting()) {
        // Rows that gave way to a change made here can be shown now.
        SATCHEL_TRY(shown, parts.replica.show_waiting());
        add(applied, shown);
    }
    return std::pair{std::move(applied), std::move(captured)};
}

asio::awaitable<Status> run_steps(CycleParts& parts,
                                  const CycleRequest& request,
                                  CycleReport& report) {
    // 1. Finish what an earlier cycle received, then notice what changed here. From here on every
    //    local change is stamped and durable.
    const bool is_asked = request.reason == "asked";
    SATCHEL_CO_TRY(prepared, co_await parts.worker.run([&parts, &is_asked] {
        return prepare(parts, is_asked);
    }));
    report.applied = std::move(prepared.first);
    report.captured = std::move(prepared.second);
    // 2. Say what we have.
    if (request.push) {
        const Status pushed = co_await push(parts, report);
        if (!pushed) co_return pushed.error();
    }
    // 3. Hear from the others and apply what they say.
    if (request.pull) {
        const Status heard = co_await listen(parts, report);
        if (!heard) co_return heard.error();
    }
    // 4. Say how far we are now, if that is news.
    if (request.push) {
        const Status published = co_await push(parts, report);
        if (!published) co_return published.error();
    }
    co_return ok();
}

}  // namespace

asio::awaitable<Result<CycleReport>> run_cycle(CycleParts& parts, CycleRequest request) {
    CycleReport report;
    report.reason = request.reason;
    report.started_ms = parts.clock.now_ms();
    const milliseconds start = parts.clock.steady_ms();
    const transport::WireCounters before = parts.transport.counters();

    const Status done = co_await run_steps(parts, request, report);

    const transport::WireCounters after = parts.transport.counters();
    report.duration = parts.clock.steady_ms() - start;
    report.requests = after.requests - before.requests;
    report.wire_sent = after.bytes_sent - before.bytes_sent;
    report.wire_received = after.bytes_received - before.bytes_received;
    if (report.captured.captured + report.applied.projected.applied > 0) report.is_noop = false;
    if (!report.is_noop) {
        co_await parts.worker.run([&parts] {
            parts.replica.rest();
            return true;
        });
    }
    if (!done) co_return done.error();
    co_return report;
}

}  // namespace satchel::engine
