#include "daemon/engine/cycle.h"

#include "daemon/engine/listen.h"
#include "daemon/engine/membership.h"

#include <utility>

namespace satchel::engine {

namespace {

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
        parts.progress.done = report.pushed_items;
        report.is_noop = false;
        parts.has_new_head = parts.has_new_head || has_head;
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
    SATCHEL_CO_TRY(is_still_behind, co_await parts.worker.run([&parts] {
        return parts.replica.is_behind_itself();
    }));
    if (!is_still_behind) co_return ok();
    // To write now would be to write other things where others have read already.
    co_return Error{
        ErrorCode::halted,
        "this device's store was restored from a backup, and the hub does not give back "
        "what this device wrote since; other devices have it. Nothing is captured or "
        "sent until it does",
        "try again later; if the hub has lost it, 'satchelctl logout --keep-device' and join "
        "again with 'satchelctl sync setup'; its sources stay declared"};
}

/// What the workspace has, before sources are captured that another membership declared.
asio::awaitable<Status> hear_first(CycleParts& parts, CycleReport& report) {
    if (!parts.hears_first) co_return ok();
    const Status looked = co_await look_at_own_head(parts, report);
    if (!looked) co_return looked.error().is_own_store ? looked : ok();
    SATCHEL_CO_TRY(is_complete, co_await pull(parts, report));
    parts.hears_first = !is_complete;
    co_return ok();
}

/// A push refused for what the hub holds of our log already, or lacks of it.
bool is_log_trouble(const Status& pushed) {
    return !pushed &&
           (pushed.error().code == ErrorCode::halted || pushed.error().code == ErrorCode::conflict);
}

Error name_log_trouble(Error trouble) {
    if (trouble.code != ErrorCode::conflict) return trouble;
    return {
        ErrorCode::halted,
        "push: clone detected: another copy of this device writes its log: this one was restored "
        "from a backup, or its files were copied to another machine; nothing is overwritten, "
        "and nothing more is sent from here",
        "on the copy: 'satchelctl logout --keep-device', then 'satchelctl sync setup' with a "
        "new join string; its sources stay declared, and all they hold is sent then"};
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
    parts.enter("reading");
    const Status whole = co_await catch_up_with_itself(parts, report);
    if (!whole) co_return whole;
    const Status heard_first = co_await hear_first(parts, report);
    if (!heard_first) co_return heard_first;
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
    parts.enter("sending");
    if (request.push) pushed = co_await push_or_mend(parts, report);
    parts.enter("receiving");
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
