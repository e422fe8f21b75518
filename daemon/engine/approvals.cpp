#include "daemon/engine/approvals.h"

#include "daemon/core/conflict.h"
#include "daemon/crypto/hash.h"
#include "daemon/engine/explain.h"
#include "daemon/engine/project.h"
#include "daemon/engine/replica.h"
#include "daemon/engine/store_memory.h"
#include "daemon/store/approvals.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::string_view kReason = "it can run code; it waits for: satchelctl approve";
constexpr std::string_view kUnknown = "waiting for what it belongs to";

/// The values that showing the row would write, in column order.
std::vector<const core::Sibling*> news_of(const core::Row& row) {
    const core::Shadow held = core::held_shadow(row);
    std::vector<const core::Sibling*> news;
    for (const core::Sibling* shown : core::shown_siblings(row)) {
        const std::pair<ColumnId, std::uint64_t> cell{shown->column, shown->value_hash};
        const bool is_held =
            held.is_present && std::ranges::find(held.hashes, cell) != held.hashes.end();
        if (shown->column >= core::kFirstColumn && !is_held) news.push_back(shown);
    }
    return news;
}

bool is_of_others(const Step& step, const core::Row& row) {
    if (!row.exists()) return true;
    return std::ranges::any_of(news_of(row), [&](const core::Sibling* sibling) {
        return sibling->dot.device != step.identity.device || sibling->is_decision;
    });
}

Status park_for(Step& step, const RowEdit& edit, std::string_view reason, std::string id) {
    const store::Collection* collection = step.ledger.find(edit.collection());
    store::Parked parked;
    parked.collection = collection == nullptr ? 0 : collection->ord;
    parked.sid = edit.stored.sid;
    parked.outcome = static_cast<int>(sources::Outcome::parked);
    parked.reason = reason;
    parked.since_ms = step.clock.now_ms();
    if (!id.empty()) parked.kind = store::kApprovalKind;
    parked.detail = std::move(id);
    return store::park(step.transaction, parked);
}

/// Runs `work` with the row of the change, opened.
Status with_row(Replica& replica,
                const WaitingChange& change,
                const std::function<Status(Step&, SourceSlot&, RowEdit&)>& work) {
    SourceSlot* slot = replica.slot_of(change.collection);
    if (slot == nullptr) return Error{ErrorCode::not_found, "the source of this change is gone"};
    return replica.in_step([&](Step& step) -> Status {
        SATCHEL_TRY(edit, RowEdit::open(step, change.collection, change.sid));
        Status done = work(step, *slot, edit);
        if (Status closed = edit.close(step); !closed) return closed;
        return done;
    });
}

/// A row that was never here has no key yet; its columns say what it is.
void name_new_row(Replica& replica, WaitingChange& change) {
    const Status named =
        with_row(replica, change, [&](Step& step, SourceSlot& slot, RowEdit& edit) -> Status {
            StoreMemory memory(step, slot.declaration.id);
            SATCHEL_TRY(name, slot.source->describe_wanted(to_wanted(edit), memory));
            if (!name.empty()) change.item = std::move(name);
            return ok();
        });
    (void)named;  // the id has to do
}

Result<WaitingChange> to_change(Replica& replica, const store::WaitingApproval& waiting) {
    WaitingChange change;
    change.id = waiting.id;
    change.sid = waiting.sid;
    change.time_ms = waiting.since_ms;
    bool is_new = false;
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (collection.ord != waiting.collection) continue;
        change.collection = id;
        change.source = collection.source;
        store::Rows rows(replica.database());
        SATCHEL_TRY(stored, rows.find(collection.ord, waiting.sid));
        if (!stored) break;
        change.item = item_name(replica, collection, *stored);
        is_new = !stored->key;
        change.is_removal = !stored->row.exists();
        const auto news = news_of(stored->row);
        if (!news.empty()) {
            const auto newest = std::ranges::max_element(
                news, {}, [](const core::Sibling* one) { return one->stamp; });
            change.device = device_name(replica, (*newest)->dot.device);
            change.time_ms = (*newest)->stamp.time_ms();
        }
    }
    if (is_new) name_new_row(replica, change);
    return change;
}

}  // namespace

