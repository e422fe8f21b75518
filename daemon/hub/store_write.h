// The store's changes. Run on the writer's thread inside a savepoint that is rolled back when they
// refuse or throw SQLite::Exception.
#pragma once

#include "daemon/hub/store.h"

namespace satchel::hub {

Verdict write_push(SQLite::Database& database,
                   const NewObjects& objects,
                   std::uint64_t quota_bytes,
                   UnixMs now_ms);
Verdict write_enrolment(SQLite::Database& database, Enrolment& enrolment, UnixMs now_ms);
/// Error taken when the number holds another entry; the same entry again is fine.
Verdict write_member(SQLite::Database& database,
                     const WorkspaceId& workspace,
                     std::uint64_t number,
                     const DeviceId& device,
                     ByteView entry);
/// Also forgets codes that expired.
Verdict write_admission(SQLite::Database& database, const Admission& admission, UnixMs now_ms);

}  // namespace satchel::hub
