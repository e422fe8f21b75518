#include "daemon/store/approvals.h"

#include "daemon/store/query.h"

namespace satchel::store {

Result<std::vector<WaitingApproval>> list_waiting_approvals(Database& database,
                                                            std::string_view prefix,
                                                            std::size_t limit) {
    return guarded("list approvals", [&]() -> Result<std::vector<WaitingApproval>> {
        Query query(database, R"sql(
            SELECT collection, sid, detail, since_ms FROM parked
            WHERE kind = 'approval' AND substr(detail, 1, ?) = ? ORDER BY since_ms, detail LIMIT ?
        )sql");
        query.bind(std::uint64_t{prefix.size()}).bind(prefix).bind(std::uint64_t{limit});
        std::vector<WaitingApproval> found;
        while (query.step()) {
            WaitingApproval one;
            one.collection = query.integer(0);
            one.sid = Sid::from(query.blob(1)).value_or(Sid{});
            one.id = query.text(2);
            one.since_ms = query.integer(3);
            found.push_back(std::move(one));
        }
        return found;
    });
}

Result<std::uint64_t> count_waiting_approvals(Database& database) {
    return guarded("count approvals", [&]() -> Result<std::uint64_t> {
        Query query(database, "SELECT count(*) FROM parked WHERE kind = 'approval'");
        return query.step() ? query.number(0) : 0;
    });
}

Result<bool> is_approved(Database& database, std::string_view id) {
    return guarded("look up an approval", [&]() -> Result<bool> {
        Query query(database, "SELECT 1 FROM approval WHERE id = ?");
        query.bind(id);
        return query.step();
    });
}

Status add_approval(Transaction& transaction, std::string_view id, UnixMs at_ms) {
    return guarded("note an approval", [&]() -> Status {
        Query query(transaction.database(),
                    "INSERT OR IGNORE INTO approval (id, at_ms) VALUES (?, ?)");
        query.bind(id).bind(at_ms);
        query.run();
        return ok();
    });
}

Status spend_approval(Transaction& transaction, std::string_view id) {
    return guarded("spend an approval", [&]() -> Status {
        Query query(transaction.database(), "DELETE FROM approval WHERE id = ?");
        query.bind(id);
        query.run();
        return ok();
    });
}

}  // namespace satchel::store
