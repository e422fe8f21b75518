#include "daemon/engine/project.h"

#include "daemon/core/conflict.h"
#include "daemon/engine/approvals.h"
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

/// True when the source, as far as we know, shows the row as it should be.
bool is_shown(const sources::CollectionInfo& info, const RowEdit& edit) {
    const sources::WantedRow wanted = to_wanted(edit);
    const auto is_held = [&](const core::ColumnValue& cell) { return info.holds(cell.column); };
    return wanted.is_present && wanted.held.is_present &&
           std::ranges::none_of(wanted.columns, is_held);
}

/// Puts away a row that was to be hidden and was not. It waits for nothing, unless it is to change.
Status finish_unhidden(Step& step,
                       const sources::CollectionInfo& info,
                       RowEdit& edit,
                       const sources::ProjectedRow& projected) {
    if (projected.outcome != sources::Outcome::parked || !is_shown(info, edit)) {
        if (auto noted = park_row(step, edit, projected); !noted) return noted;
    } else {
        core::mark_projected(edit.stored.row, [&](ColumnId column) { return info.holds(column); });
    }
    return edit.close(step);
}

Status finish_row(Step& step,
                  const sources::CollectionInfo& info,
                  RowEdit& edit,
                  const sources::ProjectedRow& projected) {
    store::StoredRow& stored = edit.stored;
    if (projected.is_left) return edit.close(step);
    if (projected.outcome != sources::Outcome::applied) {
        if (auto noted = park_row(step, edit, projected); !noted) return noted;
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

Status finish(Step& step,
              const sources::CollectionInfo& info,
              RowEdit& edit,
              const sources::WantedRow& wanted,
              const sources::ProjectedRow& projected) {
    if (!wanted.is_hidden) return finish_row(step, info, edit, projected);
    if (projected.outcome != sources::Outcome::applied)
        return finish_unhidden(step, info, edit, projected);
    return finish_hidden(step, edit, projected);
}

/// True when the source shows a value in a column of which the row knows nothing any more: the row
/// was deleted, and written again by a device that has no such column.
bool shows_more(const sources::CollectionInfo& info, const core::Row& row) {
    if (!row.exists() || !row.lagging || !row.lagging->is_present) return false;
    return std::ranges::any_of(row.lagging->hashes, [&](const auto& held) {
        return info.holds(held.first) &&
               std::ranges::find(row.siblings, held.first, &core::Sibling::column) ==
                   row.siblings.end();
    });
}

void count(ProjectReport& report, sources::Outcome outcome, const sources::ProjectedRow& row) {
    if (row.is_stored || row.is_left) {
        ++(row.is_left ? report.left : report.stored);
        return;
    }
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

/// True for a row that a projection adds to the source.
bool is_gain(const store::StoredRow& stored) {
    return stored.row.exists() && stored.held_hash == 0;
}

/// True for a value that only the source holds and that showing the row would take from it.
bool is_at_risk(const sources::CollectionInfo& info,
                const std::vector<const core::Sibling*>& shown,
                const core::Sibling& sibling) {
    return !sibling.value && info.holds(sibling.column) &&
           std::ranges::find(shown, &sibling) == shown.end();
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
        const bool is_lost = !is_partial && !lost_values(*info, row).empty();
        const bool is_withheld = !is_partial && !is_lost && core::has_conflict(row) &&
                                 slot.policies.of(info->name) == Policy::manual_abort;
        if (!is_partial && !is_lost && !is_withheld && !has_values_at_risk(*info, row)) {
            auto hold = Hold::none;
            if (slot.source->has_approvals()) {
                SATCHEL_TRY(verdict, hold_for_approval(step, slot, edit));
                hold = verdict;
            }
            if (hold == Hold::none) {
                showable.push_back(&edit);
                continue;
            }
            ++report.parked;
            report.unapproved += hold == Hold::approval ? 1 : 0;
            slot.has_pending = true;
            if (auto closed = edit.close(step); !closed) return std::move(closed).error();
            continue;
        }
        ++report.parked;
        slot.has_pending = true;
        if (is_withheld) ++report.withheld;
        if (is_partial || is_lost || is_withheld) {
            // A file's content lies in pieces of its own, which are not asked for again.
            slot.has_lost_values = slot.has_lost_values || (is_lost && keeps_history(slot));
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

/// What to ask the source for. A row that was to make way for one that is not shown now stays.
std::vector<sources::WantedRow> to_wanted(const std::vector<RowEdit*>& showable,
                                          std::span<RowEdit> edits,
                                          std::span<const Way> ways) {
    std::vector<sources::WantedRow> wanted;
    wanted.reserve(showable.size());
    for (const RowEdit* edit : showable) wanted.push_back(to_wanted(*edit));
    if (ways.empty()) return wanted;
    std::map<const RowEdit*, std::size_t> places;
    for (std::size_t i = 0; i < showable.size(); ++i) places.emplace(showable[i], i);
    for (std::size_t i = 0; i < edits.size(); ++i) {
        const auto place = places.find(&edits[i]);
        if (!ways[i].is_hidden || place == places.end()) continue;
        sources::WantedRow& row = wanted[place->second];
        if (ways[i].yields_to) {
            const auto target = places.find(&edits[*ways[i].yields_to]);
            if (target == places.end()) continue;
            row.yields_to = target->second;
        }
        row.is_hidden = true;
        row.is_present = false;
        row.columns.clear();
    }
    return wanted;
}

}  // namespace

std::vector<core::Dot> lost_values(const sources::CollectionInfo& info, const core::Row& row) {
    std::vector<core::Dot> lost;
    if (!row.is_whole() || !row.lagging) return lost;
    for (const core::Sibling& sibling : row.siblings)
        if (!sibling.value && info.holds(sibling.column) &&
            hash_in(*row.lagging, sibling.column) != sibling.value_hash)
            lost.push_back(sibling.dot);
    return lost;
}

sources::WantedRow to_wanted(const RowEdit& edit) {
    const core::Row& row = edit.stored.row;
    sources::WantedRow wanted;
    wanted.collection = edit.collection();
    wanted.sid = edit.stored.sid;
    wanted.key = edit.stored.key;
    wanted.is_present = row.exists();
    wanted.held = core::held_shadow(row);
    wanted.state = &row;
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

bool has_values_at_risk(const sources::CollectionInfo& info, const core::Row& row) {
    const auto shown = core::shown_siblings(row);
    return std::ranges::any_of(row.siblings, [&](const core::Sibling& sibling) {
        return is_at_risk(info, shown, sibling);
    });
}

void ProjectReport::add(const ProjectReport& other) {
    applied += other.applied;
    parked += other.parked;
    stored += other.stored;
    left += other.left;
    withheld += other.withheld;
    unapproved += other.unapproved;
    deferred += other.deferred;
    changed_meanwhile += other.changed_meanwhile;
    revived += other.revived;
    hidden += other.hidden;
    if (other.trouble) trouble = other.trouble;
}

void ProjectReport::add(const Waiting& waiting) {
    parked += waiting.parked;
    withheld += waiting.withheld;
    deferred += waiting.deferred;
    changed_meanwhile += waiting.changed_meanwhile;
}

std::uint64_t count_losses(const SourceSlot& slot, std::span<const RowEdit> edits) {
    return static_cast<std::uint64_t>(std::ranges::count_if(edits, [&](const RowEdit& edit) {
        const sources::CollectionInfo* info = slot.find(edit.collection());
        return is_loss(edit.stored) && info != nullptr && !info->has_parts;
    }));
}

std::uint64_t count_gains(std::span<const RowEdit> edits) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(edits, [](const RowEdit& edit) { return is_gain(edit.stored); }));
}

Result<ProjectReport> project_rows(Step& step,
                                   SourceSlot& slot,
                                   std::span<RowEdit> edits,
                                   std::span<const Way> ways) {
    ProjectReport report;
    SATCHEL_TRY(showable, take_showable(step, slot, edits, report));
    const std::vector<sources::WantedRow> wanted = to_wanted(showable, edits, ways);

    StoreMemory memory(step, slot.declaration.id);
    auto projected = slot.source->project(wanted, memory);
    if (!projected) {
        slot.has_pending = true;
        for (RowEdit* edit : showable) {
            if (auto done = cancel_hiding(step, *edit); !done) return std::move(done).error();
            if (auto closed = edit->close(step); !closed) return std::move(closed).error();
        }
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
        sources::ProjectedRow& result = (*projected)[i];
        const bool is_hidden = wanted[i].is_hidden && result.outcome == sources::Outcome::applied;
        const bool is_applied = result.outcome == sources::Outcome::applied;
        const std::string approval = is_applied && slot.source->has_approvals()
                                         ? approval_id(slot, *showable[i])
                                         : std::string();
        if (is_applied && keeps_history(slot) && shows_more(*info, showable[i]->stored.row))
            slot.source->hint({});
        auto done = finish(step, *info, *showable[i], wanted[i], result);
        if (done && !approval.empty()) done = spend_row_approval(step, slot, approval);
        if (!done) return std::move(done).error();
        report.hidden += is_hidden ? 1 : 0;
        count(report, is_hidden ? sources::Outcome::parked : result.outcome, result);
        if (!result.obstacles.empty())
            report.blocked.push_back({wanted[i].collection,
                                      wanted[i].sid,
                                      wanted[i].held.is_present,
                                      !wanted[i].is_present,
                                      wanted[i].is_hidden,
                                      std::move(result.obstacles)});
    }
    if (auto named = name_orphans(step, report.blocked); !named) return std::move(named).error();
    if (report.applied + report.stored < edits.size()) slot.has_pending = true;
    // Other rows may have waited for these.
    if (report.applied > 0) slot.has_news = true;
    return report;
}

}  // namespace satchel::engine
