#include "daemon/engine/listen.h"

#include "daemon/engine/membership.h"
#include "daemon/engine/relay.h"
#include "daemon/engine/spent_pieces.h"

namespace satchel::engine {

namespace {

/// What one pull takes of bytes that nobody asked for before it gives up.
constexpr std::uint64_t kUselessBytesMax = 32u << 20;

asio::awaitable<Status> apply_received(CycleParts& parts, CycleReport& report) {
    SATCHEL_CO_TRY(applied, co_await parts.worker.run([&parts] {
        return parts.replica.apply_received(parts.should_stop);
    }));
    add(report.applied, applied);
    co_return ok();
}

asio::awaitable<void> note_hub_loss(CycleParts& parts) {
    co_await parts.worker.run([&parts] {
        parts.replica.note_hub_loss();
        return true;
    });
}

/// Takes over what the hub has of the membership log, and mends it there.
asio::awaitable<Status> compare_members(CycleParts& parts,
                                        std::uint32_t announced,
                                        CycleReport& report) {
    const MembershipParts membership{parts.replica, parts.worker, parts.transport};
    SATCHEL_CO_TRY(alarm, co_await compare_members(membership, announced));
    if (alarm) report.alarms.push_back(*alarm);
    if (alarm) co_await note_hub_loss(parts);
    co_return co_await rotate_if_needed(membership);
}

/// A hub that lost something is given what is kept here of the other devices' logs, those of
/// devices that are gone too. What it does not take now is tried again by the next cycle.
asio::awaitable<bool> mend_hub(CycleParts& parts) {
    std::optional<crypto::Members> members;
    const bool is_due = co_await parts.worker.run([&] {
        if (parts.replica.own_member().role != crypto::MemberRole::normal) return false;
        const bool is_lost = parts.replica.take_hub_loss();
        if (is_lost) members = parts.replica.identity().members;
        return is_lost;
    });
    if (!is_due) co_return true;
    KeptLogs kept(parts.replica, parts.worker);
    const DeviceId own = parts.replica.identity().device;
    const auto given = co_await relay_logs(kept, parts.transport, *members, own);
    if (!given) co_await note_hub_loss(parts);
    co_return given.has_value();
}

/// What was asked for and did not come is named.
asio::awaitable<Status> note_gaps(CycleParts& parts, CycleReport& report) {
    SATCHEL_CO_TRY(alarms,
                   co_await parts.worker.run([&parts] { return parts.replica.note_gaps(); }));
    report.alarms.insert(report.alarms.end(), alarms.begin(), alarms.end());
    co_return ok();
}

}  // namespace

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

asio::awaitable<Result<bool>> pull(CycleParts& parts, CycleReport& report) {
    std::vector<Missing> missing_before;
    std::uint64_t useless_bytes = 0;
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
        const auto alarms = co_await parts.worker.run([&] {
            useless_bytes += parts.replica.take_useless_bytes();
            return parts.replica.take_alarms();
        });
        report.alarms.insert(report.alarms.end(), alarms.begin(), alarms.end());
        page.segments = {};
        if (useful == 0) co_return false;
        const Status applied = co_await apply_received(parts, report);
        if (!applied) co_return applied.error();
        parts.progress.done = report.applied.applied_ops;
        if (useless_bytes < kUselessBytesMax) continue;
        report.alarms.push_back(
            "the hub sends much that nobody asked for; this device listens again at its next "
            "cycle. If this goes on, have a look at the hub or move to another one");
        co_return false;
    }
    co_return false;
}

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
    // After a head of ours the hub has news for certain: what it says of them is looked at.
    std::string etag = parts.has_new_head ? std::string() : parts.heads_etag;
    SATCHEL_CO_TRY(heads, co_await parts.transport.heads(std::move(etag), std::chrono::seconds(0)));
    const bool has_retry =
        co_await parts.worker.run([&parts] { return parts.replica.is_retry_due(); });
    if (heads.not_modified && !has_retry) co_return co_await note_gaps(parts, report);
    report.is_noop = false;
    if (heads.not_modified) {
        SATCHEL_CO_TRY(fetched, co_await pull(parts, report));
        (void)fetched;
        co_return co_await note_gaps(parts, report);
    }
    parts.has_new_head = false;
    const Status learned = co_await compare_members(parts, heads.member_count, report);
    if (!learned) co_return learned.error();
    if (heads.join_count > 0) {
        SATCHEL_CO_TRY(strangers, co_await parts.invitations.admit_waiting(parts.transport));
        report.alarms.insert(report.alarms.end(), strangers.begin(), strangers.end());
    }
    SATCHEL_CO_TRY(
        alarms, co_await parts.worker.run([&] { return parts.replica.absorb_heads(heads.heads); }));
    report.alarms.insert(report.alarms.end(), alarms.begin(), alarms.end());
    const bool is_mended = co_await mend_hub(parts);
    SATCHEL_CO_TRY(is_complete, co_await pull(parts, report));
    // Only now: a cycle that failed half-way, or got less than was announced, asks again.
    const bool has_doubts =
        co_await parts.worker.run([&parts] { return parts.replica.has_doubts(); });
    parts.heads_etag = is_complete && is_mended && !has_doubts ? heads.etag : std::string();
    const Status noted = co_await note_gaps(parts, report);
    if (!noted || !is_complete) co_return noted;
    co_return co_await parts.worker.run([&parts] { return drop_spent_pieces(parts.replica); });
}

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

}  // namespace satchel::engine
