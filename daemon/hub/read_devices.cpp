// What a hub knows of its devices, from the logs of members, the heads and the segments.
#include "daemon/crypto/members.h"
#include "daemon/hub/bind.h"
#include "daemon/hub/store_read.h"

#include <unordered_map>

#include <SQLiteCpp/Database.h>

namespace satchel::hub {

namespace {

using SQLite::Statement;

std::string_view standing_of(const crypto::Member& member) {
    if (!member.is_active()) return "revoked";
    return member.role == crypto::MemberRole::reader ? "reader" : "member";
}

/// Runs `query`, whose first column is a device, and hands each row over with what is known of it.
template <class Take>
void for_each(Statement& query,
              const WorkspaceId& workspace,
              std::unordered_map<DeviceId, KnownDevice*>& known,
              Take take) {
    bind_id(query, 1, workspace);
    while (query.executeStep()) {
        const auto found = known.find(DeviceId(column_array<16>(query, 0)));
        if (found != known.end()) take(*found->second);
    }
}

void read_one(SQLite::Database& database,
              const WorkspaceId& workspace,
              std::vector<KnownDevice>& all) {
    const auto stored = read_workspace(database, workspace);
    if (!stored) return;
    std::vector<KnownDevice> devices;
    if (const auto members = crypto::Members::verify(stored->entries, std::nullopt))
        for (const crypto::Member& member : members->all())
            devices.push_back({workspace, member.device, standing_of(member)});
    for (const wire::WaitingDevice& waiting : stored->waiting)
        devices.push_back({workspace, waiting.device, "waiting"});
    std::unordered_map<DeviceId, KnownDevice*> known;
    for (KnownDevice& device : devices) known.emplace(device.device, &device);

    Statement heads(database, "SELECT device, updated_ms FROM head WHERE workspace = ?");
    for_each(heads, workspace, known, [&](KnownDevice& device) {
        device.pushed_ms = heads.getColumn(1).getInt64();
    });
    Statement segments(database, R"sql(
        SELECT device, count(*), sum(size) FROM segment WHERE workspace = ? GROUP BY device
    )sql");
    for_each(segments, workspace, known, [&](KnownDevice& device) {
        device.segments = column_number(segments, 1);
        device.bytes = column_number(segments, 2);
    });
    all.insert(all.end(), devices.begin(), devices.end());
}

}  // namespace

std::vector<KnownDevice> read_devices(SQLite::Database& database) {
    std::vector<WorkspaceId> workspaces;
    Statement query(database, "SELECT id FROM workspace ORDER BY created_ms, id");
    while (query.executeStep()) workspaces.emplace_back(column_array<16>(query, 0));
    std::vector<KnownDevice> all;
    for (const WorkspaceId& workspace : workspaces) read_one(database, workspace, all);
    return all;
}

}  // namespace satchel::hub
