#include "daemon/store/pieces.h"

#include "daemon/store/query.h"

#include <algorithm>
#include <vector>

namespace satchel::store {

Status put_piece(Transaction& transaction,
                 const Sid& sid,
                 const Hash256& content,
                 std::uint32_t number,
                 ByteView body) {
    return guarded("keep a piece", [&]() -> Status {
        Query query(transaction.database(), R"sql(
            INSERT OR REPLACE INTO piece (sid, content, number, body) VALUES (?, ?, ?, ?)
        )sql");
        query.bind(sid.view()).bind(ByteView(content)).bind(std::uint64_t{number}).bind(body).run();
        return ok();
    });
}

Result<std::optional<Bytes>> find_piece(Database& database,
                                        const Sid& sid,
                                        const Hash256& content,
                                        std::uint32_t number) {
    return guarded("read a piece", [&]() -> Result<std::optional<Bytes>> {
        Query query(database,
                    "SELECT body FROM piece WHERE sid = ? AND content = ? AND number = ?");
        query.bind(sid.view()).bind(ByteView(content)).bind(std::uint64_t{number});
        if (!query.step()) return std::optional<Bytes>{};
        return std::optional<Bytes>(to_bytes(query.blob(0)));
    });
}

Result<std::vector<Sid>> list_piece_owners(Database& database,
                                           const Sid& after,
                                           std::size_t limit) {
    return guarded("list pieces", [&]() -> Result<std::vector<Sid>> {
        std::vector<Sid> owners;
        Query query(database, "SELECT DISTINCT sid FROM piece WHERE sid > ? ORDER BY sid LIMIT ?");
        query.bind(after.view()).bind(std::uint64_t{limit});
        while (query.step())
            if (const auto sid = Sid::from(query.blob(0))) owners.push_back(*sid);
        return owners;
    });
}

Status drop_pieces_except(Transaction& transaction, const Sid& sid, std::span<const Hash256> keep) {
    return guarded("drop pieces", [&]() -> Status {
        std::vector<Bytes> dropped;
        Query contents(transaction.database(), "SELECT DISTINCT content FROM piece WHERE sid = ?");
        contents.bind(sid.view());
        while (contents.step()) {
            const ByteView content = contents.blob(0);
            const bool is_kept = std::ranges::any_of(
                keep, [&](const Hash256& kept) { return std::ranges::equal(kept, content); });
            if (!is_kept) dropped.push_back(to_bytes(content));
        }
        for (const Bytes& content : dropped) {
            Query query(transaction.database(), "DELETE FROM piece WHERE sid = ? AND content = ?");
            query.bind(sid.view()).bind(ByteView(content)).run();
        }
        return ok();
    });
}

}  // namespace satchel::store
