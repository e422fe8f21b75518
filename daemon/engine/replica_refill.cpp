// Values that only a source had, asked for again; see refill.h. Our own log answers at once, the
// others' logs with a pull behind the place where the first of them stands.
#include "daemon/crypto/seal.h"
#include "daemon/engine/refill.h"
#include "daemon/engine/replica.h"

#include <algorithm>

namespace satchel::engine {

Result<std::vector<Missing>> Replica::lacked() {
    std::vector<Missing> lacked;
    if (refill_due_ > clock_.steady_ms()) return lacked;
    for (SourceSlot& slot : slots_) {
        if (!slot.has_lost_values || !slot.can_show()) continue;
        const Status looked = in_step([&](Step& step) -> Status {
            // A value that names a content comes first, then the pieces of that.
            for (int turn = 0; turn < 2; ++turn) {
                SATCHEL_TRY(filled, refill_from_own_log(step, slot));
                if (filled == 0) break;
            }
            SATCHEL_TRY(rest, find_lacked(step, slot));
            for (const auto& [device, range] : rest.ranges)
                if (device != identity_.device)
                    lacked.push_back({device, slot.declaration.lane, range.first - 1});
            slot.has_lost_values = !rest.is_empty();
            slot.wake();
            return ok();
        });
        if (!looked) return looked.error();
    }
    return lacked;
}

Status Replica::refill(std::span<const Bytes> segments) {
    return in_step([&](Step& step) -> Status {
        for (SourceSlot& slot : slots_) {
            if (!slot.has_lost_values || !slot.can_show()) continue;
            SATCHEL_TRY(lacked, find_lacked(step, slot));
            for (const Bytes& body : segments) {
                const auto opened =
                    crypto::open_segment(identity_.keyring, identity_.members, body);
                if (!opened || opened->header.lane != slot.declaration.lane) continue;
                const wire::SegmentHeader& header = opened->header;
                if (!lacked.wants(header.device, header.from, header.to)) continue;
                SATCHEL_TRY(filled, refill_from(step, lacked, header.device, opened->plain));
                (void)filled;
            }
        }
        return ok();
    });
}

void Replica::end_refill() {
    const bool is_all = std::ranges::none_of(slots_, &SourceSlot::has_lost_values);
    refill_failures_ = is_all ? 0 : refill_failures_ + 1;
    refill_due_ = is_all ? milliseconds{} : clock_.steady_ms() + retry_delay(refill_failures_ - 1);
}

}  // namespace satchel::engine
