#include "daemon/engine/cycle.h"

#include "daemon/engine/membership.h"
#include "daemon/engine/spent_pieces.h"
#include "shared/base/limits.h"

#include <utility>

namespace satchel::engine {

namespace {

/// Sealed bytes in one push or pull: memory holds them a few times over, and a larger exchange is
/// no faster. One segment may be more.
constexpr std::size_t kExchangeBytes = 3u << 20;

void add(StepReport& total, const StepReport& step) {
    total.captured += step.captured;
    total.applied_ops += step.applied_ops;
    total.touched += step.touched;
    total.conflicts += step.conflicts;
    total.projected.applied += step.projected.applied;
    total.projected.parked = step.projected.parked;
    total.projected.withheld = step.projected.withheld;
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
            return parts.replica.unpushed(kExchangeBytes);
        }));
        has_more = !unpushed.is_all;
        transport::PushRequest request;
        request.epoch = co_await parts.worker.run(
            [&parts] { return parts.replica.identity().keyring.epoch(); });
        if (unpushed.is_all) {
            SATCHEL_CO_TRY(
                head, co_await parts.worker.run([&parts] { return parts.replica.new_head(); }));
            request.head = std::move(head);
        }
        if (unpushed.segments.empty() && !request.head) co_return ok();
        const bool has_head = request.head.has_value();
        for (store::OwnSegment& segment : unpushed.segments) {
            report.pushed_items += segment.items;
            report.pushed_bytes += segment.body.size();
            request.segments.push_back(std::move(segment.body));
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

MembershipParts membership_of(CycleParts& parts) {
    return {parts.replica, parts.worker, parts.transport};
}

/// Takes over what the hub has of the membership log, and mends it there.
asio::awaitable<Status> compare_members(CycleParts& parts,
                                        std::uint32_t announced,
                                        CycleReport& report) {
    const MembershipParts membership = membership_of(parts);
    SATCHEL_CO_TRY(alarm, co_await compare_members(membership, announced));
    if (alarm) report.alarms.push_back(*alarm);
    co_return co_await rotate_if_needed(membership);
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
        SATCHEL_CO_TRY(page, co_await parts.transport.pull(std::move(cursors), kExchangeBytes));
        for (const Bytes& segment : page.segments) report.pulled_bytes += segment.size();
        if (page.segments.empty()) co_return false;
        report.is_noop = false;
        SATCHEL_CO_TRY(useful, co_await parts.worker.run([&] {
            return parts.replica.receive(page.segments);
        }));
        const auto alarms =
            co_await parts.worker.run([&parts] { return parts.replica.take_alarms(); });
        report.alarms.insert(report.alarms.end(), alarms.begin(), alarms.end());
        page.segments = {};
        if (useful == 0) co_return false;
        const Status applied = co_await apply_received(parts, report);
        if (!applied) co_return applied.error();
    }
    co_return false;
}

/// Fetches values again that a source of ours lost and that only it had here.
asio::awaitable<Status> refill(CycleParts& parts, CycleReport& report) {
    std::vector<Missing> before;
    bool is_any = false;
    while (!parts.should_stop()) {
        SATCHEL_CO_TRY(lacked,
                       co_await parts.worker.run([&parts] { return parts.replica.lacked(); }));
        // Each page moves the first place on, or the log does not have it any more.
        if (lacked.empty() || lacked == before) break;
        is_any = true;
        std::vector<transport::Cursor> cursors;
        for (const Missing& log : lacked) cursors.push_back({log.device, log.lane, log.after});
        before = std::move(lacked);
        SATCHEL_CO_TRY(page, co_await parts.transport.pull(std::move(cursors), kExchangeBytes));
        for (const Bytes& segment : page.segments) report.pulled_bytes += segment.size();
        const Status filled =
            co_await parts.worker.run([&] { return parts.replica.refill(page.segments); });
        if (!filled) co_return filled;
    }
    if (!is_any) co_return ok();
    report.is_noop = false;
    SATCHEL_CO_TRY(shown, co_await parts.worker.run([&parts] {
        parts.replica.end_refill();
        return parts.replica.show_waiting();
    }));
    add(report.applied, shown);
    co_return ok();
}

