#include "daemon/engine/capture.h"

#include "daemon/core/diff.h"
#include "daemon/engine/copied.h"
#include "daemon/engine/left_out.h"
#include "daemon/engine/make_way.h"
#include "daemon/engine/restore.h"
#include "daemon/engine/store_memory.h"
#include "daemon/engine/unrecorded.h"
#include "shared/base/assert.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <map>
#include <set>

namespace satchel::engine {

namespace {

/// Plain bytes of ops after which a long capture commits what it has.
constexpr std::size_t kCommitBytes = 4 * limits::kSegmentPlainBytes;

/// Rows that went back, and nothing new beside them: more than an application takes back at once.
constexpr std::uint64_t kManyReturned = 20;

/// What a collection held when the capture began, and what of it is gone.
struct Loss {
    std::uint64_t held = 0;
    std::uint64_t lost = 0;
    std::uint64_t gained = 0;
    bool is_by_content = false;
};

/// Parts of items are no items: lines are cut anew whenever a file is rewritten.
std::map<CollectionId, Loss> count_held(const Ledger& ledger, const SourceSlot& slot) {
    std::map<CollectionId, Loss> losses;
    for (const auto& [id, collection] : ledger.collections()) {
        const sources::CollectionInfo* info = slot.find(id);
        if (info == nullptr || info->has_parts) continue;
        losses[id] = {.held = collection.held, .is_by_content = info->is_by_content};
    }
    return losses;
}

core::Shadow to_shadow(const sources::LocalRow& local) {
    core::Shadow shadow;
    shadow.is_present = local.is_present;
    for (const core::ColumnValue& cell : local.columns)
        shadow.hashes.emplace_back(cell.column, cell.value.hash());
    return shadow;
}

class Capture final : public sources::CaptureSink {
  public:
    Capture(Step& step,
            SourceSlot& slot,
            const std::function<bool()>& should_stop,
            CaptureObserver* observer)
        : step_(step),
          slot_(slot),
          should_stop_(should_stop),
          observer_(observer),
          memory_(step, slot.declaration.id),
          log_(step, slot.declaration.lane),
          losses_(count_held(step.ledger, slot)),
          unrecorded_(step, slot) {}

    Result<CaptureReport> run() {
        if (auto announced = announce(step_, log_, slot_); !announced)
            return std::move(announced).error();
        if (auto captured = slot_.source->capture(*this, memory_); !captured)
            return std::move(captured).error();
        if (auto looked = look_at_left_out(); !looked) return std::move(looked).error();
        if (auto removed = remove_orphans(); !removed) return std::move(removed).error();
        if (auto saved = save(); !saved) return std::move(saved).error();
        return report_;
    }

    Status row(sources::LocalRow local) override {
        if (const auto why = find_oversized(slot_, local)) return stay_here(local, *why);
        SATCHEL_TRY(edit, open(local));
        if (!edit) return take_in(step_, slot_, local.collection, local.key);
        const sources::CollectionInfo* info = slot_.find(local.collection);
        SATCHEL_ASSERT(info != nullptr);
        const Holds holds = [info](ColumnId column) { return info->holds(column); };
        core::LocalState state{local.is_present,
                               local.columns,
                               local.edited_ms,
                               local.marker,
                               local.follows,
                               info->fills};

        SATCHEL_TRY(copied_from, find_copied_from(*info, local));
        copied_from_ = copied_from;
        core::Row& row = edit->stored.row;
        if (local.is_present) core::follow_schema(row, holds);
        if (row.exists() && row.is_pending()) {
            SATCHEL_TRY(is_ours, is_being_hidden(*edit));
            if (is_ours && !local.is_present) {
                slot_.wake();
                return finish_hidden(step_, *edit, {});
            }
            if (is_ours)
                if (auto done = cancel_hiding(step_, *edit); !done) return done;
        }
        if (row.is_pending() && core::is_shown_by(row, state, holds)) {
            core::mark_projected(row, holds);
        } else if (auto op = core::diff_row(row, state); op && slot_.is_restoring && row.exists()) {
            fall_behind(row, to_shadow(local));
            ++report_.restored;
        } else if (op) {
            if (const auto why = find_oversized(*op)) return stay_here(local, *why);
            // Seeds go with the first op: the source does not hold them, so they always differ.
            std::erase_if(local.columns, [&](const auto& cell) { return !holds(cell.column); });
            state.columns = local.columns;
            if (observer_ != nullptr) observer_->changed(*info, local, row.exists());
            do {
                if (auto taken = take_op(*edit, std::move(*op), state, holds); !taken) return taken;
                op = core::diff_row(row, state);
            } while (op);
        } else if (row.is_pending()) {
            row.lagging = to_shadow(local);
        }
        note_loss(local, edit->stored.held_hash != 0);
        if (row.is_pending()) slot_.wake();
        edit->set_held(to_shadow(local), holds);
        auto taken = take_in(step_, slot_, local.collection, local.key);
        if (!taken) return taken;
        if (local.is_present)
            edit->stored.key = std::move(local.key);
        else if (!slot_.is_restoring)  // or it comes back under the key it had
            edit->stored.key.reset();
        if (auto closed = edit->close(step_); !closed) return closed;
        // One item may take many rows, and a batch has a size.
        return log_.pending_bytes() < limits::kSegmentPlainBytes ? ok() : flush();
    }

