#include "daemon/store/rows.h"

#include "daemon/core/conflict.h"
#include "daemon/core/row_codec.h"
#include "daemon/store/query.h"

#include <sqlite3.h>

namespace satchel::store {

namespace {

constexpr int kPending = 1;
constexpr int kConflicted = 2;
constexpr int kOrphaned = 4;

/// Columns of every SELECT below: sid, key, held_hash, state, id.
Result<StoredRow> read_row(const Query& query) {
    auto row = core::decode_row(query.blob(3));
    if (!row) return std::move(row).error();
    StoredRow stored;
    stored.sid = Sid::from(query.blob(0)).value_or(Sid{});
    if (!query.is_null(1)) stored.key = to_bytes(query.blob(1));
    stored.held_hash = query.number(2);
    stored.row = std::move(*row);
    stored.number = query.integer(4);
    return stored;
}

Result<std::vector<StoredRow>> read_rows(Query& query) {
    std::vector<StoredRow> rows;
    while (query.step()) {
        SATCHEL_TRY(row, read_row(query));
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<std::uint64_t> read_count(Query& query) {
    query.step();
    return query.number(0);
}

}  // namespace

Result<std::optional<Rows::Held>> Rows::find_held(std::int64_t collection, ByteView key) {
    return guarded("find a row by key", [&]() -> Result<std::optional<Held>> {
        Query query(database_, "SELECT sid, held_hash FROM row WHERE collection = ? AND key = ?");
        query.bind(collection).bind(key);
        if (!query.step()) return std::optional<Held>{};
        return std::optional<Held>(Held{Sid::from(query.blob(0)).value_or(Sid{}), query.number(1)});
    });
}

Result<std::vector<Rows::Keyed>> Rows::keyed_from(std::int64_t collection,
                                                  ByteView key,
                                                  std::size_t limit) {
    return guarded("find rows by key", [&]() -> Result<std::vector<Keyed>> {
        Query query(database_, R"sql(
            SELECT key, sid, held_hash FROM row INDEXED BY row_key
            WHERE collection = ? AND key >= ? AND key IS NOT NULL ORDER BY key LIMIT ?
        )sql");
        query.bind(collection).bind(key).bind(std::uint64_t{limit});
        std::vector<Keyed> rows;
        while (query.step())
            rows.push_back({to_bytes(query.blob(0)),
                            {Sid::from(query.blob(1)).value_or(Sid{}), query.number(2)}});
        return rows;
    });
}

Result<std::optional<StoredRow>> Rows::find(std::int64_t collection, const Sid& sid) {
    return guarded("read a row", [&]() -> Result<std::optional<StoredRow>> {
        Query query(
            database_,
            "SELECT sid, key, held_hash, state, id FROM row WHERE collection = ? AND sid = ?");
        query.bind(collection).bind(sid.view());
        if (!query.step()) return std::optional<StoredRow>{};
        SATCHEL_TRY(row, read_row(query));
        return std::optional<StoredRow>(std::move(row));
    });
}

Result<std::optional<Bytes>> Rows::find_key(std::int64_t collection, const Sid& sid) {
    return guarded("find a row's key", [&]() -> Result<std::optional<Bytes>> {
        Query query(database_, "SELECT key FROM row WHERE collection = ? AND sid = ?");
        query.bind(collection).bind(sid.view());
        if (!query.step() || query.is_null(0)) return std::optional<Bytes>{};
        return std::optional<Bytes>(to_bytes(query.blob(0)));
    });
}

Result<std::optional<Bytes>> Rows::last_key(std::int64_t collection) {
    return guarded("find the last key", [&]() -> Result<std::optional<Bytes>> {
        Query query(database_,
                    "SELECT max(key) FROM row INDEXED BY row_key "
                    "WHERE collection = ? AND key IS NOT NULL");
        query.bind(collection);
        if (!query.step() || query.is_null(0)) return std::optional<Bytes>{};
        return std::optional<Bytes>(to_bytes(query.blob(0)));
    });
}

Status Rows::save(Transaction& transaction, std::int64_t collection, const StoredRow& row) {
    return guarded("write a row", [&]() -> Status {
        const Bytes state = core::encode_row(row.row);
        const int flags = (row.row.is_pending() ? kPending : 0) |
                          (core::has_conflict(row.row) ? kConflicted : 0) |
                          (!row.key && row.held_hash != 0 ? kOrphaned : 0);
        const auto write = [&] {
            if (row.number != 0) {
                Query known(transaction.database(),
                            "UPDATE row SET key = ?, held_hash = ?, flags = ?, state = ? "
                            "WHERE id = ? AND collection = ? AND sid = ?");
                known.bind(row.key).bind(row.held_hash).bind(flags).bind(ByteView(state));
                known.bind(row.number).bind(collection).bind(row.sid.view());
                // It may have been erased since it was read.
                if (known.run() == 1) return;
            }
            Query query(transaction.database(), R"sql(
                INSERT INTO row (collection, sid, key, held_hash, flags, state)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT (collection, sid) DO UPDATE SET key = ?3, held_hash = ?4, flags = ?5,
                    state = ?6
            )sql");
            query.bind(collection).bind(row.sid.view()).bind(row.key).bind(row.held_hash);
            query.bind(flags).bind(ByteView(state)).run();
        };
        try {
            write();
        } catch (const SQLite::Exception& failure) {
            // Rare: another item had the key. The source says who has it now.
            if (failure.getExtendedErrorCode() != SQLITE_CONSTRAINT_UNIQUE || !row.key) throw;
            Query release(transaction.database(), R"sql(
                UPDATE row SET key = NULL, flags = flags | iif(held_hash <> 0, 4, 0)
                WHERE collection = ? AND key = ?
            )sql");
            release.bind(collection).bind(ByteView(*row.key)).run();
            write();
        }
        return ok();
    });
}

Status Rows::erase(Transaction& transaction, std::int64_t collection, const Sid& sid) {
    return guarded("erase a row", [&]() -> Status {
        Query query(transaction.database(), "DELETE FROM row WHERE collection = ? AND sid = ?");
        query.bind(collection).bind(sid.view()).run();
        return ok();
    });
}

Result<std::vector<Bytes>> Rows::held_keys(std::int64_t collection,
                                           ByteView after,
                                           std::size_t limit) {
    return guarded("list held rows", [&]() -> Result<std::vector<Bytes>> {
        Query query(database_, R"sql(
            SELECT key FROM row WHERE collection = ? AND key > ? AND key IS NOT NULL
                AND held_hash <> 0 ORDER BY key LIMIT ?
        )sql");
        query.bind(collection).bind(after).bind(std::uint64_t{limit});
        std::vector<Bytes> keys;
        while (query.step()) keys.push_back(to_bytes(query.blob(0)));
        return keys;
    });
}

Result<std::vector<StoredRow>> Rows::pending(std::int64_t collection,
                                             std::int64_t after,
                                             std::size_t limit) {
    return guarded("list pending rows", [&]() -> Result<std::vector<StoredRow>> {
        Query query(database_, R"sql(
            SELECT sid, key, held_hash, state, id FROM row INDEXED BY row_pending
            WHERE collection = ? AND id > ? AND flags & 1 ORDER BY id LIMIT ?
        )sql");
        query.bind(collection).bind(after).bind(std::uint64_t{limit});
        std::vector<StoredRow> rows;
        std::size_t bytes = 0;
        while (bytes < kPageBytes && query.step()) {
            bytes += query.blob(3).size();
            SATCHEL_TRY(row, read_row(query));
            rows.push_back(std::move(row));
        }
        return rows;
    });
}

Result<std::vector<StoredRow>> Rows::conflicted(std::int64_t collection,
                                                const Sid& after,
                                                std::size_t limit) {
    return guarded("list conflicts", [&]() -> Result<std::vector<StoredRow>> {
        Query query(database_, R"sql(
            SELECT sid, key, held_hash, state, id FROM row INDEXED BY row_conflict
            WHERE collection = ? AND sid > ? AND flags & 2 ORDER BY sid LIMIT ?
        )sql");
        query.bind(collection).bind(after.view()).bind(std::uint64_t{limit});
        return read_rows(query);
    });
}

Result<std::vector<Sid>> Rows::orphaned(std::int64_t collection) {
    return guarded("list orphaned rows", [&]() -> Result<std::vector<Sid>> {
        Query query(database_,
                    "SELECT sid FROM row INDEXED BY row_orphan "
                    "WHERE collection = ? AND flags & 4 ORDER BY sid");
        query.bind(collection);
        std::vector<Sid> sids;
        while (query.step()) sids.push_back(Sid::from(query.blob(0)).value_or(Sid{}));
        return sids;
    });
}

Result<std::uint64_t> Rows::count_pending(std::int64_t collection) {
    return guarded("count pending rows", [&]() -> Result<std::uint64_t> {
        Query query(database_,
                    "SELECT count(*) FROM row INDEXED BY row_pending "
                    "WHERE collection = ? AND flags & 1");
        query.bind(collection);
        return read_count(query);
    });
}

Result<std::uint64_t> Rows::count_conflicted(std::int64_t collection) {
    return guarded("count conflicts", [&]() -> Result<std::uint64_t> {
        Query query(database_,
                    "SELECT count(*) FROM row INDEXED BY row_conflict "
                    "WHERE collection = ? AND flags & 2");
        query.bind(collection);
        return read_count(query);
    });
}

Result<std::vector<StoredRow>> Rows::all(std::int64_t collection,
                                         const Sid& after,
                                         std::size_t limit) {
    return guarded("list rows", [&]() -> Result<std::vector<StoredRow>> {
        Query query(database_, R"sql(
            SELECT sid, key, held_hash, state, id FROM row
            WHERE collection = ? AND sid > ? ORDER BY sid LIMIT ?
        )sql");
        query.bind(collection).bind(after.view()).bind(std::uint64_t{limit});
        return read_rows(query);
    });
}

namespace {

constexpr const char* kFindParked = R"sql(
    SELECT collection, sid, outcome, reason, since_ms, kind, against, detail,
           against_collection, hiding
    FROM parked WHERE collection = ? AND sid = ?
)sql";
constexpr const char* kListParked = R"sql(
    SELECT collection, sid, outcome, reason, since_ms, kind, against, detail,
           against_collection, hiding
    FROM parked LIMIT ?
)sql";

Parked read_parked(Query& query) {
    Parked parked{query.integer(0),
                  Sid::from(query.blob(1)).value_or(Sid{}),
                  static_cast<int>(query.integer(2)),
                  query.text(3),
                  query.integer(4)};
    parked.kind = query.text(5);
    if (!query.is_null(6)) parked.against = Sid::from(query.blob(6));
    parked.detail = query.text(7);
    parked.against_collection = query.integer(8);
    parked.is_being_hidden = query.integer(9) != 0;
    return parked;
}

}  // namespace

Status park(Transaction& transaction, const Parked& parked) {
    return guarded("park a row", [&]() -> Status {
        Query query(transaction.database(), R"sql(
            INSERT INTO parked (collection, sid, outcome, reason, since_ms, kind, against, detail,
                                against_collection, hiding)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (collection, sid) DO UPDATE SET outcome = excluded.outcome,
                reason = excluded.reason, kind = excluded.kind, against = excluded.against,
                detail = excluded.detail, against_collection = excluded.against_collection,
                hiding = excluded.hiding
            WHERE outcome <> excluded.outcome OR reason <> excluded.reason OR
                kind <> excluded.kind OR detail <> excluded.detail OR against IS NOT excluded.against OR
                hiding <> excluded.hiding
        )sql");
        query.bind(parked.collection).bind(parked.sid.view()).bind(parked.outcome);
        query.bind(parked.reason).bind(parked.since_ms).bind(parked.kind);
        if (parked.against)
            query.bind(parked.against->view());
        else
            query.bind_null();
        query.bind(parked.detail).bind(parked.against_collection);
        query.bind(std::int64_t{parked.is_being_hidden}).run();
        return ok();
    });
}

Result<std::optional<Parked>> find_parked(Database& database,
                                          std::int64_t collection,
                                          const Sid& sid) {
    return guarded("find a parked row", [&]() -> Result<std::optional<Parked>> {
        Query query(database, kFindParked);
        query.bind(collection).bind(sid.view());
        if (!query.step()) return std::optional<Parked>{};
        return std::optional<Parked>(read_parked(query));
    });
}

Status unpark(Transaction& transaction, std::int64_t collection, const Sid& sid) {
    return guarded("unpark a row", [&]() -> Status {
        Query query(transaction.database(), "DELETE FROM parked WHERE collection = ? AND sid = ?");
        query.bind(collection).bind(sid.view()).run();
        return ok();
    });
}

Result<std::vector<Parked>> list_parked(Database& database, std::size_t limit) {
    return guarded("list parked rows", [&]() -> Result<std::vector<Parked>> {
        Query query(database, kListParked);
        query.bind(std::uint64_t{limit});
        std::vector<Parked> rows;
        while (query.step()) rows.push_back(read_parked(query));
        return rows;
    });
}

Result<std::uint64_t> count_parked(Database& database, std::int64_t collection) {
    return guarded("count parked rows", [&]() -> Result<std::uint64_t> {
        Query query(database, "SELECT count(*) FROM parked WHERE collection = ?");
        query.bind(collection);
        return read_count(query);
    });
}

Result<std::string> find_parked_reason(Database& database, std::int64_t collection, int outcome) {
    return guarded("read why a row waits", [&]() -> Result<std::string> {
        Query query(database,
                    "SELECT reason FROM parked WHERE collection = ? AND outcome = ? LIMIT 1");
        query.bind(collection).bind(outcome);
        return query.step() ? query.text(0) : std::string();
    });
}

Result<std::uint64_t> count_stored(Database& database, std::int64_t collection) {
    return guarded("count stored rows", [&]() -> Result<std::uint64_t> {
        Query query(database, "SELECT count(*) FROM parked WHERE collection = ? AND kind = ?");
        query.bind(collection).bind(kStoredKind);
        return read_count(query);
    });
}

}  // namespace satchel::store
