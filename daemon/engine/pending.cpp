// Shows rows that waited, in rounds: each shows what it can, then settles rows that stood in each
// other's way.
#include "daemon/engine/capture.h"
#include "daemon/engine/project.h"
#include "daemon/engine/revive.h"
#include "daemon/engine/store_memory.h"
#include "shared/base/assert.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <map>

namespace satchel::engine {

namespace {

/// What a source would lose of a collection, and what makes up for it.
struct Loss {
    std::uint64_t lost = 0;
    std::uint64_t gained = 0;
};

using Losses = std::map<CollectionId, Loss>;

/// Refuses to take away most of what a collection holds without a person's word.
Status check_loss(const Step& step, const SourceSlot& slot, const Losses& losses) {
    if (slot.accepts_taking_loss) return ok();
    for (const auto& [id, loss] : losses) {
        const std::uint64_t lost = loss.lost - std::min(loss.lost, loss.gained);
        const store::Collection* collection = step.ledger.find(id);
        SATCHEL_ASSERT(collection != nullptr);
        const std::uint64_t held = collection->held;
        if (!is_mass_loss(held, held - std::min(held, lost))) continue;
        return Error{ErrorCode::halted,
                     "another device deleted " + std::to_string(lost) + " of the " +
                         std::to_string(held) + " items of '" + slot.declaration.name +
                         "'; nothing was deleted here",
                     "if that is right: satchelctl source resume " + slot.declaration.name};
    }
    return ok();
}

/// Copies values at risk out of the source. A crash after the source is written cannot lose them
/// then: the store has them, durable, before.
Status rescue_values(Step& step, SourceSlot& slot, RowEdit& edit) {
    if (!edit.stored.key) return ok();
    StoreMemory memory(step, slot.declaration.id);
    auto local = slot.source->read(edit.collection(), *edit.stored.key, memory);
    // What cannot be read now is not overwritten either.
    if (!local) return ok();
    if (!slot.source->keep_content(edit.collection(), *edit.stored.key, memory)) return ok();
    core::fill_values(edit.stored.row, local->columns);
    return ok();
}

/// Calls `work` with every pending row of the source, opened, in pages.
template <class Work>
Status for_each_page(Step& step, SourceSlot& slot, Work work) {
    store::Rows rows(step.transaction.database());
    // A copy: the source looks at its schema again whenever it is read or written.
    const std::vector<sources::CollectionInfo> collections = slot.source->collections();
    for (const sources::CollectionInfo& info : collections) {
        const store::Collection* collection = step.ledger.find(info.id);
        if (collection == nullptr) continue;
        std::int64_t after = 0;
        while (true) {
            SATCHEL_TRY(pending, rows.pending(collection->ord, after, limits::kApplyRowsMax));
            if (pending.empty()) break;
            after = pending.back().number;
            std::vector<RowEdit> edits;
            edits.reserve(pending.size());
            for (store::StoredRow& row : pending) {
                edits.push_back(RowEdit::take(step, info.id, std::move(row)));
            }
            if (auto done = work(info, edits); !done) return done;
        }
    }
    return ok();
}

/// Everything that must be durable before the source is written; counts what it would lose.
Status prepare_pending(Step& step, SourceSlot& slot, ProjectReport& report, Losses& losses) {
    LogWriter log(step, slot.declaration.lane);
    std::uint64_t rescued = 0;
    const auto prepare = [&](const sources::CollectionInfo& info,
                             std::vector<RowEdit>& edits) -> Status {
        if (const std::uint64_t lost = count_losses(slot, edits); lost > 0)
            losses[info.id].lost += lost;
        if (info.is_by_content) losses[info.id].gained += count_gains(edits);
        for (RowEdit& edit : edits) {
            bool is_changed = false;
            if (needs_revival(step, edit.stored.row)) {
                auto revived = revive_row(step, log, slot, edit);
                // A source that cannot be read now is asked again with the next projection.
                is_changed = revived && *revived;
                if (is_changed) ++report.revived;
            }
            if (has_values_at_risk(info, edit.stored.row)) {
                if (auto done = rescue_values(step, slot, edit); !done) return done;
                is_changed = true;
                ++rescued;
            }
            if (!is_changed) continue;
            if (auto closed = edit.close(step); !closed) return closed;
        }
        return ok();
    };
    if (auto prepared = for_each_page(step, slot, prepare); !prepared) return prepared;
    if (report.revived + rescued == 0) return ok();
    if (auto flushed = log.flush(); !flushed) return flushed;
    return step.commit_so_far();
}

/// Shows every pending row once, as far as that is possible.
Result<ProjectReport> show_once(Step& step, SourceSlot& slot) {
    ProjectReport pass;
    std::vector<Blocked> blocked;
    const auto show = [&](const sources::CollectionInfo&, std::vector<RowEdit>& edits) -> Status {
        // The source said that it cannot be written: what is left waits as it is.
        if (pass.trouble) return ok();
        SATCHEL_TRY(report, project_rows(step, slot, edits));
        pass.add(report);
        std::ranges::move(report.blocked, std::back_inserter(blocked));
        // What the source holds by now is soon known for good.
        return report.applied > 0 ? step.commit_so_far() : ok();
    };
    if (auto shown = for_each_page(step, slot, show); !shown) return std::move(shown).error();
    pass.blocked = std::move(blocked);
    return pass;
}

/// Rows that hiding one row brings to light: its children, theirs, and so on.
constexpr int kDepthMax = 16;
/// Rows tried alone when nothing else moves.
constexpr int kAloneMax = 256;

bool has_moved(const ProjectReport& report) {
    return report.applied + report.hidden + report.revived > 0;
}

/// Asks for rows together with those in their way.
Result<ProjectReport> settle(Step& step,
                             SourceSlot& slot,
                             std::vector<Blocked> blocked,
                             Pressure pressure) {
    ProjectReport total;
    bool is_deeper = true;
    for (int depth = 0; is_deeper && depth < kDepthMax; ++depth) {
        is_deeper = false;
        SATCHEL_TRY(joint, make_way(step, slot, blocked, pressure));
        total.revived += joint.revived;
        if (joint.edits.empty()) break;
        // Rows made durable meanwhile are taken up as they are now.
        std::vector<RowEdit> edits;
        edits.reserve(joint.edits.size());
        for (const RowEdit& edit : joint.edits) {
            SATCHEL_TRY(fresh, RowEdit::open(step, edit.collection(), edit.stored.sid));
            edits.push_back(std::move(fresh));
        }
        SATCHEL_TRY(shown, project_rows(step, slot, edits, joint.ways));
        total.applied += shown.applied;
        total.hidden += shown.hidden;
        total.trouble = shown.trouble;
        if (total.trouble) break;
        if (shown.applied + shown.hidden > 0)
            if (auto kept = step.commit_so_far(); !kept) return std::move(kept).error();
        for (Blocked& row : shown.blocked) {
            if (!row.is_hidden) continue;
            blocked.push_back(std::move(row));
            is_deeper = true;
        }
    }
    return total;
}

/// Settles rows that stood in each other's way.
Result<ProjectReport> show_together(Step& step, SourceSlot& slot, const ProjectReport& pass) {
    const bool is_stuck = pass.applied == 0;
    const Pressure pressure = is_stuck ? Pressure::together : Pressure::none;
    ProjectReport settled;
    for (auto rest = std::span(pass.blocked); !rest.empty() && !settled.trouble;) {
        const auto chunk = rest.first(std::min(rest.size(), limits::kApplyRowsMax / 2));
        rest = rest.subspan(chunk.size());
        SATCHEL_TRY(shown, settle(step, slot, {chunk.begin(), chunk.end()}, pressure));
        settled.add(shown);
    }
    int tried = 0;
    for (const Blocked& row : pass.blocked) {
        // Nothing moves: one row at a time, whatever is to leave anyway is put aside for it.
        if (!is_stuck || has_moved(settled) || settled.trouble || tried >= kAloneMax) break;
        const bool can_help =
            std::ranges::count(
                row.obstacles, sources::Obstacle::Kind::leaves, &sources::Obstacle::kind) > 0;
        if (!can_help) continue;
        ++tried;
        SATCHEL_TRY(alone, settle(step, slot, {row}, Pressure::aside));
        settled = std::move(alone);
    }
    return settled;
}

/// Each round settles at least one clash or shows at least one row; far more than any needs.
constexpr int kRoundsMax = 200;

}  // namespace

Result<ProjectReport> project_pending(Step& step, SourceSlot& slot) {
    ProjectReport total;
    Losses losses;
    if (auto prepared = prepare_pending(step, slot, total, losses); !prepared)
        return std::move(prepared).error();
    if (auto allowed = check_loss(step, slot, losses); !allowed) {
        total.trouble = std::move(allowed).error();
        return total;
    }
    bool has_progress = true;
    bool has_rest = true;
    for (int round = 0; has_progress && has_rest && !total.trouble && round < kRoundsMax; ++round) {
        SATCHEL_TRY(pass, show_once(step, slot));
        ProjectReport settled;
        if (!pass.blocked.empty() && !pass.trouble) {
            SATCHEL_TRY(together, show_together(step, slot, pass));
            settled = std::move(together);
        }
        has_progress = pass.applied > 0 || has_moved(settled);
        has_rest = pass.parked + pass.deferred + pass.changed_meanwhile + pass.left > 0;
        total.applied += pass.applied + settled.applied;
        total.hidden += settled.hidden;
        total.revived += settled.revived;
        // Counted anew by the next round, if there is one.
        total.parked = pass.parked + settled.hidden - std::min(pass.parked, settled.applied);
        total.stored = pass.stored;
        total.left = pass.left;
        total.withheld = pass.withheld;
        total.deferred = pass.deferred;
        total.changed_meanwhile = pass.changed_meanwhile;
        total.trouble = pass.trouble ? pass.trouble : settled.trouble;
    }
    slot.has_pending = has_rest || total.trouble;
    slot.has_news = has_progress && has_rest;
    return total;
}

}  // namespace satchel::engine
