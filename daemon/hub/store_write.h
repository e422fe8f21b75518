// The store's changes. Run on the writer's thread inside a savepoint that is rolled back when they
// refuse or throw SQLite::Exception.
#pragma once

#include "daemon/hub/store.h"

namespace satchel::hub {

/// Takes a push whole or not at all.
Verdict write_push(SQLite::Database& database,
                   const NewObjects& objects,
                   std::uint64_t quota_bytes,
                   UnixMs now_ms);
/// Spends the code; makes the workspace or lets the device wait.
Verdict write_enrolment(SQLite::Database& database, Enrolment& enrolment, UnixMs now_ms);

/// An entry of a membership log, checked already.
struct NewMember {
    WorkspaceId workspace;
    std::uint64_t number = 0;
    DeviceId device;  ///< it is about
    ByteView entry;
};

/// Error taken when the number holds another entry; the same entry again is fine. A new one is
/// noted in the audit log when there is a `note`.
Verdict write_member(SQLite::Database& database,
                     const NewMember& member,
                     const AuditNote* note,
                     UnixMs now_ms);
/// Also forgets codes that expired.
Verdict write_admission(SQLite::Database& database, const Admission& admission, UnixMs now_ms);

/// Notes that a backup went well, also in the audit log.
void write_backup_time(SQLite::Database& database, UnixMs now_ms);

}  // namespace satchel::hub
