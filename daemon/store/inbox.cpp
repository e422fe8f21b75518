#include "daemon/store/inbox.h"

#include "daemon/store/query.h"

namespace satchel::store {

namespace {

void bind_place(Query& query, const Received& segment) {
    query.bind(static_cast<int>(segment.lane)).bind(segment.device.view()).bind(segment.seq_from);
}

}  // namespace

Result<bool> put_received(Transaction& transaction, const Received& segment) {
    return guarded("keep a received segment", [&]() -> Result<bool> {
        Query query(transaction.database(), R"sql(
            INSERT INTO inbox (lane, device, seq_from, seq_to, state, reason, body)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        )sql");
        bind_place(query, segment);
        query.bind(segment.seq_to).bind(static_cast<int>(segment.state)).bind(segment.reason);
        return query.bind(ByteView(segment.body)).run() > 0;
    });
}

Result<std::vector<Received>> list_received(Database& database) {
    return guarded("list received segments", [&]() -> Result<std::vector<Received>> {
        Query query(database, R"sql(
            SELECT lane, device, seq_from, seq_to, state, reason FROM inbox
            WHERE state IN (0, 2)
            ORDER BY lane, device, seq_from
        )sql");
        std::vector<Received> segments;
        while (query.step()) {
            const auto device = DeviceId::from(query.blob(1));
            if (!device) continue;
            segments.push_back({static_cast<LaneId>(query.integer(0)),
                                *device,
                                query.number(2),
                                query.number(3),
                                static_cast<InboxState>(query.integer(4)),
                                query.text(5),
                                {}});
        }
        return segments;
    });
}

Result<Bytes> load_received(Database& database, const Received& segment) {
    return guarded("read a received segment", [&]() -> Result<Bytes> {
        Query query(database,
                    "SELECT body FROM inbox WHERE lane = ? AND device = ? AND seq_from = ?");
        bind_place(query, segment);
        if (!query.step()) return Error{ErrorCode::internal, "a received segment is gone"};
        return to_bytes(query.blob(0));
    });
}

Status remove_received(Transaction& transaction, const Received& segment) {
    return guarded("drop a received segment", [&]() -> Status {
        Query query(transaction.database(),
                    "DELETE FROM inbox WHERE lane = ? AND device = ? AND seq_from = ?");
        bind_place(query, segment);
        query.run();
        return ok();
    });
}

/// States 0 and 1 take no room in a record, so that its body is not written again.
Status mark_applied(Transaction& transaction, const Received& segment) {
    return guarded("keep an applied segment", [&]() -> Status {
        Query query(transaction.database(),
                    "UPDATE inbox SET state = 1 WHERE lane = ? AND device = ? AND seq_from = ?");
        bind_place(query, segment);
        query.run();
        return ok();
    });
}

Result<std::vector<Bytes>> list_applied(Database& database,
                                        const DeviceId& device,
                                        LaneId lane,
                                        std::uint64_t after,
                                        std::size_t bytes_max) {
    return guarded("read applied segments", [&]() -> Result<std::vector<Bytes>> {
        // Segments of a log do not overlap: the one that holds `after` begins last before it.
        Query query(database, R"sql(
            SELECT body FROM inbox
            WHERE lane = ?1 AND device = ?2 AND state = 1 AND seq_to > ?3 AND seq_from >=
                (SELECT ifnull(max(seq_from), 0) FROM inbox
                 WHERE lane = ?1 AND device = ?2 AND seq_from <= ?3 + 1)
            ORDER BY seq_from
        )sql");
        query.bind(static_cast<int>(lane)).bind(device.view()).bind(after);
        std::vector<Bytes> bodies;
        std::size_t size = 0;
        while (size < bytes_max && query.step()) {
            bodies.push_back(to_bytes(query.blob(0)));
            size += bodies.back().size();
        }
        return bodies;
    });
}

Status quarantine(Transaction& transaction, const Received& segment, std::string_view reason) {
    return guarded("quarantine a received segment", [&]() -> Status {
        Query query(transaction.database(), R"sql(
            UPDATE inbox SET state = 2, reason = ? WHERE lane = ? AND device = ? AND seq_from = ?
        )sql");
        query.bind(reason);
        bind_place(query, segment);
        query.run();
        return ok();
    });
}

Result<std::uint64_t> count_quarantined(Database& database) {
    return guarded("count quarantined segments", [&]() -> Result<std::uint64_t> {
        Query query(database, "SELECT count(*) FROM inbox WHERE state = 2");
        return query.step() ? query.number(0) : std::uint64_t{0};
    });
}

Result<bool> release_quarantined(Transaction& transaction) {
    return guarded("try quarantined segments again", [&]() -> Result<bool> {
        Query query(transaction.database(),
                    "UPDATE inbox SET state = 0, reason = '' WHERE state = 2");
        return query.run() > 0;
    });
}

}  // namespace satchel::store
