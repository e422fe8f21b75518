#include "daemon/store/segments.h"

#include "daemon/store/query.h"

namespace satchel::store {

Status append_segment(Transaction& transaction, const OwnSegment& segment, UnixMs now_ms) {
    return guarded("append to the log", [&]() -> Status {
        Query query(transaction.database(), R"sql(
            INSERT INTO segment (lane, seq_from, seq_to, items, is_pushed, created_ms, body)
            VALUES (?, ?, ?, ?, 0, ?, ?)
        )sql");
        query.bind(static_cast<int>(segment.lane)).bind(segment.seq_from).bind(segment.seq_to);
        query.bind(segment.items).bind(now_ms).bind(ByteView(segment.body)).run();
        return ok();
    });
}

Result<Unpushed> load_unpushed(Database& database, std::size_t bytes_max) {
    return guarded("read the log", [&]() -> Result<Unpushed> {
        Query query(database, R"sql(
            SELECT lane, seq_from, seq_to, items, body FROM segment
            WHERE is_pushed = 0 ORDER BY lane, seq_from
        )sql");
        Unpushed unpushed;
        std::size_t bytes = 0;
        while (query.step()) {
            const ByteView body = query.blob(4);
            bytes += body.size();
            if (!unpushed.segments.empty() && bytes > bytes_max) {
                unpushed.is_all = false;
                break;
            }
            unpushed.segments.push_back({static_cast<LaneId>(query.integer(0)),
                                         query.number(1),
                                         query.number(2),
                                         query.number(3),
                                         to_bytes(body)});
        }
        return unpushed;
    });
}

Result<std::vector<OwnSegment>> load_own(Database& database,
                                         LaneId lane,
                                         std::uint64_t seq,
                                         std::size_t count) {
    return guarded("read the log", [&]() -> Result<std::vector<OwnSegment>> {
        // The one before may reach beyond `seq`: segments do not overlap.
        Query query(database, R"sql(
            SELECT seq_from, seq_to, items, body FROM segment
            WHERE lane = ?1 AND seq_to >= ?2 AND seq_from >= coalesce(
                (SELECT max(seq_from) FROM segment WHERE lane = ?1 AND seq_from <= ?2), 0)
            ORDER BY seq_from LIMIT ?3
        )sql");
        query.bind(static_cast<int>(lane)).bind(seq).bind(static_cast<std::uint64_t>(count));
        std::vector<OwnSegment> segments;
        while (query.step())
            segments.push_back(
                {lane, query.number(0), query.number(1), query.number(2), to_bytes(query.blob(3))});
        return segments;
    });
}

Result<std::uint64_t> last_segment_number(Database& database) {
    return guarded("count our segments", [&]() -> Result<std::uint64_t> {
        Query query(database, "SELECT ifnull(max(rowid), 0) FROM segment");
        query.step();
        return query.number(0);
    });
}

Result<std::map<LaneId, Outgoing>> count_unpushed(Database& database) {
    return guarded("count the log", [&]() -> Result<std::map<LaneId, Outgoing>> {
        Query query(database, R"sql(
            SELECT lane, count(*), sum(items), min(created_ms) FROM segment
            WHERE is_pushed = 0 GROUP BY lane
        )sql");
        std::map<LaneId, Outgoing> waiting;
        while (query.step())
            waiting[static_cast<LaneId>(query.integer(0))] = {
                query.number(1), query.number(2), query.integer(3)};
        return waiting;
    });
}

Status replace_body(Transaction& transaction, const OwnSegment& segment) {
    return guarded("write to the log", [&]() -> Status {
        Query query(transaction.database(),
                    "UPDATE segment SET body = ? WHERE lane = ? AND seq_from = ?");
        query.bind(ByteView(segment.body));
        query.bind(static_cast<int>(segment.lane)).bind(segment.seq_from).run();
        return ok();
    });
}

Status mark_pushed(Transaction& transaction, LaneId lane, std::uint64_t seq_from) {
    return guarded("mark the log", [&]() -> Status {
        Query query(transaction.database(),
                    "UPDATE segment SET is_pushed = 1 WHERE lane = ? AND seq_from = ?");
        query.bind(static_cast<int>(lane)).bind(seq_from).run();
        return ok();
    });
}

Status mark_unpushed(Transaction& transaction, LaneId lane, std::uint64_t seq) {
    return guarded("mark the log", [&]() -> Status {
        Query query(transaction.database(),
                    "UPDATE segment SET is_pushed = 0 WHERE lane = ? AND seq_to > ?");
        query.bind(static_cast<int>(lane)).bind(seq).run();
        return ok();
    });
}

}  // namespace satchel::store
