// Writing files back: from backups, and from what the store keeps without showing it.
#pragma once

#include "daemon/backup/backups.h"
#include "daemon/engine/replica.h"
#include "daemon/sources/file_tree/process_gate.h"
#include "daemon/sources/file_tree/tree_dir.h"
#include "shared/protocol/control/backup.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace satchel::app {

/// Eight hexadecimal digits that stand for one copy.
std::string backup_id(const backup::BackupEntry& entry);
/// All copies, newest cycle first and the oldest copy of a cycle first; equal ones once. A cycle
/// with a name that would lead elsewhere is refused as a whole.
backup::Copies list_copies(const backup::Backups& backups);

/// Where a file that the source holds lies below its root.
std::string local_path(const engine::SourceSlot& slot, std::string_view path);

/// Where a file goes, and what happens before.
struct RestorePlace {
    std::filesystem::path root;
    /// Copies what is there; empty where nothing may be there.
    std::function<Status(const std::filesystem::path& relative)> backup{};
};

/// Hands a file's content on, piece by piece.
using Content = std::function<Status(const std::function<Status(ByteView)>& write)>;

/// Puts a file at `relative` below the place, by the rules of a projection: names that may not be
/// written, links on the way, files that are open or change meanwhile are refused.
Status restore_file(const RestorePlace& place,
                    const std::string& relative,
                    UnixMs time_ms,
                    const Content& content);
/// source.restore without a folder: the next cycle shows what was deleted here. On the worker.
Result<control::RestoreResponse> bring_back_swept(engine::Replica& replica,
                                                  engine::SourceSlot& slot,
                                                  const control::SourceRestoreRequest& request);
/// source.restore. On the worker.
Result<control::RestoreResponse> restore_stored(engine::Replica& replica,
                                                const control::SourceRestoreRequest& request);

}  // namespace satchel::app
