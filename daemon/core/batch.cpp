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

}  // namespace

std::size_t encoded_bytes_max(const Op& op) {
    // Fixed fields and three counts; varints are given all the bytes they may take.
    std::size_t bytes = 1 + 8 + sizeof(Sid::bytes) + 4 * 10;
    for (const ColumnValue& cell : op.columns) bytes += 4 + 10 + cell.value.encoded().size();
    bytes += op.unseen.size() * (sizeof(DeviceId::bytes) + 10);
    for (const std::string& name : op.names) bytes += 10 + name.size();
    return bytes;
}

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

void BatchReader::decode_columns(Op& op) {
    const std::uint64_t count = in_.varint();
    // Every column takes at least six bytes, so a lying count cannot make us allocate.
    if (count > in_.remaining() / 6 + 1) in_.fail();
    for (std::uint64_t i = 0; i < count && !in_.failed(); ++i) {
        const ColumnId column{in_.u32()};
        const ByteView encoded = in_.sized();
        if (encoded.size() > limits::kValueBytesMax + 1) {
            oversized_bytes_ = encoded.size();
            in_.fail();
            return;
        }
        auto value = Value::decode(encoded);
        const bool is_ordered = op.columns.empty() || op.columns.back().column < column;
        if (!value || !is_ordered) in_.fail();
        if (!in_.failed()) op.columns.push_back({column, std::move(*value)});
    }
}

Op BatchReader::decode_op(Stamp base) {
    Op op;
    const std::uint8_t kind = in_.u8();
    if (in_.failed()) return op;
    if (kind < 1 || kind > 4) {
        unknown_kind_ = kind;
        in_.fail();
        return op;
    }
    op.kind = static_cast<OpKind>(kind);
    op.collection = CollectionId{in_.u64()};
    in_.fill(op.sid.bytes);
    op.stamp.packed = base.packed + static_cast<std::uint64_t>(in_.zigzag());
    decode_columns(op);
    decode_unseen(in_, op);
    if (op.kind == OpKind::schema) decode_names(in_, op);
    return op;
}

Result<Batch> BatchReader::next() {
    const std::uint8_t format = in_.u8();
    if (!in_.failed() && format == 0)
        return Error{ErrorCode::corrupt, "decode batch: format 0 was never made"};
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
    for (std::uint64_t i = 0; i < count && !in_.failed(); ++i) batch.ops.push_back(decode_op(base));
    if (unknown_kind_ != 0)
        return Error{
            ErrorCode::version_mismatch,
            "decode batch: this program knows no op of kind " + std::to_string(unknown_kind_),
            "update Satchel on this device"};
    if (oversized_bytes_ != 0)
        return Error{ErrorCode::too_large,
                     "decode batch: a value of " + std::to_string(oversized_bytes_) +
                         " bytes is larger than any device may send",
                     "update Satchel on the device that sent it"};
    if (in_.failed() || batch.first_seq == 0)
        return Error{ErrorCode::corrupt, "decode batch: malformed bytes"};
    return batch;
}

}  // namespace satchel::core
