#include "daemon/engine/project.h"

#include "daemon/core/conflict.h"
#include "daemon/engine/capture.h"
#include "daemon/engine/revive.h"
#include "daemon/engine/store_memory.h"
#include "daemon/store/pieces.h"
#include "shared/base/assert.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <map>

namespace satchel::engine {

namespace {

std::optional<std::uint64_t> hash_in(const core::Shadow& shadow, ColumnId column) {
    const auto at = std::ranges::lower_bound(
        shadow.hashes, column, {}, &std::pair<ColumnId, std::uint64_t>::first);
    if (!shadow.is_present || at == shadow.hashes.end() || at->first != column) return std::nullopt;
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
        } else if (shown->column >= core::kFirstColumn &&
                   hash_in(wanted.held, shown->column) != shown->value_hash && shown->value) {
            wanted.columns.push_back({shown->column, *shown->value});
        }
    }
    return wanted;
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
    core::fill_values(stored.row, projected.displaced);
    if (auto kept = fill_displaced(step, edit, projected.displaced); !kept) return kept;
    core::mark_projected(stored.row, holds);
    edit.set_held(core::wanted_shadow(stored.row), holds);
    stored.key = projected.key;
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

/// True for a row that a projection deletes from the source.
bool is_loss(const store::StoredRow& stored) {
    return !stored.row.exists() && stored.held_hash != 0;
}

using Losses = std::map<CollectionId, std::uint64_t>;

/// Refuses to take away most of what a collection holds without a person's word.
Status check_loss(const Step& step, const SourceSlot& slot, const Losses& losses) {
    if (slot.accepts_taking_loss) return ok();
    for (const auto& [id, lost] : losses) {
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

/// True for a value that only the source holds and that showing the row would take from it.
bool is_at_risk(const sources::CollectionInfo& info,
                const std::vector<const core::Sibling*>& shown,
                const core::Sibling& sibling) {
    return !sibling.value && info.holds(sibling.column) &&
           std::ranges::find(shown, &sibling) == shown.end();
}

bool has_values_at_risk(const sources::CollectionInfo& info, const core::Row& row) {
    const auto shown = core::shown_siblings(row);
    return std::ranges::any_of(row.siblings, [&](const core::Sibling& sibling) {
        return is_at_risk(info, shown, sibling);
    });
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

/// True when nobody here has a value that the row would show: only a source had it, and that went.
bool has_lost_values(const sources::CollectionInfo& info, const core::Row& row) {
    if (!row.exists() || !row.lagging) return false;
    return std::ranges::any_of(core::shown_siblings(row), [&](const core::Sibling* shown) {
        return !shown->value && info.holds(shown->column) &&
               hash_in(*row.lagging, shown->column) != shown->value_hash;
    });
}

constexpr std::string_view kPartial =
    "one device deleted it while another edited it; it comes back when the other device has synced";
constexpr std::string_view kLost =
    "its content went with a source or a column that was removed; it comes back with the next "
    "change of it";

constexpr std::string_view kWithheld = "it has a conflict that waits for a decision";

Status park_unshown(Step& step, RowEdit& edit, std::string_view reason, std::string kind) {
    const store::Collection* collection = step.ledger.find(edit.collection());
    SATCHEL_ASSERT(collection != nullptr);
    const store::Parked parked{collection->ord,
                               edit.stored.sid,
                               static_cast<int>(sources::Outcome::parked),
                               std::string(reason),
                               step.clock.now_ms(),
                               std::move(kind)};
    return store::park(step.transaction, parked);
}

/// Closes the rows that must not be shown yet; what is left can be.
Result<std::vector<RowEdit*>> take_showable(Step& step,
                                            SourceSlot& slot,
                                            std::span<RowEdit> edits,
                                            ProjectReport& report) {
    std::vector<RowEdit*> showable;
    showable.reserve(edits.size());
    for (RowEdit& edit : edits) {
        const core::Row& row = edit.stored.row;
        const sources::CollectionInfo* info = slot.find(edit.collection());
        if (info == nullptr) {
            // The table went since the source was captured.
            if (auto closed = edit.close(step); !closed) return std::move(closed).error();
            continue;
        }
        const bool is_partial = row.exists() && !row.is_whole();
        const bool is_lost = !is_partial && has_lost_values(*info, row);
        const bool is_withheld = !is_partial && !is_lost && core::has_conflict(row) &&
                                 slot.policies.of(info->name) == Policy::manual_abort;
        if (!is_partial && !is_lost && !is_withheld && !has_values_at_risk(*info, row)) {
            showable.push_back(&edit);
            continue;
        }
        ++report.parked;
        slot.has_pending = true;
        if (is_withheld) ++report.withheld;
        if (is_partial || is_lost || is_withheld) {
            const auto reason = is_partial ? kPartial : is_lost ? kLost : kWithheld;
            auto parked = park_unshown(step, edit, reason, is_withheld ? "withheld" : "");
            if (!parked) return std::move(parked).error();
        }
        if (auto closed = edit.close(step); !closed) return std::move(closed).error();
    }
    return showable;
}

/// A key the source gave to one row is no longer that of another row in hand, or the other would
/// take it back when it is put away.
void release_keys(const std::vector<RowEdit*>& edits,
                  const std::vector<sources::ProjectedRow>& projected) {
    std::map<std::pair<CollectionId, Bytes>, std::size_t> owners;
    for (std::size_t i = 0; i < edits.size(); ++i)
        if (projected[i].outcome == sources::Outcome::applied && projected[i].key)
            owners[{edits[i]->collection(), *projected[i].key}] = i;
    for (std::size_t i = 0; i < edits.size(); ++i) {
        std::optional<Bytes>& key = edits[i]->stored.key;
        if (!key) continue;
        const auto owner = owners.find({edits[i]->collection(), *key});
        if (owner != owners.end() && owner->second != i) key.reset();
    }
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
        Sid after;
        while (true) {
            SATCHEL_TRY(pending, rows.pending(collection->ord, after, limits::kApplyRowsMax));
            if (pending.empty()) break;
            after = pending.back().sid;
            std::vector<RowEdit> edits;
            edits.reserve(pending.size());
            for (store::StoredRow& row : pending) {
                SATCHEL_TRY(edit, RowEdit::open(step, info.id, row.sid));
                edits.push_back(std::move(edit));
                row.row = {};  // its values are in the edit now
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
        if (const std::uint64_t lost = count_losses(slot, edits); lost > 0) losses[info.id] += lost;
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
    if (auto saved = step.ledger.save(step.transaction); !saved) return saved;
    return step.transaction.commit_and_continue();
}

}  // namespace

void ProjectReport::add(const ProjectReport& other) {
    applied += other.applied;
    parked += other.parked;
    withheld += other.withheld;
    deferred += other.deferred;
    changed_meanwhile += other.changed_meanwhile;
    revived += other.revived;
    if (other.trouble) trouble = other.trouble;
}

std::uint64_t count_losses(const SourceSlot& slot, std::span<const RowEdit> edits) {
    return static_cast<std::uint64_t>(std::ranges::count_if(edits, [&](const RowEdit& edit) {
        const sources::CollectionInfo* info = slot.find(edit.collection());
        return is_loss(edit.stored) && info != nullptr && !info->has_parts;
    }));
}

Result<ProjectReport> project_rows(Step& step, SourceSlot& slot, std::span<RowEdit> edits) {
    ProjectReport report;
    SATCHEL_TRY(showable, take_showable(step, slot, edits, report));
    std::vector<sources::WantedRow> wanted;
    wanted.reserve(showable.size());
    for (const RowEdit* edit : showable) wanted.push_back(to_wanted(*edit));

    StoreMemory memory(step, slot.declaration.id);
    slot.inbound_losses += count_losses(slot, edits);
    auto projected = slot.source->project(wanted, memory);
    if (!projected) {
        slot.has_pending = true;
        for (RowEdit* edit : showable)
            if (auto closed = edit->close(step); !closed) return std::move(closed).error();
        report.trouble = std::move(projected).error();
        return report;
    }
    SATCHEL_ASSERT(projected->size() == showable.size());
    release_keys(showable, *projected);

    for (std::size_t i = 0; i < showable.size(); ++i) {
        const sources::CollectionInfo* info = slot.find(showable[i]->collection());
        if (info == nullptr) {
            if (auto closed = showable[i]->close(step); !closed) return std::move(closed).error();
            continue;
        }
        if (auto done = finish_row(step, *info, *showable[i], (*projected)[i]); !done)
            return std::move(done).error();
        count(report, (*projected)[i].outcome);
    }
    if (report.applied < edits.size()) slot.has_pending = true;
    return report;
}

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
    while (has_progress && has_rest && !total.trouble) {
        ProjectReport pass;
        const auto show = [&](const sources::CollectionInfo&,
                              std::vector<RowEdit>& edits) -> Status {
            // The source said that it cannot be written: what is left waits as it is.
            if (pass.trouble) return ok();
            SATCHEL_TRY(report, project_rows(step, slot, edits));
            pass.add(report);
            return ok();
        };
        if (auto shown = for_each_page(step, slot, show); !shown) return std::move(shown).error();
        has_progress = pass.applied > 0;
        has_rest = pass.parked + pass.deferred + pass.changed_meanwhile > 0;
        total.applied += pass.applied;
        total.parked = pass.parked;
        total.withheld = pass.withheld;
        total.deferred = pass.deferred;
        total.changed_meanwhile = pass.changed_meanwhile;
        total.trouble = pass.trouble;
    }
    slot.has_pending = has_rest || total.trouble;
    return total;
}

}  // namespace satchel::engine
