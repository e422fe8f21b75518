#include "daemon/engine/refill.h"

#include "daemon/core/batch.h"
#include "daemon/crypto/seal.h"
#include "daemon/engine/project.h"
#include "daemon/store/segments.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::engine {

namespace {

/// So many ops are looked for at a time; the rest the next time.
constexpr std::size_t kLackedMax = 50'000;
constexpr std::size_t kSegmentsAtOnce = 8;

Result<std::uint64_t> refill_row(
    Step& step, CollectionId collection, const Sid& sid, const core::Dot& dot, const core::Op& op) {
    SATCHEL_TRY(edit, RowEdit::open(step, collection, sid));
    std::uint64_t filled = 0;
    for (core::Sibling& sibling : edit.stored.row.siblings) {
        if (sibling.value || sibling.dot != dot) continue;
        const auto cell = std::ranges::find(op.columns, sibling.column, &core::ColumnValue::column);
        if (cell == op.columns.end() || cell->value.hash() != sibling.value_hash) continue;
        sibling.value = cell->value;
        ++filled;
    }
    if (filled > 0)
        if (auto closed = edit.close(step); !closed) return std::move(closed).error();
    return filled;
}

}  // namespace

bool Lacked::wants(const DeviceId& device, std::uint64_t from, std::uint64_t to) const {
    const auto next = rows.lower_bound(core::Dot{device, from});
    return next != rows.end() && next->first.device == device && next->first.seq <= to;
}

Result<Lacked> find_lacked(Step& step, const SourceSlot& slot) {
    Lacked lacked;
    store::Rows rows(step.transaction.database());
    for (const sources::CollectionInfo& info : slot.source->collections()) {
        const store::Collection* collection = step.ledger.find(info.id);
        if (collection == nullptr) continue;
        std::int64_t after = 0;
        while (lacked.rows.size() < kLackedMax) {
            SATCHEL_TRY(page, rows.pending(collection->ord, after, limits::kApplyRowsMax));
            if (page.empty()) break;
            after = page.back().number;
            for (const store::StoredRow& row : page) {
                for (const core::Dot& dot : lost_values(info, row.row)) {
                    lacked.rows[dot].emplace_back(info.id, row.sid);
                    LackedRange& range = lacked.ranges[dot.device];
                    range.first = range.first == 0 ? dot.seq : std::min(range.first, dot.seq);
                    range.last = std::max(range.last, dot.seq);
                }
            }
        }
    }
    return lacked;
}

Result<std::uint64_t> refill_from(Step& step,
                                  const Lacked& lacked,
                                  const DeviceId& author,
                                  ByteView plain) {
    std::uint64_t filled = 0;
    core::BatchReader reader(plain);
    while (!reader.at_end()) {
        SATCHEL_TRY(batch, reader.next());
        for (std::size_t i = 0; i < batch.ops.size(); ++i) {
            const core::Op& op = batch.ops[i];
            const core::Dot dot{author, batch.first_seq + i};
            const auto waiting = lacked.rows.find(dot);
            if (waiting == lacked.rows.end() || op.kind != core::OpKind::set) continue;
            for (const auto& [collection, sid] : waiting->second) {
                if (op.collection != collection || op.sid != sid) continue;
                SATCHEL_TRY(count, refill_row(step, collection, sid, dot, op));
                filled += count;
            }
        }
    }
    return filled;
}

Result<std::uint64_t> refill_from_own_log(Step& step, const SourceSlot& slot) {
    std::uint64_t filled = 0;
    SATCHEL_TRY(lacked, find_lacked(step, slot));
    const DeviceId& self = step.identity.device;
    const auto range = lacked.ranges.find(self);
    if (range == lacked.ranges.end()) return filled;
    std::uint64_t next = range->second.first;
    while (next <= range->second.last) {
        SATCHEL_TRY(segments,
                    store::load_own(
                        step.transaction.database(), slot.declaration.lane, next, kSegmentsAtOnce));
        if (segments.empty()) break;
        for (const store::OwnSegment& segment : segments) {
            next = segment.seq_to + 1;
            if (!lacked.wants(self, segment.seq_from, segment.seq_to)) continue;
            // One that cannot be opened any more holds nothing for us.
            const auto opened =
                crypto::open_segment(step.identity.keyring, step.identity.members, segment.body);
            if (!opened) continue;
            SATCHEL_TRY(count, refill_from(step, lacked, self, opened->plain));
            filled += count;
        }
    }
    return filled;
}

}  // namespace satchel::engine
