#include "daemon/engine/history.h"

#include "daemon/engine/source_slot.h"
#include "daemon/engine/step.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr UnixMs kPruneEveryMs = UnixMs{24} * 60 * 60 * 1'000;
constexpr std::uint64_t kPruneEveryBytes = kHistoryBytesMax / 4;
constexpr std::uint64_t kEntryBytes = 200;

}  // namespace

Status History::write(store::Transaction& transaction, store::Displaced displaced) {
    if (cycle_ == 0) {
        SATCHEL_TRY(last, store::last_displacing_cycle(transaction.database()));
        cycle_ = last + 1;
    }
    displaced.cycle = cycle_;
    written_bytes_ += kEntryBytes + (displaced.value ? displaced.value->encoded().size() : 0);
    return store::add_displaced(transaction, displaced);
}

Status History::prune(store::Database& database, UnixMs now_ms) {
    const bool is_due = now_ms - pruned_ms_ >= kPruneEveryMs || written_bytes_ > kPruneEveryBytes;
    if (!is_due) return ok();
    SATCHEL_TRY(transaction, store::Transaction::begin(database));
    if (auto done = store::prune_displaced(transaction, now_ms - kHistoryMs, kHistoryBytesMax);
        !done)
        return done;
    pruned_ms_ = now_ms;
    written_bytes_ = 0;
    return transaction.commit();
}

void note_displaced(const Step& step,
                    RowEdit& edit,
                    std::vector<core::Sibling> replaced,
                    const core::Op& op,
                    const core::Dot& by) {
    const bool is_removal = op.kind == core::OpKind::remove;
    for (core::Sibling& sibling : replaced) {
        store::Displaced displaced;
        displaced.sid = edit.stored.sid;
        displaced.column = sibling.column;
        displaced.kind =
            is_removal ? store::DisplacedKind::removed : store::DisplacedKind::replaced;
        displaced.value = std::move(sibling.value);
        displaced.value_hash = sibling.value_hash;
        displaced.stamp = sibling.stamp;
        displaced.dot = sibling.dot;
        displaced.by = by;
        displaced.at_ms = step.clock.now_ms();
        if (is_removal) displaced.key = edit.stored.key;
        edit.displaced.push_back(std::move(displaced));
    }
}

Status fill_displaced(Step& step, RowEdit& edit, std::span<const core::ColumnValue> values) {
    const store::Collection* collection = step.ledger.find(edit.collection());
    for (const core::ColumnValue& cell : values) {
        const std::uint64_t hash = cell.value.hash();
        bool is_noted = false;
        for (store::Displaced& displaced : edit.displaced) {
            if (displaced.column != cell.column || displaced.value_hash != hash) continue;
            if (!displaced.value) displaced.value = cell.value;
            is_noted = true;
        }
        if (is_noted || collection == nullptr) continue;
        // Replaced in an earlier step, while the row waited to be shown.
        auto filled =
            store::fill_displaced(step.transaction, collection->ord, edit.stored.sid, cell);
        if (!filled) return filled;
    }
    return ok();
}

bool keeps_history(const SourceSlot& slot) {
    return slot.declaration.kind != "files";
}

}  // namespace satchel::engine
