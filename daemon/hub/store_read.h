// The store's queries. Run on the reader's thread; throw SQLite::Exception.
#pragma once

#include "daemon/hub/store.h"

namespace satchel::hub {

/// Reads on any connection of the hub; exceptions of the library pass through.
std::optional<StoredWorkspace> read_workspace(SQLite::Database& database,
                                              const WorkspaceId& workspace);
/// The workspace whose log has an entry that `author` signed.
std::optional<WorkspaceId> find_log_signed_by(SQLite::Database& database, const DeviceId& author);
PulledSegments read_segments(SQLite::Database& database,
                             const WorkspaceId& workspace,
                             const wire::PullBody& request);
std::optional<Bytes> read_segment(SQLite::Database& database,
                                  const WorkspaceId& workspace,
                                  const wire::PullCursor& position,
                                  std::uint64_t to);
wire::UsageReply read_usage(SQLite::Database& database, const WorkspaceId& workspace);
/// True when the code was handed out and has not expired.
bool read_admission(SQLite::Database& database, const Hash256& code_hash, UnixMs now_ms);
/// Costs as much as there are devices and workspaces, however long their history.
StoredTotals read_totals(SQLite::Database& database);

/// All devices of all workspaces, as far as the logs of members hold.
std::vector<KnownDevice> read_devices(SQLite::Database& database);
/// When a backup last went well.
std::optional<UnixMs> read_backup_time(SQLite::Database& database);

}  // namespace satchel::hub
