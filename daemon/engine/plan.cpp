#include "daemon/engine/plan.h"

#include "daemon/core/conflict.h"
#include "daemon/engine/approvals.h"
#include "daemon/engine/store_memory.h"
#include "daemon/engine/unsent.h"
#include "daemon/store/segments.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <utility>

namespace satchel::engine {

namespace {

/// Ends a step that was only a look: in_step() rolls back what fails.
Error rolled_back() {
    return {ErrorCode::interrupted, "a look ends here"};
}

/// Runs `look` in a transaction that is rolled back whatever comes of it.
Status look_only(Replica& replica, const std::function<Status(Step&)>& look) {
    Status looked = ok();
    const Status undone = replica.in_step([&](Step& step) -> Status {
        looked = look(step);
        return rolled_back();
    });
    if (undone.error().is_own_store) return undone;
    return looked;
}

/// Notes each item once, parts of items with the item they belong to.
class Recorder final : public CaptureObserver {
  public:
    Recorder(const SourceSlot& slot, Plan& plan) : slot_(slot), plan_(plan) {}

    void changed(const sources::CollectionInfo& info,
                 const sources::LocalRow& row,
                 bool existed) override {
        // Lines come and go while the file stays; the file is told of.
        if (info.has_parts) return;
        const bool is_moved = row.old_key && *row.old_key != row.key;
        PlannedItem planned{
            true, slot_.declaration.name, "update", name(row.collection, row.key), {}};
        if (!row.is_present) {
            planned.action = "delete";
            planned.why = "it is gone here";
        } else if (is_moved) {
            planned.action = "rename";
            planned.why = "it was " + name(row.collection, *row.old_key);
        } else if (existed) {
            planned.why = "it changed here";
        } else {
            planned.action = "insert";
            planned.why = "it is new here";
        }
        plan_.add(std::move(planned));
    }

    void stays(const sources::LocalRow& row, const std::string& why) override {
        plan_.add({true, slot_.declaration.name, "stay", name(row.collection, row.key), why});
    }

  private:
    [[nodiscard]] std::string name(CollectionId collection, ByteView key) const {
        return slot_.source->describe(collection, key);
    }

