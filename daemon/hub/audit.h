// The hub's audit log: who did what to whom, when, and how it ended, for whoever runs the hub. Rows
// hold ids and addresses, never names, codes or keys. Each row's link is a hash over the link
// before it and the row, so that a row cannot be changed, taken out or slipped in without all later
// links changing; whoever noted a link elsewhere can tell. Old rows go, and the link of the last
// one that went stays as the anchor the rest is checked from.
#pragma once

#include "daemon/hub/group_writer.h"
#include "shared/base/clock.h"

#include <string>
#include <vector>

namespace satchel::hub {

/// Rows older than this go, and the oldest above this number: what a flood of refusals can add in
/// the same time is less (refusal_counter.h).
inline constexpr UnixMs kAuditKeptMs = 90ll * 24 * 3600 * 1000;
inline constexpr std::uint64_t kAuditRowsMax = 100'000;

/// What is to be written down. All texts are fixed words, ids or addresses.
struct AuditNote {
    std::string device{};     ///< who, when a signature proved it
    std::string address{};    ///< from where; "operator" for the hub's own machine
    std::string operation{};  ///< "found", "member.revoke", "push"
    std::string subject{};    ///< the device or workspace it is about
    std::string result = "ok";
    std::uint64_t count = 1;  ///< how often since the last such row
};

/// A row as it stands in the log.
struct AuditRow {
    std::uint64_t number = 0;  ///< from 1, without gaps
    UnixMs time_ms = 0;
    AuditNote note{};
    Hash256 link{};
};

/// What a look at the whole log found.
struct AuditCheck {
    std::uint64_t rows = 0;
    Hash256 link{};         ///< of the newest row
    std::string problem{};  ///< empty: every row follows the one before it
};

/// Adds a row; on the writer's thread, in whatever transaction runs. Throws SQLite::Exception.
void write_audit(SQLite::Database& database, const AuditNote& note, UnixMs now_ms);
/// The newest rows, oldest of them first.
std::vector<AuditRow> read_audit(SQLite::Database& database, std::uint64_t limit);
/// Reads every row and compares.
AuditCheck check_audit(SQLite::Database& database);

}  // namespace satchel::hub