    Status collections_changed() override {
        // Rows of what is new here may have waited for it.
        slot_.wake();
        if (auto left = leave_vanished(step_, slot_); !left) return left;
        return announce(step_, log_, slot_);
    }

    void looks_older() override { is_older_ = true; }

    void may_be_older() override { may_be_older_ = keeps_history(slot_); }

    Status piece(sources::Piece piece) override {
        core::Op op;
        op.kind = core::OpKind::piece;
        op.collection = piece.collection;
        op.sid = piece.sid;
        op.columns = {{ColumnId{1}, core::Value::blob(piece.content)},
                      {ColumnId{2}, core::Value::integer(piece.index)},
                      {ColumnId{3}, core::Value::blob(piece.bytes)}};
        log_.append(std::move(op));
        return log_.pending_bytes() < limits::kSegmentPlainBytes ? ok() : flush();
    }

    Status item_done() override {
        if (log_.pending_bytes() >= limits::kSegmentPlainBytes)
            if (auto flushed = flush(); !flushed) return flushed;
        return observer_ != nullptr || uncommitted_bytes_ < kCommitBytes ? ok() : make_durable();
    }

    Status make_durable() override {
        if (observer_ != nullptr) return Error{ErrorCode::interrupted, "a look ends here"};
        if (auto saved = save(); !saved) return saved;
        uncommitted_bytes_ = 0;
        return step_.commit_so_far();
    }

    [[nodiscard]] bool should_stop() const override { return should_stop_(); }

    [[nodiscard]] bool is_look() const override { return observer_ != nullptr; }

    [[nodiscard]] bool accepts_danger() const override { return slot_.accepts_sending_loss; }

  private:
    /// Rows whose key was given to another row: the application had deleted them, and the key was
    /// free when the other row was shown or made. Last, for a row that only moved was reported by
    /// now.
    Status remove_orphans() {
        store::Rows rows(step_.transaction.database());
        for (const sources::CollectionInfo& info : slot_.source->collections()) {
            const store::Collection* collection = step_.ledger.find(info.id);
            if (collection == nullptr) continue;
            SATCHEL_TRY(orphans, rows.orphaned(collection->ord));
            for (const Sid& sid : orphans) {
                sources::LocalRow gone;
                gone.collection = info.id;
                gone.sid = sid;
                gone.edited_ms = step_.clock.now_ms();
                if (auto taken = row(std::move(gone)); !taken) return taken;
            }
        }
        return ok();
    }

    /// The row that held the same part of a file under the name that the file had.
    Result<std::optional<Sid>> find_copied_from(const sources::CollectionInfo& info,
                                                const sources::LocalRow& local) {
        if (!info.has_parts || !local.is_present || !local.old_key) return std::optional<Sid>{};
        SATCHEL_TRY(known, memory_.find(local.collection, *local.old_key));
        return known ? std::optional(known->sid) : std::optional<Sid>{};
    }

