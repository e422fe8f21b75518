#include "daemon/hub/audit.h"

#include "daemon/crypto/hash.h"
#include "daemon/hub/bind.h"

#include <string_view>

#include <SQLiteCpp/Database.h>

namespace satchel::hub {

namespace {

using SQLite::Statement;

constexpr std::string_view kAnchor = "audit_anchor";
constexpr std::string_view kHead = "audit_head";
/// Rows between two looks for what is too old.
constexpr std::uint64_t kPruneEvery = 64;

/// A row's number and link.
struct Place {
    std::uint64_t number = 0;
    Hash256 link{};

    bool operator==(const Place&) const = default;
};

/// Where a chain of this hub starts: another hub's rows do not fit.
Place first_place(SQLite::Database& database) {
    const std::string id =
        database.execAndGet("SELECT value FROM hub WHERE key = 'id'").getString();
    return {0, crypto::sha256({as_bytes("satchel hub audit v1"), as_bytes(id)})};
}

Place find_place(SQLite::Database& database, std::string_view key) {
    Statement query(database, "SELECT value FROM hub WHERE key = ?");
    query.bind(1, std::string(key));
    if (!query.executeStep()) return first_place(database);
    const Bytes bytes = column_bytes(query, 0);
    ByteReader in(bytes);
    Place place;
    place.number = in.u64();
    in.fill(place.link);
    return place;
}

void set_place(SQLite::Database& database, std::string_view key, const Place& place) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u64(place.number);
    out.raw(place.link);
    Statement set(database, "INSERT OR REPLACE INTO hub(key, value) VALUES(?, ?)");
    set.bind(1, std::string(key));
    bind_bytes(set, 2, bytes);
    set.exec();
}

Hash256 link_of(const Hash256& before, const AuditRow& row) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.raw(before);
    out.u64(row.number);
    out.u64(static_cast<std::uint64_t>(row.time_ms));
    const AuditNote& note = row.note;
    for (const std::string* text :
         {&note.device, &note.address, &note.operation, &note.subject, &note.result})
        out.sized(*text);
    out.u64(note.count);
    return crypto::sha256(bytes);
}

/// Columns in the order of `kColumns`.
constexpr std::string_view kColumns =
    "number, time_ms, device, address, operation, subject, result, count, link";

AuditRow row_at(Statement& query) {
    AuditRow row;
    row.number = column_number(query, 0);
    row.time_ms = query.getColumn(1).getInt64();
    row.note.device = query.getColumn(2).getString();
    row.note.address = query.getColumn(3).getString();
    row.note.operation = query.getColumn(4).getString();
    row.note.subject = query.getColumn(5).getString();
    row.note.result = query.getColumn(6).getString();
    row.note.count = column_number(query, 7);
    row.link = column_array<32>(query, 8);
    return row;
}

/// Lets rows go from the oldest on, and keeps the link of the last of them.
void prune(SQLite::Database& database, std::uint64_t newest, UnixMs now_ms) {
    Statement old(database, "SELECT max(number) FROM audit WHERE time_ms < ?");
    old.bind(1, now_ms - kAuditKeptMs);
    std::uint64_t cut = old.executeStep() ? column_number(old, 0) : 0;
    if (newest > kAuditRowsMax) cut = std::max(cut, newest - kAuditRowsMax);
    Statement last(database, "SELECT number, link FROM audit WHERE number <= ? ORDER BY 1 DESC");
    bind_number(last, 1, cut);
    if (!last.executeStep()) return;
    set_place(database, kAnchor, {column_number(last, 0), column_array<32>(last, 1)});
    last.reset();
    Statement forget(database, "DELETE FROM audit WHERE number <= ?");
    bind_number(forget, 1, cut);
    forget.exec();
}

}  // namespace

void write_audit(SQLite::Database& database, const AuditNote& note, UnixMs now_ms) {
    const Place before = find_place(database, kHead);
    AuditRow row{before.number + 1, now_ms, note, {}};
    row.link = link_of(before.link, row);
    Statement insert(
        database,
        "INSERT INTO audit(" + std::string(kColumns) + ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_number(insert, 1, row.number);
    insert.bind(2, row.time_ms);
    insert.bind(3, note.device);
    insert.bind(4, note.address);
    insert.bind(5, note.operation);
    insert.bind(6, note.subject);
    insert.bind(7, note.result);
    bind_number(insert, 8, note.count);
    bind_bytes(insert, 9, row.link);
    insert.exec();
    set_place(database, kHead, {row.number, row.link});
    if (row.number % kPruneEvery == 0) prune(database, row.number, now_ms);
}

std::vector<AuditRow> read_audit(SQLite::Database& database, std::uint64_t limit) {
    Statement query(database,
                    "SELECT " + std::string(kColumns) + " FROM audit ORDER BY number DESC LIMIT ?");
    bind_number(query, 1, limit);
    std::vector<AuditRow> rows;
    while (query.executeStep()) rows.push_back(row_at(query));
    std::reverse(rows.begin(), rows.end());
    return rows;
}

AuditCheck check_audit(SQLite::Database& database) {
    Statement query(database, "SELECT " + std::string(kColumns) + " FROM audit ORDER BY number");
    Place at = find_place(database, kAnchor);
    AuditCheck check;
    while (query.executeStep() && check.problem.empty()) {
        const AuditRow row = row_at(query);
        const std::string number = std::to_string(row.number);
        if (row.number != at.number + 1)
            check.problem = "row " + std::to_string(at.number + 1) + " is missing";
        else if (row.link != link_of(at.link, row))
            check.problem = "row " + number + " is not what was written there";
        at = {row.number, row.link};
        ++check.rows;
    }
    check.link = at.link;
    if (check.problem.empty() && at != find_place(database, kHead))
        check.problem = "rows after row " + std::to_string(at.number) + " are missing";
    return check;
}

}  // namespace satchel::hub
