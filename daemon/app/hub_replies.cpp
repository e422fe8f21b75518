#include "daemon/app/hub_replies.h"

namespace satchel::app {

control::HubAuditResponse to_response(const hub::HubAudit& audit) {
    control::HubAuditResponse response;
    for (const hub::AuditRow& row : audit.rows)
        response.rows.push_back({static_cast<std::int64_t>(row.number),
                                 json::Time{row.time_ms},
                                 row.note.device,
                                 row.note.address,
                                 row.note.operation,
                                 row.note.subject,
                                 row.note.result,
                                 static_cast<std::int64_t>(row.note.count)});
    if (!audit.check) return response;
    response.verified = audit.check->problem.empty();
    response.problem = audit.check->problem;
    response.total = static_cast<std::int64_t>(audit.check->rows);
    response.link = to_hex(audit.check->link);
    return response;
}

control::HubBackupResponse to_response(const hub::BackupDone& done) {
    control::HubBackupResponse response;
    response.path = done.path.string();
    response.time = done.manifest.time;
    response.bytes = done.manifest.bytes;
    response.sha256 = done.manifest.sha256;
    response.devices = done.manifest.devices;
    response.objects = done.manifest.segments;
    response.removed = static_cast<std::int64_t>(done.removed);
    return response;
}

control::HubDevicesResponse to_response(const std::vector<hub::SeenDevice>& devices) {
    // An answer has to fit a line of the control socket.
    constexpr std::size_t kDevicesShown = 2'000;
    control::HubDevicesResponse response;
    for (const hub::SeenDevice& seen : devices) {
        if (response.devices.size() == kDevicesShown) break;
        control::HubDevice device;
        device.device = seen.known.device.text();
        device.workspace = seen.known.workspace.text();
        device.standing = std::string(seen.known.standing);
        if (seen.known.pushed_ms) device.last_push = json::Time{*seen.known.pushed_ms};
        if (seen.seen_ms) device.last_request = json::Time{*seen.seen_ms};
        device.requests = static_cast<std::int64_t>(seen.requests);
        device.objects = static_cast<std::int64_t>(seen.known.segments);
        device.bytes = static_cast<std::int64_t>(seen.known.bytes);
        response.devices.push_back(std::move(device));
    }
    return response;
}

control::HubRestoreResponse to_response(const hub::Restored& restored,
                                        const std::filesystem::path& from,
                                        bool is_dry_run) {
    control::HubRestoreResponse response;
    response.path = from.string();
    response.time = restored.backup.time;
    response.bytes = restored.backup.bytes;
    response.devices = restored.backup.devices;
    response.objects = restored.backup.segments;
    response.replaced = restored.replaced.string();
    response.dry_run = is_dry_run;
    return response;
}

control::HubBackupResponse would_back_up(const std::filesystem::path& folder,
                                         const std::filesystem::path& database) {
    control::HubBackupResponse response;
    response.path = folder.string();
    response.dry_run = true;
    std::error_code failed;
    for (const char* end : {"", "-wal"}) {
        const auto size = std::filesystem::file_size(database.string() + end, failed);
        if (!failed) response.bytes += static_cast<std::int64_t>(size);
    }
    return response;
}

}  // namespace satchel::app