    /// Makes the op ours: in the row, in the history of what it replaced, and in the log.
    Status take_op(RowEdit& edit, core::Op op, const core::LocalState& state, const Holds& holds) {
        op.collection = edit.collection();
        op.sid = edit.stored.sid;
        std::vector<core::Sibling> replaced;
        const bool was_held = edit.stored.held_hash != 0;
        const core::OpContext context = log_.next_context();
        // Of what a program deleted here no bytes are left, and a hash helps nobody.
        const bool keeps = state.is_present && keeps_history(slot_);
        core::apply_own_op(edit.stored.row, op, context, state, holds, keeps ? &replaced : nullptr);
        note_displaced(step_, edit, std::move(replaced), op, context.dot);
        if (auto looked = look_for_return(edit, op, was_held); !looked) return looked;
        std::size_t left_out = 0;
        if (copied_from_ && state.is_present) {
            SATCHEL_TRY(bytes, leave_out_copy(step_, slot_, *copied_from_, context.dot, op));
            left_out = bytes;
        }
        log_.append(std::move(op), left_out);
        ++report_.changed;
        if (!state.is_present) ++report_.removed;
        return ok();
    }

    /// The item is not recorded: whatever it replaced stays as it was, here and elsewhere.
    Status stay_here(const sources::LocalRow& local, const std::string& why) {
        looked_at_.insert({local.collection, local.key});
        if (observer_ != nullptr) observer_->stays(local, why);
        SATCHEL_TRY(is_news, leave_out(step_, slot_, local, why));
        if (is_news) ++report_.left_out;
        return ok();
    }

    /// Nobody reports that an item we never recorded is gone or smaller: a few are looked up.
    Status look_at_left_out() {
        constexpr std::size_t kLookups = 8;
        std::vector<std::pair<CollectionId, Bytes>> places;
        for (const auto& [place, why] : slot_.left_out)
            if (places.size() < kLookups && !looked_at_.contains(place)) places.push_back(place);
        for (const auto& [collection, key] : places) {
            auto local = slot_.source->read(collection, key, memory_);
            if (!local) continue;  // known later
            local->key = key;
            if (local->is_present) {
                if (auto taken = row(std::move(*local)); !taken) return taken;
            } else if (auto taken = take_in(step_, slot_, collection, key); !taken) {
                return taken;
            }
        }
        return ok();
    }

    /// The application deleted the row `holder`, a projection gave its key to another row, and a
    /// crash kept both from being recorded: the row that stands there is that other one.
    Result<std::optional<Sid>> find_successor(const sources::LocalRow& local, const Sid& holder) {
        if (slot_.is_looked_at || !local.is_present || local.old_key) return std::optional<Sid>{};
        SATCHEL_TRY(known, memory_.find(local.collection, local.key));
        if (!known || known->sid != holder || known->held_hash == 0) return std::optional<Sid>{};
        if (known->held_hash == core::shadow_hash(to_shadow(local))) return std::optional<Sid>{};
        SATCHEL_TRY(successor, unrecorded_.take(local.collection, to_shadow(local)));
        if (!successor) return std::optional<Sid>{};
        sources::LocalRow gone;
        gone.collection = local.collection;
        gone.key = local.key;
        gone.sid = holder;
        gone.edited_ms = local.edited_ms;
        if (auto taken = row(std::move(gone)); !taken) return std::move(taken).error();
        return successor;
    }

    /// The row the source speaks of; nothing when it says that an item is gone that we never had.
    Result<std::optional<RowEdit>> open(const sources::LocalRow& local) {
        std::optional<Sid> sid = local.sid;
        for (const std::optional<Bytes>& key : {local.old_key, std::optional(local.key)}) {
            if (sid || !key) continue;
            SATCHEL_TRY(known, memory_.find(local.collection, *key));
            if (known) sid = known->sid;
        }
        if (!sid && !local.is_present) return std::optional<RowEdit>{};
        if (sid) {
            SATCHEL_TRY(other, find_successor(local, *sid));
            if (other) sid = other;
        }
        if (!sid) {
            SATCHEL_TRY(unrecorded, unrecorded_.take(local.collection, to_shadow(local)));
            sid = unrecorded;
        }
        if (!sid) {
            SATCHEL_TRY(drawn, memory_.ensure_sid(local.collection, local.key, std::nullopt));
            sid = drawn;
        }
        SATCHEL_TRY(edit, RowEdit::open(step_, local.collection, *sid));
        return std::optional<RowEdit>(std::move(edit));
    }

