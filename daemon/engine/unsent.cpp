// One fact per lane: segments by their first number, and what each holds.
#include "daemon/engine/unsent.h"

#include "daemon/store/meta.h"

namespace satchel::engine {

namespace {

using Counts = std::map<CollectionId, std::uint64_t>;
using Segments = std::map<std::uint64_t, Counts>;

std::string fact_name(LaneId lane) {
    return "unsent " + std::to_string(static_cast<std::uint64_t>(lane));
}

Bytes encode(const Segments& segments) {
    Bytes bytes;
    ByteWriter out(bytes);
    for (const auto& [seq_from, counts] : segments) {
        out.varint(seq_from);
        out.varint(counts.size());
        for (const auto& [collection, count] : counts) {
            out.u64(static_cast<std::uint64_t>(collection));
            out.varint(count);
        }
    }
    return bytes;
}

Result<Segments> load(store::Database& database, LaneId lane) {
    SATCHEL_TRY(fact, store::find_fact(database, fact_name(lane)));
    Segments segments;
    if (!fact) return segments;
    ByteReader in(*fact);
    while (in.remaining() > 0 && !in.failed()) {
        const std::uint64_t seq_from = in.varint();
        const std::uint64_t size = in.varint();
        for (std::uint64_t i = 0; i < size && !in.failed(); ++i) {
            const CollectionId collection{in.u64()};
            segments[seq_from][collection] = in.varint();
        }
    }
    // It only counts: one that cannot be read is begun anew.
    if (in.failed()) segments.clear();
    return segments;
}

}  // namespace

Status note_unsent(Step& step, LaneId lane, std::uint64_t seq_from, std::span<const core::Op> ops) {
    Counts counts;
    for (const core::Op& op : ops)
        if (op.kind == core::OpKind::set || op.kind == core::OpKind::remove)
            ++counts[op.collection];
    if (counts.empty()) return ok();
    SATCHEL_TRY(segments, load(step.transaction.database(), lane));
    segments[seq_from] = std::move(counts);
    return store::set_fact(step.transaction, fact_name(lane), encode(segments));
}

Status forget_unsent(Step& step, LaneId lane, std::uint64_t seq_from) {
    SATCHEL_TRY(segments, load(step.transaction.database(), lane));
    if (segments.erase(seq_from) == 0) return ok();
    return store::set_fact(step.transaction, fact_name(lane), encode(segments));
}

Result<std::map<CollectionId, std::uint64_t>> count_unsent(store::Database& database, LaneId lane) {
    SATCHEL_TRY(segments, load(database, lane));
    Counts total;
    for (const auto& [seq_from, counts] : segments)
        for (const auto& [collection, count] : counts) total[collection] += count;
    return total;
}

}  // namespace satchel::engine
