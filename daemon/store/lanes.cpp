#include "daemon/store/lanes.h"

#include "daemon/store/query.h"

namespace satchel::store {

namespace {

Hash256 to_hash(ByteView bytes) {
    Hash256 hash{};
    if (bytes.size() == hash.size()) std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
}

std::int64_t number_of(LaneId lane) {
    return static_cast<std::int64_t>(lane);
}

}  // namespace

core::VersionVector Lane::vector() const {
    core::VersionVector vector;
    for (const auto& [device, end] : applied) vector.raise(device, end.seq);
    return vector;
}

LogEnd Lane::end_of(const DeviceId& device) const {
    const auto at = applied.find(device);
    return at == applied.end() ? LogEnd{} : at->second;
}

Result<std::map<LaneId, Lane>> load_lanes(Database& database) {
    return guarded("read the lanes", [&]() -> Result<std::map<LaneId, Lane>> {
        std::map<LaneId, Lane> lanes;
        Query digests(database, "SELECT id, digest FROM lane");
        while (digests.step()) {
            const auto id = static_cast<LaneId>(digests.integer(0));
            lanes[id] = {id, core::Digest::from(to_hash(digests.blob(1))), {}};
        }
        Query ends(database, "SELECT lane, device, seq, link FROM applied");
        while (ends.step()) {
            const auto device = DeviceId::from(ends.blob(1));
            if (!device) continue;
            lanes[static_cast<LaneId>(ends.integer(0))].applied[*device] = {ends.number(2),
                                                                            to_hash(ends.blob(3))};
        }
        return lanes;
    });
}

Status save_lane(Transaction& transaction, const Lane& lane, std::span<const DeviceId> changed) {
    return guarded("record the lane", [&]() -> Status {
        const Hash256 digest = lane.digest.bytes();
        Query row(transaction.database(), "INSERT OR REPLACE INTO lane (id, digest) VALUES (?, ?)");
        row.bind(number_of(lane.id)).bind(ByteView(digest)).run();
        for (const DeviceId& device : changed) {
            const LogEnd end = lane.end_of(device);
            Query query(transaction.database(), R"sql(
                INSERT OR REPLACE INTO applied (lane, device, seq, link) VALUES (?, ?, ?, ?)
            )sql");
            query.bind(number_of(lane.id))
                .bind(device.view())
                .bind(end.seq)
                .bind(ByteView(end.link));
            query.run();
        }
        return ok();
    });
}

Result<std::vector<SeenHead>> load_heads(Database& database) {
    return guarded("read the heads", [&]() -> Result<std::vector<SeenHead>> {
        std::vector<SeenHead> heads;
        Query query(database, "SELECT device, counter, seen_ms, body FROM head");
        while (query.step()) {
            const auto device = DeviceId::from(query.blob(0));
            if (device)
                heads.push_back(
                    {*device, query.number(1), query.integer(2), to_bytes(query.blob(3))});
        }
        return heads;
    });
}

Status save_head(Transaction& transaction, const SeenHead& head) {
    return guarded("record a head", [&]() -> Status {
        Query query(transaction.database(), R"sql(
            INSERT OR REPLACE INTO head (device, counter, seen_ms, body) VALUES (?, ?, ?, ?)
        )sql");
        query.bind(head.device.view()).bind(head.counter).bind(head.seen_ms);
        query.bind(ByteView(head.body)).run();
        return ok();
    });
}

}  // namespace satchel::store