    const SourceSlot& slot_;
    Plan& plan_;
};

/// What was captured by earlier cycles and not sent.
Status add_unsent(Replica& replica, const SourceSlot& slot, Plan& plan) {
    SATCHEL_TRY(unsent, count_unsent(replica.database(), slot.declaration.lane));
    for (const auto& [id, count] : unsent) {
        const auto known = replica.ledger().collections().find(id);
        if (count == 0 || known == replica.ledger().collections().end()) continue;
        plan.notes.push_back(slot.declaration.name + ": " + std::to_string(count) + " items of '" +
                             known->second.name + "' were captured before and are sent first");
    }
    return ok();
}

/// True when the source was looked at; its own troubles become notes.
Result<bool> look_at_source(Replica& replica,
                            SourceSlot& slot,
                            const std::function<bool()>& should_stop,
                            Plan& plan) {
    const std::string name = slot.declaration.name + ": ";
    if (slot.state == SourceState::halted) {
        plan.notes.push_back(name + "nothing is captured, it is halted: " + slot.trouble.message);
        return false;
    }
    // One that was captured before is opened as it was, and that is undone, too.
    if (!slot.is_open && !slot.is_joined) {
        plan.notes.push_back(name + "not open yet; the next cycle opens it and reads it whole");
        plan.is_complete = false;
        return false;
    }
    slot.source->look_again();
    if (slot.is_open && slot.is_joined) {
        const auto may_have_changed = slot.source->has_changes();
        if (may_have_changed && !*may_have_changed) return false;
    }
    const auto left_out = slot.left_out;
    const bool was_older_copy = slot.is_older_copy;
    Recorder recorder(slot, plan);
    const Status looked = look_only(replica, [&](Step& step) -> Status {
        if (!slot.is_open) {
            StoreMemory memory(step, slot.declaration.id);
            if (auto opened = slot.source->open(memory); !opened) return opened;
        }
        auto captured = capture_source(step, slot, should_stop, &recorder);
        return captured ? ok() : Status(std::move(captured).error());
    });
    slot.left_out = left_out;
    slot.is_older_copy = was_older_copy;
    if (!looked && looked.error().is_own_store) return looked.error();
    if (!looked && looked.error().code == ErrorCode::halted)
        plan.notes.push_back(name + "the next cycle stops here: " + looked.error().message);
    else if (!looked && looked.error().code != ErrorCode::interrupted)
        plan.notes.push_back(name + "cannot be read now: " + looked.error().message);
    plan.is_complete = plan.is_complete && (looked || looked.error().code == ErrorCode::halted);
    return true;
}

/// Applies segments as far as they follow from each other. True when all of them did.
Result<bool> apply_all(Step& step, Replica& replica, std::span<const Bytes> segments) {
    const FindSlot find_slot = [&](CollectionId id) { return replica.slot_of(id); };
    std::vector<bool> is_done(segments.size(), false);
    bool has_progress = true;
    while (has_progress) {
        has_progress = false;
        for (std::size_t i = 0; i < segments.size(); ++i) {
            if (is_done[i]) continue;
            auto applied = apply_segment(step, find_slot, segments[i]);
            if (!applied && applied.error().is_own_store) return std::move(applied).error();
            // A segment that does not hold, or cannot be read yet, is the cycle's to name.
            if (!applied) continue;
            is_done[i] = applied->is_complete;
            has_progress = has_progress || applied->ops > 0;
        }
    }
    return std::ranges::find(is_done, false) == is_done.end();
}

/// What would become of one row that waits to be shown.
Result<PlannedItem> judge(Step& step, SourceSlot& slot, const RowEdit& edit) {
    const store::StoredRow& stored = edit.stored;
    StoreMemory memory(step, slot.declaration.id);
    auto name = slot.source->describe_wanted(to_wanted(edit), memory);
    PlannedItem planned{false, slot.declaration.name, "update", name ? *name : std::string(), {}};
    const bool is_held = stored.held_hash != 0;
    if (!stored.row.exists()) planned.action = "delete";
    if (stored.row.exists() && !is_held) planned.action = "insert";
    const store::Collection* collection = step.ledger.find(edit.collection());
    SATCHEL_TRY(parked,
                store::find_parked(step.transaction.database(), collection->ord, stored.sid));
    if (core::has_conflict(stored.row)) {
        const sources::CollectionInfo* info = slot.find(edit.collection());
        const bool waits = info != nullptr && slot.policies.of(info->name) == Policy::manual_abort;
        planned.action = "conflict";
        planned.why = waits ? "changed by several devices; it waits for your decision"
                            : "changed by several devices; the newest is shown, all are kept";
        return planned;
    }
    if (slot.source->has_approvals()) {
        SATCHEL_TRY(hold, hold_for_approval(step, slot, edit));
        if (hold != Hold::none) {
            planned.action = "approve";
            planned.why = "it can run code and waits for: satchelctl approve";
            return planned;
        }
    }
    if (parked && parked->kind != "approval") {
        planned.action = "wait";
        planned.why = parked->reason;
        return planned;
    }
    planned.why = planned.action == "delete"   ? "another device deleted it"
                  : planned.action == "insert" ? "another device made it"
                                               : "another device changed it";
    return planned;
}

/// Every row of the source that is to be shown.
Status judge_slot(Step& step, SourceSlot& slot, Plan& plan) {
    store::Rows rows(step.transaction.database());
    const std::vector<sources::CollectionInfo> collections = slot.source->collections();
    for (const sources::CollectionInfo& info : collections) {
        const store::Collection* collection = step.ledger.find(info.id);
        if (collection == nullptr) continue;
        std::uint64_t lost = 0;
        std::int64_t after = 0;
        while (true) {
            SATCHEL_TRY(pending, rows.pending(collection->ord, after, limits::kApplyRowsMax));
            if (pending.empty()) break;
            after = pending.back().number;
            for (store::StoredRow& row : pending) {
                const RowEdit edit = RowEdit::take(step, info.id, std::move(row));
                SATCHEL_TRY(planned, judge(step, slot, edit));
                // Of parts only what a person has to look at; else the file is told of.
                const bool is_asked = planned.action == "approve" || planned.action == "conflict";
                if (info.has_parts && !is_asked) continue;
                lost += planned.action == "delete" && edit.stored.held_hash != 0 ? 1 : 0;
                plan.add(std::move(planned));
            }
        }
        const std::uint64_t held = collection->held;
        const bool is_item = !info.has_parts && !info.is_by_content;
        if (!is_item || !is_mass_loss(held, held - std::min(held, lost))) continue;
        plan.notes.push_back(
            slot.declaration.name + ": the next cycle stops here: others deleted " +
            std::to_string(lost) + " of " + std::to_string(held) +
            " items; that takes: satchelctl source resume " + slot.declaration.name);
    }
    return ok();
}

}  // namespace

void Plan::add(PlannedItem item) {
    ++totals[{item.is_out, item.source, item.action}];
    if (items.size() < items_max) items.push_back(std::move(item));
}

Status plan_outgoing(Replica& replica, const std::function<bool()>& should_stop, Plan& plan) {
    for (SourceSlot& slot : replica.slots()) {
        if (auto added = add_unsent(replica, slot, plan); !added) return added;
        SATCHEL_TRY(is_looked_at, look_at_source(replica, slot, should_stop, plan));
        if (!is_looked_at) continue;
        // It believes that it reported what was rolled back.
        slot.is_open = false;
        slot.wake();
        slot.source->hint(std::nullopt);
    }
    return ok();
}

std::vector<Missing> announced_by(Replica& replica, std::span<const Bytes> heads) {
    std::vector<Missing> missing;
    for (const Bytes& head : heads) {
        const auto opened = open_peer_head(replica.identity(), head);
        if (!opened || opened->first == replica.identity().device) continue;
        for (const auto& [lane, end] : opened->second.log_ends) {
            const bool is_wanted = std::ranges::any_of(
                replica.slots(),
                [&](const SourceSlot& slot) { return slot.declaration.lane == lane; });
            const auto known = replica.ledger().lanes().find(lane);
            const std::uint64_t applied = known == replica.ledger().lanes().end()
                                              ? 0
                                              : known->second.end_of(opened->first).seq;
            if (is_wanted && end > applied) missing.push_back({opened->first, lane, applied});
        }
    }
    return missing;
}

Status plan_incoming(Replica& replica, std::span<const Bytes> segments, Plan& plan) {
    return look_only(replica, [&](Step& step) -> Status {
        SATCHEL_TRY(is_whole, apply_all(step, replica, segments));
        if (!is_whole) {
            plan.is_complete = false;
            plan.notes.emplace_back("some of what others sent builds on what is not here yet");
        }
        for (SourceSlot& slot : replica.slots()) {
            if (slot.state == SourceState::halted)
                plan.notes.push_back(slot.declaration.name + ": nothing is written, it is halted");
            if (auto judged = judge_slot(step, slot, plan); !judged) return judged;
        }
        return ok();
    });
}

}  // namespace satchel::engine
