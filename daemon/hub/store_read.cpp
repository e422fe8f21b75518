#include "daemon/hub/store_read.h"

#include "daemon/hub/bind.h"

#include <SQLiteCpp/Database.h>

namespace satchel::hub {

namespace {

using SQLite::Statement;

std::vector<wire::WaitingDevice> read_waiting(SQLite::Database& database,
                                              const WorkspaceId& workspace) {
    Statement query(database, R"sql(
        SELECT device, ed_public, x_public, sealed_name, proof FROM waiting
        WHERE workspace = ? ORDER BY created_ms, device
    )sql");
    bind_id(query, 1, workspace);
    std::vector<wire::WaitingDevice> waiting;
    while (query.executeStep()) {
        wire::WaitingDevice& device = waiting.emplace_back();
        device.device.bytes = column_array<16>(query, 0);
        device.ed_public = column_array<32>(query, 1);
        device.x_public = column_array<32>(query, 2);
        device.sealed_name = column_bytes(query, 3);
        device.proof = column_bytes(query, 4);
    }
    return waiting;
}

std::map<DeviceId, StoredHead> read_heads(SQLite::Database& database,
                                          const WorkspaceId& workspace) {
    Statement query(database, "SELECT device, counter, body FROM head WHERE workspace = ?");
    bind_id(query, 1, workspace);
    std::map<DeviceId, StoredHead> heads;
    while (query.executeStep()) {
        DeviceId device;
        device.bytes = column_array<16>(query, 0);
        heads[device] = {column_number(query, 1), column_bytes(query, 2)};
    }
    return heads;
}

}  // namespace

std::optional<StoredWorkspace> read_workspace(SQLite::Database& database,
                                              const WorkspaceId& workspace) {
    StoredWorkspace stored;
    Statement entries(database, "SELECT body FROM member WHERE workspace = ? ORDER BY number");
    bind_id(entries, 1, workspace);
    while (entries.executeStep()) stored.entries.push_back(column_bytes(entries, 0));
    if (stored.entries.empty()) return std::nullopt;
    stored.waiting = read_waiting(database, workspace);
    stored.heads = read_heads(database, workspace);
    return stored;
}

std::optional<WorkspaceId> find_log_signed_by(SQLite::Database& database, const DeviceId& author) {
    Statement query(database,
                    "SELECT workspace FROM member WHERE substr(body, -80, 16) = ? LIMIT 1");
    bind_id(query, 1, author);
    if (!query.executeStep()) return std::nullopt;
    return WorkspaceId::from(column_bytes(query, 0));
}

PulledSegments read_segments(SQLite::Database& database,
                             const WorkspaceId& workspace,
                             const wire::PullBody& request) {
    PulledSegments pulled;
    std::uint64_t taken = 0;
    Statement query(database, R"sql(
        SELECT size, body FROM segment
        WHERE workspace = ? AND device = ? AND lane = ? AND seq_to > ? ORDER BY seq_to
    )sql");
    for (const wire::PullCursor& cursor : request.cursors) {
        query.reset();
        bind_id(query, 1, workspace);
        bind_id(query, 2, cursor.device);
        query.bind(3, static_cast<int>(cursor.lane));
        bind_number(query, 4, cursor.after);
        while (query.executeStep()) {
            const std::uint64_t size = column_number(query, 0);
            if (!pulled.segments.empty() && taken + size > request.bytes_max) {
                pulled.has_more = true;
                return pulled;
            }
            taken += size;
            pulled.segments.push_back(column_bytes(query, 1));
        }
    }
    return pulled;
}

std::optional<Bytes> read_segment(SQLite::Database& database,
                                  const WorkspaceId& workspace,
                                  const wire::PullCursor& position,
                                  std::uint64_t to) {
    Statement query(database, R"sql(
        SELECT body FROM segment
        WHERE workspace = ? AND device = ? AND lane = ? AND seq_to = ? AND seq_from = ?
    )sql");
    bind_id(query, 1, workspace);
    bind_id(query, 2, position.device);
    query.bind(3, static_cast<int>(position.lane));
    bind_number(query, 4, to);
    bind_number(query, 5, position.after + 1);
    if (!query.executeStep()) return std::nullopt;
    return column_bytes(query, 0);
}

wire::UsageReply read_usage(SQLite::Database& database, const WorkspaceId& workspace) {
    wire::UsageReply usage;
    Statement kept(database, "SELECT bytes, segments FROM workspace WHERE id = ?");
    bind_id(kept, 1, workspace);
    if (!kept.executeStep()) return usage;
    usage.bytes = column_number(kept, 0);
    usage.segments = column_number(kept, 1);
    return usage;
}

bool read_admission(SQLite::Database& database, const Hash256& code_hash, UnixMs now_ms) {
    Statement query(database, "SELECT 1 FROM admission WHERE code_hash = ? AND expires_ms > ?");
    bind_bytes(query, 1, code_hash);
    query.bind(2, now_ms);
    return query.executeStep();
}

StoredTotals read_totals(SQLite::Database& database) {
    Statement all(database, R"sql(
        SELECT (SELECT count(*) FROM member), ifnull(sum(segments), 0), ifnull(sum(bytes), 0)
        FROM workspace
    )sql");
    StoredTotals totals;
    if (!all.executeStep()) return totals;
    totals.devices = column_number(all, 0);
    totals.segments = column_number(all, 1);
    totals.bytes = column_number(all, 2);
    return totals;
}

std::optional<UnixMs> read_backup_time(SQLite::Database& database) {
    Statement query(database, "SELECT value FROM hub WHERE key = 'backup_ms'");
    if (!query.executeStep()) return std::nullopt;
    return query.getColumn(0).getInt64();
}

}  // namespace satchel::hub
