#include "daemon/core/batch.h"

#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::core {

namespace {

constexpr std::uint8_t kBatchFormat = 1;

void encode_op(const Op& op, Stamp base, ByteWriter& out) {
    out.u8(static_cast<std::uint8_t>(op.kind));
    out.u64(static_cast<std::uint64_t>(op.collection));
    out.raw(op.sid.view());
    out.zigzag(static_cast<std::int64_t>(op.stamp.packed - base.packed));
    out.varint(op.columns.size());
    for (const ColumnValue& cell : op.columns) {
        out.u32(static_cast<std::uint32_t>(cell.column));
        out.sized(cell.value.encoded());
    }
    out.varint(op.unseen.size());
    for (const Dot& dot : op.unseen) {
        out.raw(dot.device.view());
        out.varint(dot.seq);
    }
    if (op.kind != OpKind::schema) return;
    out.varint(op.names.size());
    for (const std::string& name : op.names) out.sized(name);
}

void decode_columns(ByteReader& in, Op& op) {
    const std::uint64_t count = in.varint();
    // Every column takes at least six bytes, so a lying count cannot make us allocate.
    if (count > in.remaining() / 6 + 1) in.fail();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        const ColumnId column{in.u32()};
        const ByteView encoded = in.sized();
        auto value = Value::decode(encoded);
        const bool is_ordered = op.columns.empty() || op.columns.back().column < column;
        if (!value || !is_ordered || encoded.size() > limits::kValueBytesMax + 1) in.fail();
        if (!in.failed()) op.columns.push_back({column, std::move(*value)});
    }
}

void decode_unseen(ByteReader& in, Op& op) {
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        Dot dot;
        in.fill(dot.device.bytes);
        dot.seq = in.varint();
        if (!in.failed()) op.unseen.push_back(dot);
    }
}

void decode_names(ByteReader& in, Op& op) {
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i)
        op.names.emplace_back(as_text(in.sized()));
}

Op decode_op(ByteReader& in, Stamp base) {
    Op op;
    const std::uint8_t kind = in.u8();
    if (kind < 1 || kind > 4) in.fail();
    op.kind = static_cast<OpKind>(kind);
    op.collection = CollectionId{in.u64()};
    in.fill(op.sid.bytes);
    op.stamp.packed = base.packed + static_cast<std::uint64_t>(in.zigzag());
    decode_columns(in, op);
    decode_unseen(in, op);
    if (op.kind == OpKind::schema) decode_names(in, op);
    return op;
}

}  // namespace

void encode_batch(const Batch& batch, Bytes& out) {
    ByteWriter writer(out);
    const Stamp base = batch.ops.empty() ? Stamp{} : batch.ops.front().stamp;
    writer.u8(kBatchFormat);
    writer.u64(batch.first_seq);
    batch.deps.encode(writer);
    writer.u64(base.packed);
    writer.varint(batch.ops.size());
    for (const Op& op : batch.ops) encode_op(op, base, writer);
}

Result<Batch> BatchReader::next() {
    const std::uint8_t format = in_.u8();
    if (!in_.failed() && format != kBatchFormat) {
        return Error{
            ErrorCode::version_mismatch,
            "decode batch: format " + std::to_string(format) + " is newer than this program",
            "update Satchel on this device"};
    }
    Batch batch;
    batch.first_seq = in_.u64();
    batch.deps = VersionVector::decode(in_);
    const Stamp base{in_.u64()};
    const std::uint64_t count = in_.varint();
    for (std::uint64_t i = 0; i < count && !in_.failed(); ++i)
        batch.ops.push_back(decode_op(in_, base));
    if (in_.failed() || batch.first_seq == 0)
        return Error{ErrorCode::corrupt, "decode batch: malformed bytes"};
    return batch;
}

}  // namespace satchel::core
