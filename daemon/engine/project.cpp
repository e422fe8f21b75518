#include "daemon/engine/project.h"

#include <algorithm>

#include "daemon/engine/capture.h"
#include "daemon/engine/store_memory.h"
#include "daemon/store/pieces.h"
#include "shared/base/assert.h"
#include "shared/base/limits.h"

namespace satchel::engine {

namespace {

std::optional<std::uint64_t> hash_in(const core::Shadow& shadow, ColumnId column) {
    const auto at = std::ranges::lower_bound(
        shadow.hashes, column, {}, &std::pair<ColumnId, std::uint64_t>::first);
    if (!shadow.is_present || at == shadow.hashes.end() || at->first != column)
        return std::nullopt;
    return at->second;
}

sources::WantedRow to_wanted(const RowEdit& edit) {
    const core::Row& row = edit.stored.row;
    sources::WantedRow wanted;
    wanted.collection = edit.collection();
    wanted.sid = edit.stored.sid;
    wanted.key = edit.stored.key;
    wanted.is_present = row.exists();
    wanted.held = core::held_shadow(row);
    for (const core::Sibling* shown : core::shown_siblings(row)) {
        if (wanted.stamp < shown->stamp || wanted.dot == core::Dot{}) {
            wanted.stamp = shown->stamp;
            wanted.dot = shown->dot;
        }
        if (shown->column == core::kRowMarker) {
            if (shown->value) wanted.marker = *shown->value;
        } else if (hash_in(wanted.held, shown->column) != shown->value_hash && shown->value) {
            wanted.columns.push_back({shown->column, *shown->value});
        }
    }
    return wanted;
}

/// Gives concurrent values that only the source held back their bytes, before it loses them.
void keep_displaced(core::Row& row, const std::vector<core::ColumnValue>& displaced) {
    for (core::Sibling& sibling : row.siblings) {
        if (sibling.value) continue;
        const auto at =
            std::ranges::lower_bound(displaced, sibling.column, {}, &core::ColumnValue::column);
        if (at != displaced.end() && at->column == sibling.column &&
            at->value.hash() == sibling.value_hash)
            sibling.value = at->value;
    }
}

Status finish_row(Step& step,
                  const sources::CollectionInfo& info,
                  RowEdit& edit,
                  const sources::ProjectedRow& projected) {
    store::StoredRow& stored = edit.stored;
    const store::Collection* collection = step.ledger.find(edit.collection());
    SATCHEL_ASSERT(collection != nullptr);
    if (projected.outcome != sources::Outcome::applied) {
        const store::Parked parked{collection->ord,
                                   stored.sid,
                                   static_cast<int>(projected.outcome),
                                   projected.reason,
                                   step.clock.now_ms()};
        if (auto noted = store::park(step.transaction, parked); !noted) return noted;
        return edit.close(step);
    }
    const Holds holds = [&](ColumnId column) { return info.holds(column); };
    keep_displaced(stored.row, projected.displaced);
    core::mark_projected(stored.row, holds);
    edit.set_held(core::wanted_shadow(stored.row), holds);
    stored.key = projected.key;
    if (auto cleared = store::unpark(step.transaction, collection->ord, stored.sid); !cleared)
        return cleared;
    return edit.close(step);
}

void count(ProjectReport& report, sources::Outcome outcome) {
    switch (outcome) {
        case sources::Outcome::applied:
            ++report.applied;
            break;
        case sources::Outcome::parked:
            ++report.parked;
            break;
        case sources::Outcome::deferred:
            ++report.deferred;
            break;
        case sources::Outcome::changed_meanwhile:
            ++report.changed_meanwhile;
            break;
    }
}

/// Refuses to take away most of what a source holds without a person's word.
Status check_loss(const Step& step, const SourceSlot& slot, std::span<const RowEdit> edits) {
    if (slot.accepts_danger) return ok();
    std::uint64_t held = 0;
    for (const auto& [id, collection] : step.ledger.collections())
        if (slot.find(id) != nullptr) held += collection.held;
    std::uint64_t lost = 0;
    for (const RowEdit& edit : edits)
        if (!edit.stored.row.exists() && edit.stored.held_hash != 0) ++lost;
    if (!is_mass_loss(held, held - std::min(held, lost))) return ok();
    return Error{ErrorCode::halted,
                 "another device deleted " + std::to_string(lost) + " of the " +
                     std::to_string(held) + " items of '" + slot.declaration.name +
                     "'; nothing was deleted here",
                 "if that is right: satchelctl source resume " + slot.declaration.name};
}

Status close_all(Step& step, std::span<RowEdit> edits) {
    for (RowEdit& edit : edits)
        if (auto closed = edit.close(step); !closed) return closed;
    return ok();
}

}  // namespace

void ProjectReport::add(const ProjectReport& other) {
    applied += other.applied;
    parked += other.parked;
    deferred += other.deferred;
    changed_meanwhile += other.changed_meanwhile;
}

Result<ProjectReport> project_rows(Step& step, SourceSlot& slot, std::span<RowEdit> edits) {
    std::vector<sources::WantedRow> wanted;
    wanted.reserve(edits.size());
    for (const RowEdit& edit : edits) wanted.push_back(to_wanted(edit));

    StoreMemory memory(step, slot.declaration.id);
    Status allowed = check_loss(step, slot, edits);
    auto projected = allowed ? slot.source->project(wanted, memory)
                             : Result<std::vector<sources::ProjectedRow>>(allowed.error());
    if (!projected) {
        slot.has_pending = true;
        if (auto closed = close_all(step, edits); !closed) return std::move(closed).error();
        return std::move(projected).error();
    }
    SATCHEL_ASSERT(projected->size() == edits.size());

    ProjectReport report;
    for (std::size_t i = 0; i < edits.size(); ++i) {
        const sources::CollectionInfo* info = slot.find(edits[i].collection());
        SATCHEL_ASSERT(info != nullptr);
        if (auto done = finish_row(step, *info, edits[i], (*projected)[i]); !done)
            return std::move(done).error();
        count(report, (*projected)[i].outcome);
    }
    if (report.applied < edits.size()) slot.has_pending = true;
    return report;
}

Result<ProjectReport> project_pending(Step& step, SourceSlot& slot) {
    ProjectReport total;
    store::Rows rows(step.transaction.database());
    bool has_progress = true;
    bool has_rest = true;
    while (has_progress && has_rest) {
        has_progress = false;
        has_rest = false;
        ProjectReport pass;
        for (const sources::CollectionInfo& info : slot.source->collections()) {
            const store::Collection* collection = step.ledger.find(info.id);
            if (collection == nullptr) continue;
            Sid after;
            while (true) {
                SATCHEL_TRY(pending,
                            rows.pending(collection->ord, after, limits::kApplyRowsMax));
                if (pending.empty()) break;
                after = pending.back().sid;
                std::vector<RowEdit> edits;
                edits.reserve(pending.size());
                for (const store::StoredRow& row : pending) {
                    SATCHEL_TRY(edit, RowEdit::open(step, info.id, row.sid));
                    edits.push_back(std::move(edit));
                }
                SATCHEL_TRY(report, project_rows(step, slot, edits));
                pass.add(report);
            }
        }
        has_progress = pass.applied > 0;
        has_rest = pass.parked + pass.deferred + pass.changed_meanwhile > 0;
        total.applied += pass.applied;
        total.parked = pass.parked;
        total.deferred = pass.deferred;
        total.changed_meanwhile = pass.changed_meanwhile;
    }
    slot.has_pending = has_rest;
    return total;
}

}  // namespace satchel::engine
