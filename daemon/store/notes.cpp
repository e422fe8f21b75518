#include "daemon/store/notes.h"

#include "daemon/store/query.h"

#include <algorithm>

namespace satchel::store {

Result<std::optional<Bytes>> find_note(Database& database, std::int64_t source, ByteView name) {
    return guarded("read a note", [&]() -> Result<std::optional<Bytes>> {
        Query query(database, "SELECT value FROM note WHERE source = ? AND name = ?");
        query.bind(source).bind(name);
        if (!query.step()) return std::optional<Bytes>{};
        return std::optional<Bytes>(to_bytes(query.blob(0)));
    });
}

Status set_note(Transaction& transaction, std::int64_t source, ByteView name, ByteView value) {
    return guarded("write a note", [&]() -> Status {
        Query query(transaction.database(),
                    "INSERT OR REPLACE INTO note (source, name, value) VALUES (?, ?, ?)");
        query.bind(source).bind(name).bind(value).run();
        return ok();
    });
}

Status erase_note(Transaction& transaction, std::int64_t source, ByteView name) {
    return guarded("erase a note", [&]() -> Status {
        Query query(transaction.database(), "DELETE FROM note WHERE source = ? AND name = ?");
        query.bind(source).bind(name).run();
        return ok();
    });
}

Result<std::vector<std::pair<Bytes, Bytes>>> list_notes(
    Database& database, std::int64_t source, ByteView prefix, ByteView after, std::size_t limit) {
    return guarded("list notes", [&]() -> Result<std::vector<std::pair<Bytes, Bytes>>> {
        // Names that start with a prefix are next to each other in order, from the prefix itself
        // on.
        const bool is_first_page = std::ranges::lexicographical_compare(after, prefix);
        Query query(database, R"sql(
            SELECT name, value FROM note
            WHERE source = ?1 AND name >= ?2 AND (?3 OR name > ?2) ORDER BY name LIMIT ?4
        )sql");
        query.bind(source).bind(is_first_page ? prefix : after).bind(is_first_page ? 1 : 0);
        query.bind(std::uint64_t{limit});
        std::vector<std::pair<Bytes, Bytes>> notes;
        while (query.step()) {
            const ByteView name = query.blob(0);
            const bool has_prefix = name.size() >= prefix.size() &&
                                    std::ranges::equal(name.first(prefix.size()), prefix);
            if (!has_prefix) break;
            notes.emplace_back(to_bytes(name), to_bytes(query.blob(1)));
        }
        return notes;
    });
}

Status erase_notes(Transaction& transaction, std::int64_t source) {
    return guarded("erase notes", [&]() -> Status {
        Query query(transaction.database(), "DELETE FROM note WHERE source = ?");
        query.bind(source).run();
        return ok();
    });
}

}  // namespace satchel::store
