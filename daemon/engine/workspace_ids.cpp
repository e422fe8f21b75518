#include "daemon/engine/workspace_ids.h"

#include "daemon/core/conflict.h"

namespace satchel::engine {

namespace {

Bytes encoded(std::uint64_t number) {
    Bytes bytes;
    ByteWriter(bytes).u64(number);
    return bytes;
}

Bytes encoded(CollectionId id) {
    return encoded(static_cast<std::uint64_t>(id));
}

Sid to_sid(const Hash256& hash) {
    return *Sid::from(ByteView(hash).first(Sid::kSize));
}

}  // namespace

LaneId WorkspaceIds::lane(std::string_view source) const {
    const Hash256 hash = prf_({as_bytes("lane"), as_bytes(source)});
    return LaneId{ByteReader(hash).u16()};
}

CollectionId WorkspaceIds::collection(std::string_view source, std::string_view name) const {
    const Hash256 hash = prf_({as_bytes("collection"), as_bytes(source), as_bytes(name)});
    return CollectionId{ByteReader(hash).u64()};
}

ColumnId WorkspaceIds::column(CollectionId collection, std::string_view name) const {
    const Bytes id = encoded(collection);
    const Hash256 hash = prf_({as_bytes("column"), ByteView(id), as_bytes(name)});
    const std::uint32_t number = ByteReader(hash).u32();
    const ColumnId column{number};
    // The first are pseudo-columns, the highest are those of seeds.
    if (column < core::kFirstColumn) return core::kFirstColumn;
    return column < core::kFirstSeed ? column : ColumnId{number >> 1};
}

Sid WorkspaceIds::row(CollectionId collection, ByteView key) const {
    const Bytes id = encoded(collection);
    return to_sid(prf_({as_bytes("row"), ByteView(id), key}));
}

Sid WorkspaceIds::imported_row(CollectionId collection,
                               ByteView content,
                               std::uint64_t copies_before) const {
    const Bytes id = encoded(collection);
    const Bytes copies = encoded(copies_before);
    return to_sid(prf_({as_bytes("import"), ByteView(id), content, ByteView(copies)}));
}

}  // namespace satchel::engine