std::string approval_id(const SourceSlot& slot, const RowEdit& edit) {
    const core::Row& row = edit.stored.row;
    Bytes what;
    ByteWriter writer(what);
    writer.sized(std::string_view("satchel approval 1"));
    writer.sized(slot.declaration.name);
    writer.u64(static_cast<std::uint64_t>(edit.collection()));
    writer.raw(edit.stored.sid.view());
    writer.u8(row.exists() ? 1 : 0);
    if (!row.exists()) writer.u64(core::shadow_hash(core::held_shadow(row)));
    for (const core::Sibling* sibling : news_of(row)) {
        writer.u32(static_cast<std::uint32_t>(sibling->column));
        writer.u64(sibling->value_hash);
        writer.sized(sibling->value ? sibling->value->encoded() : ByteView{});
        writer.raw(sibling->dot.device.view());
    }
    const Hash256 hash = crypto::sha256(what);
    return to_hex(ByteView(hash).first(kIdBytes));
}

Result<Hold> hold_for_approval(Step& step, SourceSlot& slot, const RowEdit& edit) {
    if (!is_of_others(step, edit.stored.row)) return Hold::none;
    StoreMemory memory(step, slot.declaration.id);
    auto verdict = slot.source->needs_approval(to_wanted(edit), memory);
    // What cannot be judged is not written.
    const auto need = verdict ? *verdict : sources::ApprovalNeed::unknown;
    if (need == sources::ApprovalNeed::no) return Hold::none;
    if (need == sources::ApprovalNeed::unknown) {
        if (Status parked = park_for(step, edit, kUnknown, ""); !parked) return parked.error();
        return Hold::unknown;
    }
    const std::string id = approval_id(slot, edit);
    SATCHEL_TRY(is_approved, store::is_approved(step.transaction.database(), id));
    if (is_approved) return Hold::none;
    if (Status parked = park_for(step, edit, kReason, id); !parked) return parked.error();
    return Hold::approval;
}

Status approve_rows(Step& step, const SourceSlot& slot, std::span<const RowEdit> edits) {
    if (!slot.source->has_approvals()) return ok();
    for (const RowEdit& edit : edits) {
        const std::string id = approval_id(slot, edit);
        if (Status done = store::add_approval(step.transaction, id, step.clock.now_ms()); !done)
            return done;
    }
    return ok();
}

Status spend_row_approval(Step& step, const SourceSlot& slot, std::string_view id) {
    if (!slot.source->has_approvals()) return ok();
    return store::spend_approval(step.transaction, id);
}

Result<std::vector<WaitingChange>> list_waiting_changes(Replica& replica, std::size_t limit) {
    SATCHEL_TRY(waiting, store::list_waiting_approvals(replica.database(), "", limit));
    std::vector<WaitingChange> changes;
    for (const store::WaitingApproval& one : waiting) {
        SATCHEL_TRY(change, to_change(replica, one));
        changes.push_back(std::move(change));
    }
    return changes;
}

Result<std::uint64_t> count_waiting_changes(Replica& replica) {
    return store::count_waiting_approvals(replica.database());
}

Result<WaitingChange> find_waiting_change(Replica& replica, std::string_view prefix) {
    SATCHEL_TRY(waiting, store::list_waiting_approvals(replica.database(), prefix, 2));
    if (waiting.empty() || prefix.empty())
        return Error{ErrorCode::not_found,
                     "no change that waits for approval has the id '" + std::string(prefix) + "'",
                     "satchelctl approve list shows them"};
    if (waiting.size() > 1)
        return Error{ErrorCode::invalid_argument,
                     "several changes have an id that begins with '" + std::string(prefix) + "'",
                     "give more of it"};
    SATCHEL_TRY(change, to_change(replica, waiting.front()));
    Status shown =
        with_row(replica, change, [&](Step& step, SourceSlot& slot, RowEdit& edit) -> Status {
            StoreMemory memory(step, slot.declaration.id);
            SATCHEL_TRY(texts, slot.source->show_change(to_wanted(edit), memory));
            change.before = std::move(texts.before);
            change.after = std::move(texts.after);
            return ok();
        });
    if (!shown) return std::move(shown).error();
    return change;
}

Status approve_change(Replica& replica, const WaitingChange& change) {
    const Status approved =
        with_row(replica, change, [&](Step& step, SourceSlot& slot, RowEdit& edit) -> Status {
            if (approval_id(slot, edit) != change.id)
                return Error{ErrorCode::busy,
                             "approve '" + change.item + "': it changed meanwhile",
                             "satchelctl approve list shows what waits now"};
            slot.wake();
            return store::add_approval(step.transaction, change.id, step.clock.now_ms());
        });
    if (!approved) return approved;
    auto shown = replica.show_waiting();
    return shown ? ok() : Status(std::move(shown).error());
}

}  // namespace satchel::engine
