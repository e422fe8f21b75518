#include "daemon/store/collections.h"

#include "daemon/store/query.h"

namespace satchel::store {

namespace {

Bytes encode_columns(const std::map<ColumnId, std::string>& columns) {
    Bytes encoded;
    ByteWriter out(encoded);
    for (const auto& [id, name] : columns) {
        out.u32(static_cast<std::uint32_t>(id));
        out.sized(name);
    }
    return encoded;
}

std::map<ColumnId, std::string> decode_columns(ByteView encoded) {
    std::map<ColumnId, std::string> columns;
    ByteReader in(encoded);
    while (!in.failed() && in.remaining() > 0) {
        const ColumnId id{in.u32()};
        columns[id] = as_text(in.sized());
    }
    return columns;
}

}  // namespace

Result<std::map<CollectionId, Collection>> load_collections(Database& database) {
    return guarded("read the collections", [&]() -> Result<std::map<CollectionId, Collection>> {
        std::map<CollectionId, Collection> collections;
        Query query(database, "SELECT ord, id, lane, source, name, columns, held FROM collection");
        while (query.step()) {
            Collection collection{query.integer(0),
                                  CollectionId{query.number(1)},
                                  static_cast<LaneId>(query.integer(2)),
                                  query.text(3),
                                  query.text(4),
                                  decode_columns(query.blob(5)),
                                  query.number(6)};
            collections.emplace(collection.id, std::move(collection));
        }
        return collections;
    });
}

Status save_collection(Transaction& transaction, Collection& collection) {
    return guarded("record a collection", [&]() -> Status {
        const Bytes columns = encode_columns(collection.columns);
        Query query(transaction.database(), R"sql(
            INSERT INTO collection (id, lane, source, name, columns, held) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET source = excluded.source, name = excluded.name,
                columns = excluded.columns, held = excluded.held
            RETURNING ord
        )sql");
        query.bind(static_cast<std::uint64_t>(collection.id))
            .bind(static_cast<int>(collection.lane));
        query.bind(collection.source).bind(collection.name).bind(ByteView(columns));
        query.bind(collection.held);
        query.step();
        collection.ord = query.integer(0);
        return ok();
    });
}

}  // namespace satchel::store
