// What a person approved, and what waits for it.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/clock.h"
#include "shared/base/ids.h"

#include <string>
#include <vector>

namespace satchel::store {

/// The kind of a parked row that waits for a person's approval.
inline constexpr std::string_view kApprovalKind = "approval";

/// A row that waits.
struct WaitingApproval {
    std::int64_t collection = 0;
    Sid sid;
    std::string id;  ///< hash of what would be approved, in hexadecimal
    UnixMs since_ms = 0;
};

/// Those whose id starts with `prefix`, oldest first, at most `limit`.
Result<std::vector<WaitingApproval>> list_waiting_approvals(Database& database,
                                                            std::string_view prefix,
                                                            std::size_t limit);
Result<std::uint64_t> count_waiting_approvals(Database& database);
/// True when a person approved exactly this.
Result<bool> is_approved(Database& database, std::string_view id);
Status add_approval(Transaction& transaction, std::string_view id, UnixMs at_ms);
/// An approval is for once.
Status spend_approval(Transaction& transaction, std::string_view id);

}  // namespace satchel::store
