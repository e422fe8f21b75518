#include "daemon/store/history.h"

#include "daemon/store/query.h"

namespace satchel::store {

namespace {

/// What a displaced value costs beside its bytes, indexes included, about.
constexpr std::uint64_t kEntryBytes = 200;

constexpr std::uint64_t kLastCycle = ~std::uint64_t{0} >> 1;

constexpr const char* kOldestFirst = R"sql(
    SELECT id, collection, sid, column, kind, value, value_hash, stamp, device, seq, by_device,
        by_seq, at_ms, cycle, key FROM history INDEXED BY history_cycle
    WHERE cycle BETWEEN ?4 AND ?5 AND at_ms >= ?3 AND (?1 IS NULL OR collection = ?1)
        AND (?2 IS NULL OR sid = ?2) AND ?7
    ORDER BY cycle, id LIMIT ?6
)sql";

constexpr const char* kNewestFirst = R"sql(
    SELECT id, collection, sid, column, kind, value, value_hash, stamp, device, seq, by_device,
        by_seq, at_ms, cycle, key FROM history INDEXED BY history_cycle
    WHERE cycle BETWEEN ?4 AND ?5 AND at_ms >= ?3 AND (?1 IS NULL OR collection = ?1)
        AND (?2 IS NULL OR sid = ?2) AND ?7
    ORDER BY cycle DESC, id DESC LIMIT ?6
)sql";

constexpr const char* kOfItem = R"sql(
    SELECT id, collection, sid, column, kind, value, value_hash, stamp, device, seq, by_device,
        by_seq, at_ms, cycle, key FROM history INDEXED BY history_item
    WHERE collection = ?1 AND sid = ?2 AND cycle BETWEEN ?4 AND ?5 AND at_ms >= ?3
    ORDER BY id * ?7 LIMIT ?6
)sql";

core::Dot read_dot(const Query& query, int device, int seq) {
    return {DeviceId::from(query.blob(device)).value_or(DeviceId{}), query.number(seq)};
}

Result<Displaced> read_displaced(const Query& query) {
    Displaced one;
    one.id = query.integer(0);
    one.collection = query.integer(1);
    one.sid = Sid::from(query.blob(2)).value_or(Sid{});
    one.column = ColumnId{static_cast<std::uint32_t>(query.integer(3))};
    one.kind = query.integer(4) == 2 ? DisplacedKind::removed : DisplacedKind::replaced;
    if (!query.is_null(5)) {
        SATCHEL_TRY(value, core::Value::decode(query.blob(5)));
        one.value = std::move(value);
    }
    one.value_hash = query.number(6);
    one.stamp = core::Stamp{query.number(7)};
    one.dot = read_dot(query, 8, 9);
    one.by = read_dot(query, 10, 11);
    one.at_ms = query.integer(12);
    one.cycle = query.number(13);
    if (!query.is_null(14)) one.key = to_bytes(query.blob(14));
    return one;
}

Result<std::uint64_t> read_number(Database& database, const char* sql) {
    return guarded("read the history", [&]() -> Result<std::uint64_t> {
        Query query(database, sql);
        return query.step() ? query.number(0) : 0;
    });
}

Status forget_before(Transaction& transaction, UnixMs before_ms) {
    Query query(transaction.database(), "DELETE FROM history WHERE at_ms < ?");
    query.bind(before_ms).run();
    return ok();
}

Status forget_up_to(Transaction& transaction, std::int64_t id) {
    Query query(transaction.database(), "DELETE FROM history WHERE id <= ?");
    query.bind(id).run();
    return ok();
}

}  // namespace

