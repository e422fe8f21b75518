#include "daemon/engine/make_way.h"

#include "daemon/engine/log_writer.h"
#include "daemon/engine/revive.h"
#include "daemon/engine/store_memory.h"

#include <algorithm>
#include <map>
#include <set>

namespace satchel::engine {

namespace {

using sources::Obstacle;

constexpr std::string_view kUnique = "unique";
constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kMissingParent = "missing_parent";

std::int64_t ord_of(const Step& step, CollectionId collection) {
    const store::Collection* known = step.ledger.find(collection);
    return known == nullptr ? 0 : known->ord;
}

/// True when no device shows the row: it was deleted, or is hidden itself, or lacks a row above it
/// of which that is true.
class Gone {
  public:
    explicit Gone(Step& step) : step_(step) {}

    Result<bool> find(CollectionId collection, const Sid& sid) {
        std::vector<Place> path;
        Place place{ord_of(step_, collection), sid};
        std::optional<bool> is_gone;
        while (!is_gone) {
            const auto [known, is_new] = known_.emplace(place, false);
            if (!is_new) {
                is_gone = known->second;
                break;
            }
            path.push_back(place);
            SATCHEL_TRY(next, look(place, is_gone));
            place = next;
        }
        for (const Place& below : path) known_[below] = *is_gone;
        return *is_gone;
    }

  private:
    using Place = std::pair<std::int64_t, Sid>;

    /// The row to look at next, where this one does not decide.
    Result<Place> look(const Place& place, std::optional<bool>& is_gone) {
        store::Rows rows(step_.transaction.database());
        SATCHEL_TRY(found, rows.find(place.first, place.second));
        if (!found || !found->row.exists() || found->held_hash != 0) {
            is_gone = !found || !found->row.exists();
            return place;
        }
        SATCHEL_TRY(parked,
                    store::find_parked(step_.transaction.database(), place.first, place.second));
        const bool lacks_parent = parked && parked->kind == kMissingParent && parked->against;
        if (lacks_parent) return Place{parked->against_collection, *parked->against};
        is_gone = parked && (parked->kind == kUnique || parked->kind == kOrphan);
        return place;
    }

    Step& step_;
    std::map<Place, bool> known_;
};

class WayMaker {
  public:
    WayMaker(Step& step, SourceSlot& slot)
        : step_(step), slot_(slot), log_(step, slot.declaration.lane), gone_(step) {}

    Result<Joint> run(const std::vector<Blocked>& blocked, Pressure pressure) {
        for (const Blocked& row : blocked) {
            for (const Obstacle& obstacle : row.obstacles)
                if (auto done = judge(row, obstacle, pressure); !done)
                    return std::move(done).error();
        }
        if (is_durable_due_) {
            if (auto flushed = log_.flush(); !flushed) return std::move(flushed).error();
            if (auto done = step_.commit_so_far(); !done) return std::move(done).error();
        }
        return std::move(joint_);
    }

  private:
    using Place = std::pair<CollectionId, Sid>;

    Status judge(const Blocked& row, const Obstacle& obstacle, Pressure pressure) {
        const Place place{row.collection, row.sid};
        const Place other{obstacle.collection, obstacle.sid};
        switch (obstacle.kind) {
            case Obstacle::Kind::claimed:
                return row.is_held ? hide(place, std::nullopt, other, kUnique) : ok();
            case Obstacle::Kind::parent: {
                SATCHEL_TRY(is_gone, gone_.find(obstacle.collection, obstacle.sid));
                if (is_gone) return row.is_held ? hide(place, std::nullopt, other, kOrphan) : ok();
                return pressure == Pressure::none ? ok() : join(place, other);
            }
            case Obstacle::Kind::yields:
            case Obstacle::Kind::child: {
                if (places_.contains(other)) return ok();
                SATCHEL_TRY(target, add(place));
                const bool is_claim = obstacle.kind == Obstacle::Kind::yields;
                return hide(
                    other, target, obstacle.above.value_or(place), is_claim ? kUnique : kOrphan);
            }
            case Obstacle::Kind::leaves: {
                if (pressure == Pressure::none || places_.contains(other)) return ok();
                SATCHEL_TRY(target, add(place));
                if (pressure == Pressure::aside)
                    return hide(other, target, place, row.is_going ? kOrphan : kUnique);
                SATCHEL_TRY(leaving, add(other));
                (void)leaving;
                return ok();
            }
            case Obstacle::Kind::forbids:
                return revive_parent(place, other);
            case Obstacle::Kind::stays:
                return ok();
        }
        return ok();
    }

