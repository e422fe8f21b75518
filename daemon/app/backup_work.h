// What backups cause beyond the answer to a request: writing copies back, and folding the copies of
// a cycle that is over into one archive.
#pragma once

#include "daemon/app/device_app.h"
#include "shared/protocol/control/backup.h"

#include <string>

namespace satchel::app {

/// A cycle as a person names it: what `backup list` says, or the name of its archive.
std::string cycle_of(std::string name);

/// backup.restore. On the worker.
Result<control::RestoreResponse> restore_copies(DeviceApp& app,
                                                const control::BackupRestoreRequest& request);

/// Folds every cycle of copies that is over, when the settings say so. The archives are written on
/// a thread of their own, because that takes as long as the copies are large; what cannot be folded
/// stays as it is. Returns when there is nothing left to do, or at the daemon's end.
asio::awaitable<void> fold_backups(DeviceApp& app);
/// Does so from time to time.
asio::awaitable<void> keep_folding(DeviceApp& app);

}  // namespace satchel::app
