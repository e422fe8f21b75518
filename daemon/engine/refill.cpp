#include "daemon/engine/refill.h"

#include "daemon/core/batch.h"
#include "daemon/crypto/seal.h"
#include "daemon/engine/copied.h"
#include "daemon/engine/history.h"
#include "daemon/engine/named_content.h"
#include "daemon/engine/project.h"
#include "daemon/store/pieces.h"
#include "daemon/store/segments.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::engine {

namespace {

/// So many ops are looked for at a time; the rest the next time.
constexpr std::size_t kLackedMax = 50'000;
constexpr std::size_t kContentsMax = 1'000;
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

void widen(LackedRange& range, std::uint64_t first, std::uint64_t last) {
    range.first = range.first == 0 ? first : std::min(range.first, first);
    range.last = std::max(range.last, last);
}

/// Notes contents that the row shall show and of which pieces are not here.
Status find_lacked_contents(Step& step, const store::StoredRow& row, Lacked& lacked) {
    if (row.held_hash != 0 || !row.row.exists() || !row.row.is_whole()) return ok();
    for (const core::Sibling* shown : core::shown_siblings(row.row)) {
        const auto named = named_content(*shown);
        if (!named || named->pieces == 0 || named->pieces >= shown->dot.seq) continue;
        for (std::uint64_t i = 0; i < named->pieces; ++i) {
            SATCHEL_TRY(piece,
                        store::find_piece(step.transaction.database(),
                                          row.sid,
                                          named->content,
                                          static_cast<std::uint32_t>(i)));
            if (piece) continue;
            const std::uint64_t first = shown->dot.seq - named->pieces + i;
            lacked.contents[shown->dot] = {row.sid, named->content, first};
            widen(lacked.ranges[shown->dot.device], first, shown->dot.seq);
            break;
        }
    }
    return ok();
}

/// True for a piece that a row waits for, which is kept then.
Result<bool> take_piece(Step& step, const Lacked& lacked, const core::Op& op) {
    const bool is_good = op.columns.size() == 3 &&
                         op.columns[0].value.kind() == core::ValueKind::blob &&
                         op.columns[1].value.kind() == core::ValueKind::integer &&
                         op.columns[2].value.kind() == core::ValueKind::blob;
    Hash256 content{};
    if (!is_good || op.columns[0].value.as_text().size() != content.size()) return false;
    std::ranges::copy(as_bytes(op.columns[0].value.as_text()), content.begin());
    const bool is_wanted = std::ranges::any_of(lacked.contents, [&](const auto& one) {
        return one.second.sid == op.sid && one.second.content == content;
    });
    if (!is_wanted) return false;
    const Status kept =
        store::put_piece(step.transaction,
                         op.sid,
                         content,
                         static_cast<std::uint32_t>(op.columns[1].value.as_integer()),
                         as_bytes(op.columns[2].value.as_text()));
    if (!kept) return kept.error();
    return true;
}

}  // namespace

bool Lacked::wants(const DeviceId& device, std::uint64_t from, std::uint64_t to) const {
    const auto next = rows.lower_bound(core::Dot{device, from});
    if (next != rows.end() && next->first.device == device && next->first.seq <= to) return true;
    for (auto one = contents.lower_bound(core::Dot{device, from});
         one != contents.end() && one->first.device == device;
         ++one)
        if (one->second.first <= to) return true;
    return false;
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
                    SATCHEL_TRY(origin, origin_of(step, slot, dot));
                    lacked.rows[origin].push_back({info.id, row.sid, dot});
                    widen(lacked.ranges[origin.device], origin.seq, origin.seq);
                }
                // Tables have no pieces, though a value of theirs may look as if it named some.
                if (keeps_history(slot) || lacked.contents.size() >= kContentsMax) continue;
                if (auto looked = find_lacked_contents(step, row, lacked); !looked)
                    return std::move(looked).error();
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
            if (op.kind == core::OpKind::piece) {
                SATCHEL_TRY(is_taken, take_piece(step, lacked, op));
                filled += is_taken ? 1 : 0;
                continue;
            }
            const auto waiting = lacked.rows.find(dot);
            if (waiting == lacked.rows.end() || op.kind != core::OpKind::set) continue;
            for (const LackingRow& row : waiting->second) {
                if (op.collection != row.collection || (dot == row.dot && op.sid != row.sid))
                    continue;
                SATCHEL_TRY(count, refill_row(step, row.collection, row.sid, row.dot, op));
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