    Result<std::size_t> add(const Place& place) {
        const auto [at, is_new] = places_.emplace(place, joint_.edits.size());
        if (is_new) {
            SATCHEL_TRY(edit, RowEdit::open(step_, place.first, place.second));
            joint_.edits.push_back(std::move(edit));
            joint_.ways.emplace_back();
        }
        return at->second;
    }

    /// Rows that refer to each other in a circle come together or not at all.
    Status join(const Place& place, const Place& parent) {
        store::Rows rows(step_.transaction.database());
        SATCHEL_TRY(found, rows.find(ord_of(step_, parent.first), parent.second));
        if (!found || !found->row.is_pending()) return ok();
        for (const Place& each : {place, parent}) {
            SATCHEL_TRY(added, add(each));
            (void)added;
        }
        return ok();
    }

    Status hide(const Place& place,
                std::optional<std::size_t> yields_to,
                const Place& against,
                std::string_view kind) {
        const auto known = places_.find(place);
        if (known != places_.end() && joint_.ways[known->second].is_hidden) return ok();
        SATCHEL_TRY(at, add(place));
        RowEdit& edit = joint_.edits[at];
        SATCHEL_TRY(is_safe, secure(edit));
        if (!is_safe) {
            if (known != places_.end()) return ok();
            places_.erase(place);
            joint_.edits.pop_back();
            joint_.ways.pop_back();
            return ok();
        }
        joint_.ways[at] = {true, yields_to};
        store::Parked parked{ord_of(step_, place.first),
                             place.second,
                             static_cast<int>(sources::Outcome::parked),
                             kind == kUnique ? "another row claimed its unique value earlier"
                                             : "the row it belongs to is gone",
                             step_.clock.now_ms()};
        parked.kind = kind;
        parked.against_collection = ord_of(step_, against.first);
        parked.against = against.second;
        parked.is_being_hidden = true;
        is_durable_due_ = true;
        return store::park(step_.transaction, parked);
    }

    /// Copies everything that only the source holds of the row, and makes it wait. False when the
    /// source has another row there than was captured: that is captured first.
    Result<bool> secure(RowEdit& edit) {
        store::StoredRow& stored = edit.stored;
        const sources::CollectionInfo* info = slot_.find(edit.collection());
        if (info == nullptr || !stored.key || stored.held_hash == 0 || !stored.row.is_whole())
            return false;
        StoreMemory memory(step_, slot_.declaration.id);
        auto local = slot_.source->read(edit.collection(), *stored.key, memory);
        if (!local || !is_as_captured(*info, core::held_shadow(stored.row), *local)) return false;
        // A value without bytes says that the source has it: asked before the bytes come.
        if (!stored.row.lagging) stored.row.lagging = core::held_shadow(stored.row);
        core::fill_values(stored.row, local->columns);
        const bool lacks_some =
            std::ranges::any_of(stored.row.siblings, [](const core::Sibling& sibling) {
                return !sibling.value && sibling.column != core::kRowMarker;
            });
        if (lacks_some) return false;
        // Put away, so that it is durable, and taken up again for the projection.
        if (auto closed = edit.close(step_); !closed) return std::move(closed).error();
        return true;
    }