Status add_displaced(Transaction& transaction, const Displaced& displaced) {
    return guarded("write the history", [&]() -> Status {
        Query query(transaction.database(), R"sql(
            INSERT INTO history (collection, sid, column, kind, value, value_hash, stamp, device,
                seq, by_device, by_seq, at_ms, cycle, key)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        )sql");
        query.bind(displaced.collection).bind(displaced.sid.view());
        query.bind(static_cast<std::int64_t>(displaced.column));
        query.bind(static_cast<int>(displaced.kind));
        if (displaced.value)
            query.bind(displaced.value->encoded());
        else
            query.bind_null();
        query.bind(displaced.value_hash).bind(displaced.stamp.packed);
        query.bind(displaced.dot.device.view()).bind(displaced.dot.seq);
        query.bind(displaced.by.device.view()).bind(displaced.by.seq);
        query.bind(displaced.at_ms).bind(displaced.cycle).bind(displaced.key).run();
        return ok();
    });
}

Status fill_displaced(Transaction& transaction,
                      std::int64_t collection,
                      const Sid& sid,
                      const core::ColumnValue& cell) {
    return guarded("write the history", [&]() -> Status {
        Query query(transaction.database(), R"sql(
            UPDATE history SET value = ? WHERE collection = ? AND sid = ? AND column = ?
                AND value_hash = ? AND value IS NULL
        )sql");
        query.bind(cell.value.encoded()).bind(collection).bind(sid.view());
        query.bind(static_cast<std::int64_t>(cell.column)).bind(cell.value.hash()).run();
        return ok();
    });
}

Result<std::vector<Displaced>> list_displaced(Database& database, const DisplacedFilter& filter) {
    return guarded("read the history", [&]() -> Result<std::vector<Displaced>> {
        // One statement for each way in, so that each has its index.
        const char* sql = filter.is_newest_first ? kNewestFirst : kOldestFirst;
        if (filter.collection && filter.sid) sql = kOfItem;
        Query query(database, sql);
        if (filter.collection)
            query.bind(*filter.collection);
        else
            query.bind_null();
        if (filter.sid)
            query.bind(filter.sid->view());
        else
            query.bind_null();
        query.bind(filter.since_ms);
        query.bind(filter.cycle.value_or(0)).bind(filter.cycle.value_or(kLastCycle));
        query.bind(std::uint64_t{filter.limit}).bind(filter.is_newest_first ? -1 : 1);
        std::vector<Displaced> listed;
        while (query.step()) {
            SATCHEL_TRY(one, read_displaced(query));
            listed.push_back(std::move(one));
        }
        return listed;
    });
}

Result<std::uint64_t> last_displacing_cycle(Database& database) {
    return read_number(database, "SELECT cycle FROM history ORDER BY id DESC LIMIT 1");
}

Result<std::uint64_t> last_restorable_cycle(Database& database) {
    return read_number(
        database, "SELECT cycle FROM history WHERE value IS NOT NULL ORDER BY id DESC LIMIT 1");
}

Result<bool> was_before(Database& database,
                        std::int64_t collection,
                        const Sid& sid,
                        ColumnId column,
                        std::uint64_t value_hash) {
    return guarded("read the history", [&]() -> Result<bool> {
        Query query(database, R"sql(
            SELECT 1 FROM history INDEXED BY history_item
            WHERE collection = ? AND sid = ? AND column = ? AND value_hash = ? LIMIT 1
        )sql");
        query.bind(collection).bind(sid.view());
        query.bind(static_cast<std::int64_t>(column)).bind(value_hash);
        return query.step();
    });
}

Status prune_displaced(Transaction& transaction, UnixMs before_ms, std::uint64_t bytes_max) {
    return guarded("prune the history", [&]() -> Status {
        if (auto done = forget_before(transaction, before_ms); !done) return done;
        // From the newest back: what lies beyond the room there is goes.
        std::uint64_t bytes = 0;
        std::int64_t last_id = 0;
        {
            Query query(transaction.database(),
                        "SELECT id, coalesce(length(value), 0) FROM history ORDER BY id DESC");
            while (last_id == 0 && query.step()) {
                bytes += query.number(1) + kEntryBytes;
                if (bytes > bytes_max) last_id = query.integer(0);
            }
        }
        return last_id == 0 ? ok() : forget_up_to(transaction, last_id);
    });
}

}  // namespace satchel::store
