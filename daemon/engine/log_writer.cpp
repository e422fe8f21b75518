#include "daemon/engine/log_writer.h"

#include "daemon/core/batch.h"
#include "daemon/crypto/seal.h"
#include "daemon/store/segments.h"

#include <algorithm>

namespace satchel::engine {

namespace {

std::size_t size_of(const core::Op& op) {
    std::size_t bytes = 40 + op.unseen.size() * 24;
    for (const core::ColumnValue& cell : op.columns) bytes += 6 + cell.value.encoded().size();
    return bytes;
}

}  // namespace

LogWriter::LogWriter(Step& step, LaneId lane) : step_(step), lane_(lane) {
    const store::Lane& state = step_.ledger.lane(lane);
    batch_.deps = state.vector();
    batch_.first_seq = state.end_of(step_.identity.device).seq + 1;
}

core::OpContext LogWriter::next_context() const {
    return {{step_.identity.device, batch_.first_seq + batch_.ops.size()}, batch_.deps};
}

void LogWriter::append(core::Op op) {
    pending_bytes_ += size_of(op);
    batch_.ops.push_back(std::move(op));
    ++ops_written_;
}

Status LogWriter::flush() {
    if (batch_.ops.empty()) return ok();
    Bytes plain;
    plain.reserve(pending_bytes_ + 256);
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
    step_.ledger.advance(lane_, identity.device, end);

    batch_.first_seq = end.seq + 1;
    batch_.deps = step_.ledger.lane(lane_).vector();
    batch_.ops.clear();
    pending_bytes_ = 0;
    return ok();
}

}  // namespace satchel::engine
