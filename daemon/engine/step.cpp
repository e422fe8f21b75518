#include "daemon/engine/step.h"

#include "shared/base/assert.h"

namespace satchel::engine {

Status Step::commit_so_far() {
    if (auto written = keys.write_reserved(transaction); !written) return written;
    if (auto saved = ledger.save(transaction); !saved) return saved;
    return transaction.commit_and_continue();
}

// Out of line: g++ 12 warns of members it believes unset when it inlines them.
RowEdit::RowEdit(RowEdit&& other) noexcept = default;
RowEdit& RowEdit::operator=(RowEdit&& other) noexcept = default;
RowEdit::~RowEdit() = default;

Result<RowEdit> RowEdit::open(Step& step, CollectionId collection, const Sid& sid) {
    const store::Collection* known = step.ledger.find(collection);
    SATCHEL_ASSERT(known != nullptr);
    store::Rows rows(step.transaction.database());
    SATCHEL_TRY(found, rows.find(known->ord, sid));
    if (found) return take(step, collection, std::move(*found));
    store::StoredRow empty;
    empty.sid = sid;
    return take(step, collection, std::move(empty));
}

RowEdit RowEdit::take(Step& step, CollectionId collection, store::StoredRow row) {
    const store::Collection* known = step.ledger.find(collection);
    SATCHEL_ASSERT(known != nullptr);
    RowEdit edit;
    edit.collection_ = collection;
    edit.ord_ = known->ord;
    edit.lane_ = known->lane;
    edit.stored = std::move(row);
    const Sid& sid = edit.stored.sid;
    if (edit.stored.number != 0) {
        edit.digest_before_ = core::row_digest(step.digest_hash, collection, sid, edit.stored.row);
        edit.was_held_ = edit.stored.held_hash != 0;
        edit.was_pending_ = edit.stored.row.is_pending();
    }
    if (const Bytes* reserved = step.keys.reserved_for(known->ord, sid))
        edit.stored.key = *reserved;
    return edit;
}

void RowEdit::set_held(const core::Shadow& held, const Holds& holds) {
    core::Shadow own;
    own.is_present = held.is_present;
    for (const auto& hash : held.hashes)
        if (hash.first != core::kRowMarker && holds(hash.first)) own.hashes.push_back(hash);
    stored.held_hash = core::shadow_hash(own);
}

Status RowEdit::close(Step& step) {
    for (store::Displaced& one : displaced) {
        one.collection = ord_;
        if (auto kept = step.history.write(step.transaction, std::move(one)); !kept) return kept;
    }
    displaced.clear();
    const core::Digest after =
        core::row_digest(step.digest_hash, collection_, stored.sid, stored.row);
    if (after != digest_before_) step.ledger.add_to_digest(lane_, after, digest_before_);
    digest_before_ = after;
    const bool is_held = stored.held_hash != 0;
    step.ledger.add_held(collection_, int{is_held} - int{was_held_});
    was_held_ = is_held;
    if (was_pending_ && !stored.row.is_pending()) {
        // However it came to be shown, it waits for nothing any more.
        auto cleared = store::unpark(step.transaction, ord_, stored.sid);
        if (!cleared) return cleared;
    }
    was_pending_ = stored.row.is_pending();
    if (auto settled = step.keys.settle(ord_, stored); !settled) return settled;
    store::Rows rows(step.transaction.database());
    if (!stored.row.exists() && !stored.row.is_pending() && !is_held)
        return rows.erase(step.transaction, ord_, stored.sid);
    return rows.save(step.transaction, ord_, stored);
}

}  // namespace satchel::engine
