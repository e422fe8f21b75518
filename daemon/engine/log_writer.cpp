#include "daemon/engine/log_writer.h"

#include "daemon/core/batch.h"
#include "daemon/crypto/seal.h"
#include "daemon/engine/unsent.h"
#include "daemon/store/segments.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <utility>

namespace satchel::engine {

LogWriter::LogWriter(Step& step, LaneId lane) : step_(step), lane_(lane) {
    const store::Lane& state = step_.ledger.lane(lane);
    batch_.deps = state.vector();
    batch_.first_seq = state.end_of(step_.identity.device).seq + 1;
}

core::OpContext LogWriter::next_context() const {
    return {{step_.identity.device, batch_.first_seq + batch_.ops.size()}, batch_.deps};
}

void LogWriter::append(core::Op op, std::size_t left_out) {
    pending_bytes_ += core::encoded_bytes_max(op) + left_out;
    batch_.ops.push_back(std::move(op));
}

Status LogWriter::flush() {
    // However much was gathered, no batch grows beyond what one object holds.
    std::vector<core::Op> ops = std::exchange(batch_.ops, {});
    std::size_t bytes = 0;
    for (core::Op& op : ops) {
        const std::size_t size = core::encoded_bytes_max(op);
        if (!batch_.ops.empty() && bytes + size > limits::kSegmentPlainBytes) {
            if (auto sealed = seal(); !sealed) return sealed;
            bytes = 0;
        }
        bytes += size;
        batch_.ops.push_back(std::move(op));
    }
    pending_bytes_ = 0;
    return batch_.ops.empty() ? ok() : seal();
}

Status LogWriter::seal() {
    Bytes plain;
    std::size_t size = 64;
    for (const core::Op& op : batch_.ops) size += core::encoded_bytes_max(op);
    plain.reserve(size);
    core::encode_batch(batch_, plain);

    const Identity& identity = step_.identity;
    store::LogEnd end = step_.ledger.lane(lane_).end_of(identity.device);
    end.link = crypto::link_next(step_.link_prf, end.link, plain);
    end.seq = batch_.first_seq + batch_.ops.size() - 1;
    const crypto::SegmentPosition position{lane_, batch_.first_seq, end.seq, end.link};
    SATCHEL_TRY(
        sealed,
        crypto::seal_segment(identity.keyring, identity.keys, position, plain, step_.random));

    const auto items =
        static_cast<std::uint64_t>(std::ranges::count_if(batch_.ops, [](const core::Op& op) {
            return op.kind == core::OpKind::set || op.kind == core::OpKind::remove;
        }));
    const store::OwnSegment segment{lane_, batch_.first_seq, end.seq, items, std::move(sealed)};
    auto appended = store::append_segment(step_.transaction, segment, step_.clock.now_ms());
    if (!appended) return appended;
    auto noted = note_unsent(step_, lane_, batch_.first_seq, batch_.ops);
    if (!noted) return noted;
    step_.ledger.advance(lane_, identity.device, end);

    batch_.first_seq = end.seq + 1;
    batch_.deps = step_.ledger.lane(lane_).vector();
    batch_.ops.clear();
    return ok();
}

}  // namespace satchel::engine
