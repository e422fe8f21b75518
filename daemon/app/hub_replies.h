// What the hub's parts know, as the control socket and --json tell it.
#pragma once

#include "daemon/hub/hub.h"
#include "daemon/hub/restore.h"
#include "shared/protocol/control/hub.h"

namespace satchel::app {

control::HubAuditResponse to_response(const hub::HubAudit& audit);
control::HubBackupResponse to_response(const hub::BackupDone& done);
control::HubDevicesResponse to_response(const std::vector<hub::SeenDevice>& devices);
/// `from` is the backup's folder.
control::HubRestoreResponse to_response(const hub::Restored& restored,
                                        const std::filesystem::path& from,
                                        bool is_dry_run);
/// What a backup would come to.
control::HubBackupResponse would_back_up(const std::filesystem::path& folder,
                                         const std::filesystem::path& database);

}  // namespace satchel::app
