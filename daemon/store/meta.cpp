#include "daemon/store/meta.h"

#include "daemon/store/query.h"

namespace satchel::store {

Result<std::optional<Bytes>> find_fact(Database& database, std::string_view name) {
    return guarded("read a fact", [&]() -> Result<std::optional<Bytes>> {
        Query query(database, "SELECT value FROM meta WHERE name = ?");
        query.bind(name);
        if (!query.step()) return std::optional<Bytes>{};
        return std::optional<Bytes>(to_bytes(query.blob(0)));
    });
}

Status set_fact(Transaction& transaction, std::string_view name, ByteView value) {
    return guarded("write a fact", [&]() -> Status {
        Query query(transaction.database(),
                    "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
        query.bind(name).bind(value).run();
        return ok();
    });
}

namespace {

constexpr std::string_view kRunningFact = "running";

Status note_run(Database& database, bool is_running) {
    SATCHEL_TRY(transaction, Transaction::begin(database));
    const Bytes value{static_cast<Byte>(is_running ? 1 : 0)};
    if (auto noted = set_fact(transaction, kRunningFact, value); !noted) return noted;
    return transaction.commit();
}

}  // namespace

Result<bool> begin_run(Database& database) {
    SATCHEL_TRY(last, find_fact(database, kRunningFact));
    const bool was_clean = last != Bytes{1};
    if (was_clean)
        if (auto noted = note_run(database, true); !noted) return noted.error();
    return was_clean;
}

Status end_run(Database& database) {
    return note_run(database, false);
}

Result<std::vector<Bytes>> load_members(Database& database) {
    return guarded("read the members", [&]() -> Result<std::vector<Bytes>> {
        Query query(database, "SELECT body FROM member ORDER BY number");
        std::vector<Bytes> members;
        while (query.step()) members.push_back(to_bytes(query.blob(0)));
        return members;
    });
}

Status add_member(Transaction& transaction, std::uint64_t number, ByteView body) {
    return guarded("record a member", [&]() -> Status {
        Query query(transaction.database(),
                    "INSERT OR IGNORE INTO member (number, body) VALUES (?, ?)");
        query.bind(number).bind(body).run();
        return ok();
    });
}

}  // namespace satchel::store
