// What others changed and the store has is shown in the sources.
#include "daemon/engine/policy.h"
#include "daemon/engine/project.h"
#include "daemon/engine/replica.h"

namespace satchel::engine {

Status Replica::show_pending(StepReport& report) {
    // Every row that still waits is counted by what follows; some may have waited for one another.
    report.projected.parked = 0;
    report.projected.withheld = 0;
    report.projected.deferred = 0;
    report.projected.changed_meanwhile = 0;
    for (SourceSlot& slot : slots_)
        if (auto shown = show_slot(slot, report); !shown) return shown;
    return ok();
}

Status Replica::show_slot(SourceSlot& slot, StepReport& report) {
    if (auto settled = settle_slot(slot); !settled) return settled;
    if (!slot.has_pending || !slot.can_show()) return ok();
    // What could not be shown cannot be shown now either, as long as nothing is otherwise.
    constexpr milliseconds kLongest = std::chrono::minutes(10);
    const milliseconds now = clock_.steady_ms();
    if (!slot.has_news && now - slot.tried_at < kLongest) {
        report.projected.add(slot.waiting);
        return ok();
    }
    slot.tried_at = now;
    std::optional<Error> trouble;
    const Status done = in_step([&](Step& step) -> Status {
        SATCHEL_TRY(projected, project_pending(step, slot));
        if (projected.revived > 0) has_unpushed_ = true;
        trouble = projected.trouble;
        report.projected.add(projected);
        slot.waiting = {
            projected.parked, projected.withheld, projected.deferred, projected.changed_meanwhile};
        if (trouble || projected.deferred + projected.changed_meanwhile > 0) slot.has_news = true;
        return ok();
    });
    if (!done) {
        distrust_sources();
        return done;
    }
    slot.accepts_taking_loss = false;
    if (trouble) {
        note_trouble(slot, std::move(*trouble), report);
        slot.is_halted_inward = slot.state == SourceState::halted;
    }
    return ok();
}

Status Replica::settle_slot(SourceSlot& slot) {
    if (!slot.has_unsettled || !slot.policies.has_preference() || !slot.can_show()) return ok();
    std::uint64_t decided = 0;
    const Status done = in_step([&](Step& step) -> Status {
        SATCHEL_TRY(count, settle_conflicts(step, slot));
        decided = count;
        return ok();
    });
    if (!done) {
        distrust_sources();
        return done;
    }
    slot.has_unsettled = false;
    if (decided > 0) has_unpushed_ = true;
    return ok();
}

Result<StepReport> Replica::show_waiting() {
    StepReport report;
    if (auto shown = show_pending(report); !shown) return std::move(shown).error();
    return report;
}

}  // namespace satchel::engine