asio::awaitable<Status> listen(CycleParts& parts, CycleReport& report) {
    SATCHEL_CO_TRY(heads,
                   co_await parts.transport.heads(parts.heads_etag, std::chrono::seconds(0)));
    const bool has_retry =
        co_await parts.worker.run([&parts] { return parts.replica.is_retry_due(); });
    if (heads.not_modified && !has_retry) co_return ok();
    report.is_noop = false;
    if (heads.not_modified) {
        SATCHEL_CO_TRY(fetched, co_await pull(parts, report));
        (void)fetched;
        co_return ok();
    }
    const Status learned = co_await compare_members(parts, heads.member_count, report);
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

/// The hub's heads, whether or not they are news, for what they say of our own log.
asio::awaitable<Status> look_at_own_head(CycleParts& parts, CycleReport& report) {
    std::string any;
    SATCHEL_CO_TRY(heads, co_await parts.transport.heads(std::move(any), std::chrono::seconds(0)));
    const Status learned = co_await compare_members(parts, heads.member_count, report);
    if (!learned) co_return learned;
    SATCHEL_CO_TRY(
        alarms, co_await parts.worker.run([&] { return parts.replica.absorb_heads(heads.heads); }));
    report.alarms.insert(report.alarms.end(), alarms.begin(), alarms.end());
    co_return ok();
}

/// Before anything is captured after a start: a store restored from a backup takes back what the
/// hub has of its own log. Without a hub there is nothing to learn, and work goes on.
asio::awaitable<Status> catch_up_with_itself(CycleParts& parts, CycleReport& report) {
    const bool is_due =
        co_await parts.worker.run([&parts] { return parts.replica.may_be_restored(); });
    if (!is_due) co_return ok();
    const Status looked = co_await look_at_own_head(parts, report);
    if (!looked && looked.error().is_own_store) co_return looked;
    if (!looked) co_return ok();
    SATCHEL_CO_TRY(is_behind, co_await parts.worker.run([&parts] {
        return parts.replica.is_behind_itself();
    }));
    if (!is_behind) co_return ok();
    report.alarms.push_back(
        "this device's store is older than its log at the hub: it was restored from a backup; the "
        "rest of its log is taken back");
    SATCHEL_CO_TRY(is_complete, co_await pull(parts, report));
    (void)is_complete;
    co_return ok();
}

/// A push refused for what the hub holds of our log already, or lacks of it.
bool is_log_trouble(const Status& pushed) {
    return !pushed &&
           (pushed.error().code == ErrorCode::halted || pushed.error().code == ErrorCode::conflict);
}

Error name_log_trouble(Error trouble) {
    if (trouble.code != ErrorCode::conflict) return trouble;
    return {ErrorCode::halted,
            "push: another copy of this device writes its log: this one was restored from a "
            "backup, or its files were copied to another machine; nothing is overwritten, and "
            "nothing more is sent from here",
            "on the copy: stop the daemon, move its data folder aside, join again with 'satchelctl "
            "sync setup' and add its sources; what they hold is sent then"};
}

/// Pushes; when the hub's copy of our log is not what we think it is, learns it and tries again:
/// first from where our head there says, then from the beginning.
asio::awaitable<Status> push_or_mend(CycleParts& parts, CycleReport& report) {
    Status pushed = co_await push(parts, report);
    for (int attempt = 0; attempt < 2 && is_log_trouble(pushed); ++attempt) {
        const Status looked = co_await look_at_own_head(parts, report);
        if (!looked) co_return pushed;
        if (attempt > 0) {
            // Sending everything again helps against a gap only.
            if (pushed.error().code == ErrorCode::conflict) break;
            const Status marked =
                co_await parts.worker.run([&parts] { return parts.replica.push_all_again(); });
            if (!marked) co_return marked;
        }
        pushed = co_await push(parts, report);
    }
    if (!pushed) co_return name_log_trouble(pushed.error());
    co_return pushed;
}

/// Applied and captured, in that order: what an earlier cycle received must be shown before we look
/// at what the sources hold.
Result<std::pair<StepReport, StepReport>> prepare(CycleParts& parts, bool is_asked) {
    StepReport applied;
    if (is_asked) {
        for (SourceSlot& slot : parts.replica.slots()) {
            slot.source->look_again();
            slot.has_news = true;
        }
    }
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
    const Status whole = co_await catch_up_with_itself(parts, report);
    if (!whole) co_return whole;
    const bool is_asked = request.reason == "asked";
    if (parts.take_hints) co_await parts.take_hints();
    StepReport caught_up = std::exchange(report.applied, {});
    SATCHEL_CO_TRY(prepared, co_await parts.worker.run([&parts, &is_asked] {
        return prepare(parts, is_asked);
    }));
    add(caught_up, prepared.first);
    report.applied = std::move(caught_up);
    report.captured = std::move(prepared.second);
    // 2. Say what we have. That we cannot be heard is no reason not to listen.
    Status pushed = ok();
    if (request.push) pushed = co_await push_or_mend(parts, report);
    // 3. Hear from the others and apply what they say.
    if (request.pull) {
        const Status heard = co_await listen(parts, report);
        if (!heard && pushed) pushed = heard;
        if (heard) {
            const Status filled = co_await refill(parts, report);
            if (!filled && pushed) pushed = filled;
        }
    }
    if (!pushed) co_return pushed;
    // 4. Say how far we are now, if that is news.
    if (request.push) {
        const Status published = co_await push_or_mend(parts, report);
        if (!published) co_return published;
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

    const bool is_limited = !request.project.empty();
    const auto limit = [&parts](const std::string& project) {
        return parts.replica.limit_to(project);
    };
    Status done = ok();
    if (is_limited) done = co_await parts.worker.run([&] { return limit(request.project); });
    if (done) done = co_await run_steps(parts, request, report);
    if (is_limited) {
        const Status lifted = co_await parts.worker.run([&] { return limit(""); });
        if (done && !lifted) done = lifted;
    }

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
    if (!done && done.error().code == ErrorCode::refused) {
        const MembershipParts membership = membership_of(parts);
        const std::optional<Error> revoked = co_await find_revocation(membership);
        if (revoked) co_return *revoked;
    }
    if (!done) co_return done.error();
    co_return report;
}

}  // namespace satchel::engine
