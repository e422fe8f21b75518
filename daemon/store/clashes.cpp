#include "daemon/store/clashes.h"

#include "daemon/store/query.h"

namespace satchel::store {

Result<std::vector<Clash>> list_clashes(Database& database,
                                        std::int64_t collection,
                                        const Sid& after,
                                        std::size_t limit) {
    return guarded("list clashes", [&]() -> Result<std::vector<Clash>> {
        Query query(database, R"sql(
            SELECT sid, kind, against, reason FROM parked
            WHERE collection = ? AND sid > ? AND kind IN ('unique', 'orphan') ORDER BY sid LIMIT ?
        )sql");
        query.bind(collection).bind(after.view()).bind(std::uint64_t{limit});
        std::vector<Clash> clashes;
        while (query.step()) {
            Clash clash;
            clash.sid = Sid::from(query.blob(0)).value_or(Sid{});
            clash.kind = query.text(1);
            if (!query.is_null(2)) clash.against = Sid::from(query.blob(2));
            clash.reason = query.text(3);
            clashes.push_back(std::move(clash));
        }
        return clashes;
    });
}

Result<std::uint64_t> count_clashes(Database& database, std::int64_t collection) {
    return guarded("count clashes", [&]() -> Result<std::uint64_t> {
        Query query(database,
                    "SELECT count(*) FROM parked WHERE collection = ? AND kind IN ('unique', "
                    "'orphan')");
        query.bind(collection);
        return query.step() ? query.number(0) : 0;
    });
}

}  // namespace satchel::store
