#include "daemon/engine/copied.h"

#include "daemon/engine/store_memory.h"
#include "daemon/store/notes.h"

#include <algorithm>

namespace satchel::engine {

namespace {

/// Naming where a smaller value is takes as long as the value.
constexpr std::size_t kSmallest = 256;

Bytes encode_dot(const core::Dot& dot) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.raw(dot.device.view());
    out.u64(dot.seq);
    return bytes;
}

core::Dot decode_dot(ByteReader& in) {
    core::Dot dot;
    in.fill(dot.device.bytes);
    dot.seq = in.u64();
    return dot;
}

Bytes note_name(const core::Dot& dot) {
    Bytes name = to_bytes(as_bytes(std::string_view("engine/copied/")));
    const Bytes bytes = encode_dot(dot);
    name.insert(name.end(), bytes.begin(), bytes.end());
    return name;
}

core::Value encode(const CopiedValue& copied) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u32(static_cast<std::uint32_t>(copied.column));
    out.u64(copied.value_hash);
    out.raw(copied.from.view());
    out.raw(encode_dot(copied.origin));
    return core::Value::blob(bytes);
}

}  // namespace

Result<std::optional<CopiedValue>> find_copied(const core::Op& op) {
    const auto cell = std::ranges::find(op.columns, kCopiedColumn, &core::ColumnValue::column);
    if (cell == op.columns.end()) return std::optional<CopiedValue>{};
    const Error malformed{ErrorCode::corrupt, "an op names a copied value in no known way"};
    if (cell->value.kind() != core::ValueKind::blob) return malformed;
    ByteReader in(as_bytes(cell->value.as_text()));
    CopiedValue copied;
    copied.column = ColumnId{in.u32()};
    copied.value_hash = in.u64();
    in.fill(copied.from.bytes);
    copied.origin = decode_dot(in);
    const bool has_both =
        std::ranges::find(op.columns, copied.column, &core::ColumnValue::column) !=
        op.columns.end();
    if (in.failed() || in.remaining() > 0 || has_both || op.kind != core::OpKind::set)
        return malformed;
    return std::optional(copied);
}

Result<std::size_t> leave_out_copy(
    Step& step, const SourceSlot& slot, const Sid& from, const core::Dot& dot, core::Op& op) {
    const auto large = std::ranges::find_if(op.columns, [](const core::ColumnValue& cell) {
        return cell.value.encoded().size() >= kSmallest;
    });
    if (large == op.columns.end()) return std::size_t{0};
    SATCHEL_TRY(edit, RowEdit::open(step, op.collection, from));
    const std::uint64_t hash = large->value.hash();
    const auto& siblings = edit.stored.row.siblings;
    const auto same = std::ranges::find_if(siblings, [&](const core::Sibling& sibling) {
        return sibling.column == large->column && sibling.value_hash == hash;
    });
    if (same == siblings.end()) return std::size_t{0};
    SATCHEL_TRY(origin, origin_of(step, slot, same->dot));
    if (auto noted = note_copied(step, slot, dot, origin); !noted) return noted.error();
    const std::size_t size = large->value.encoded().size();
    core::Value instead = encode({large->column, hash, from, origin});
    op.columns.erase(large);
    op.columns.push_back({kCopiedColumn, std::move(instead)});
    return size;
}

Result<std::optional<core::Value>> value_in(Step& step,
                                            SourceSlot* slot,
                                            const CopiedValue& copied,
                                            const store::StoredRow& row,
                                            CollectionId collection) {
    std::optional<core::Value> value;
    for (const core::Sibling& sibling : row.row.siblings)
        if (sibling.column == copied.column && sibling.value_hash == copied.value_hash &&
            sibling.value)
            value = sibling.value;
    if (value || slot == nullptr || !slot->can_show() || !row.key) return value;
    StoreMemory memory(step, slot->declaration.id);
    const auto local = slot->source->read(collection, *row.key, memory);
    if (!local) return value;  // not now; the log has it
    for (const core::ColumnValue& cell : local->columns)
        if (cell.column == copied.column && cell.value.hash() == copied.value_hash)
            value = cell.value;
    return value;
}

Status note_copied(Step& step,
                   const SourceSlot& slot,
                   const core::Dot& dot,
                   const core::Dot& origin) {
    return store::set_note(
        step.transaction, slot.declaration.id, note_name(dot), encode_dot(origin));
}

Result<core::Dot> origin_of(Step& step, const SourceSlot& slot, const core::Dot& dot) {
    SATCHEL_TRY(note,
                store::find_note(step.transaction.database(), slot.declaration.id, note_name(dot)));
    if (!note) return dot;
    ByteReader in(*note);
    const core::Dot origin = decode_dot(in);
    return in.failed() ? dot : origin;
}

}  // namespace satchel::engine