    /// A row that others delete and that a row of ours refers to, where nothing is declared for
    /// that case, lives on. Whoever wrote the reference writes the row again.
    Status revive_parent(const Place& parent, const Place& child) {
        if (!revived_.insert(parent).second) return ok();
        store::Rows rows(step_.transaction.database());
        SATCHEL_TRY(referring, rows.find(ord_of(step_, child.first), child.second));
        const bool is_ours =
            referring &&
            std::ranges::any_of(referring->row.siblings, [&](const core::Sibling& sibling) {
                return sibling.dot.device == step_.identity.device;
            });
        if (!is_ours) return ok();
        SATCHEL_TRY(edit, RowEdit::open(step_, parent.first, parent.second));
        if (edit.stored.row.exists()) return ok();
        auto revived = revive_row(step_, log_, slot_, edit);
        if (!revived || !*revived) return ok();
        ++joint_.revived;
        is_durable_due_ = true;
        return edit.close(step_);
    }

    Step& step_;
    SourceSlot& slot_;
    LogWriter log_;
    Gone gone_;
    Joint joint_;
    std::map<Place, std::size_t> places_;
    std::set<Place> revived_;
    bool is_durable_due_ = false;
};

}  // namespace

Result<Joint> make_way(Step& step,
                       SourceSlot& slot,
                       const std::vector<Blocked>& blocked,
                       Pressure pressure) {
    return WayMaker(step, slot).run(blocked, pressure);
}

Status park_row(Step& step, const RowEdit& edit, const sources::ProjectedRow& projected) {
    store::Parked parked{ord_of(step, edit.collection()),
                         edit.stored.sid,
                         static_cast<int>(projected.outcome),
                         projected.reason,
                         step.clock.now_ms()};
    if (projected.is_stored) parked.kind = store::kStoredKind;
    const bool is_waiting =
        std::ranges::count(projected.obstacles, Obstacle::Kind::leaves, &Obstacle::kind) > 0;
    if (projected.is_clash && !is_waiting) parked.kind = kUnique;
    if (!projected.obstacles.empty()) {
        const Obstacle& first = projected.obstacles.front();
        parked.against_collection = ord_of(step, first.collection);
        parked.against = first.sid;
        const bool is_below = first.kind == Obstacle::Kind::child ||
                              first.kind == Obstacle::Kind::forbids ||
                              first.kind == Obstacle::Kind::stays;
        if (is_below && !projected.is_clash) parked.kind = "children";
        if (first.kind == Obstacle::Kind::parent) {
            SATCHEL_TRY(is_gone, Gone(step).find(first.collection, first.sid));
            parked.kind = is_gone ? kOrphan : kMissingParent;
        }
    }
    return store::park(step.transaction, parked);
}

Status name_orphans(Step& step, std::span<const Blocked> blocked) {
    Gone gone(step);
    for (const Blocked& row : blocked) {
        const sources::Obstacle& first = row.obstacles.front();
        if (first.kind != Obstacle::Kind::parent) continue;
        SATCHEL_TRY(is_gone, gone.find(first.collection, first.sid));
        if (!is_gone) continue;
        const std::int64_t ord = ord_of(step, row.collection);
        SATCHEL_TRY(parked, store::find_parked(step.transaction.database(), ord, row.sid));
        if (!parked || parked->kind != kMissingParent) continue;
        parked->kind = kOrphan;
        if (auto noted = store::park(step.transaction, *parked); !noted) return noted;
    }
    return ok();
}

Status cancel_hiding(Step& step, const RowEdit& edit) {
    const std::int64_t ord = ord_of(step, edit.collection());
    SATCHEL_TRY(parked, store::find_parked(step.transaction.database(), ord, edit.stored.sid));
    if (!parked || !parked->is_being_hidden) return ok();
    parked->is_being_hidden = false;
    return store::park(step.transaction, *parked);
}

Status finish_hidden(Step& step, RowEdit& edit, const sources::ProjectedRow& projected) {
    store::StoredRow& stored = edit.stored;
    core::fill_values(stored.row, projected.displaced);
    core::mark_absent(stored.row);
    stored.held_hash = 0;
    stored.key.reset();
    if (auto noted = cancel_hiding(step, edit); !noted) return noted;
    return edit.close(step);
}

}  // namespace satchel::engine