    /// True when we took the row out of the source and could not note it any more.
    Result<bool> is_being_hidden(const RowEdit& edit) {
        const store::Collection* collection = step_.ledger.find(edit.collection());
        SATCHEL_ASSERT(collection != nullptr);
        SATCHEL_TRY(
            parked,
            store::find_parked(step_.transaction.database(), collection->ord, edit.stored.sid));
        return parked && parked->is_being_hidden;
    }

    /// Counts rows that hold again what they held before, where the place may be an older copy.
    Status look_for_return(const RowEdit& edit, const core::Op& op, bool was_held) {
        if (!may_be_older_ || op.kind != core::OpKind::set) return ok();
        SATCHEL_TRY(is_earlier, holds_earlier_values(step_, edit, op));
        const bool is_return = was_held && is_earlier;
        if (is_return)
            ++returned_;
        else
            may_be_older_ = false;  // there is something new
        return ok();
    }

    Status flush() {
        uncommitted_bytes_ += log_.pending_bytes();
        return log_.flush();
    }

    /// Seals what is left and writes the ledger; refuses when too much disappeared.
    Status save() {
        if (auto flushed = flush(); !flushed) return flushed;
        if (auto allowed = check_loss(); !allowed) return allowed;
        return step_.ledger.save(step_.transaction);
    }

    void note_loss(const sources::LocalRow& local, bool was_held) {
        const auto loss = losses_.find(local.collection);
        if (loss == losses_.end() || was_held == local.is_present) return;
        if (was_held)
            ++loss->second.lost;
        else if (loss->second.is_by_content)
            ++loss->second.gained;
    }

    /// New items make up for nothing: a table that was replaced lost all it had. But where an
    /// edited row is another one, only what got fewer is lost.
    [[nodiscard]] Status check_loss() const {
        if (slot_.accepts_sending_loss) return ok();
        const bool has_gone_back = may_be_older_ && returned_ >= kManyReturned;
        slot_.is_older_copy = (is_older_ || has_gone_back) && report_.changed > 0;
        if (slot_.is_older_copy) return older_copy(slot_, report_.changed, report_.removed);
        for (const auto& [id, loss] : losses_) {
            const std::uint64_t lost = loss.lost - std::min(loss.lost, loss.gained);
            if (!is_mass_loss(loss.held, loss.held - std::min(loss.held, lost))) continue;
            return lost_much(slot_, lost, loss.held);
        }
        return ok();
    }

    Step& step_;
    SourceSlot& slot_;
    const std::function<bool()>& should_stop_;
    CaptureObserver* observer_;
    StoreMemory memory_;
    LogWriter log_;
    std::map<CollectionId, Loss> losses_;
    bool is_older_ = false;
    bool may_be_older_ = false;
    std::uint64_t returned_ = 0;
    std::size_t uncommitted_bytes_ = 0;
    Unrecorded unrecorded_;
    std::set<std::pair<CollectionId, Bytes>> looked_at_;  // left out, and found so in this capture
    std::optional<Sid> copied_from_;                      // of the row at hand
    CaptureReport report_;
};

}  // namespace

Result<CaptureReport> capture_source(Step& step,
                                     SourceSlot& slot,
                                     const std::function<bool()>& should_stop,
                                     CaptureObserver* observer) {
    return Capture(step, slot, should_stop, observer).run();
}

bool is_mass_loss(std::uint64_t before, std::uint64_t after) {
    constexpr std::uint64_t kFewItems = 20;
    return after < before && before - after > std::max(kFewItems, before / 5);
}

}  // namespace satchel::engine
