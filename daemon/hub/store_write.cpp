#include "daemon/hub/store_write.h"

#include "daemon/hub/bind.h"
#include "shared/protocol/wire/segment.h"

#include <SQLiteCpp/Database.h>

namespace satchel::hub {

namespace {

using SQLite::Statement;
using wire::HubRefusal;

/// Codes that may be open at a time in one workspace, or outside any.
constexpr int kOpenCodesMax = 64;

/// What a push brought that was not there.
struct Added {
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;
};

/// True when `offered` holds the ops of `held` sealed under another epoch; the link tells the ops.
bool is_resealed(ByteView held, ByteView offered) {
    const auto before = wire::parse_segment(held);
    const auto now = wire::parse_segment(offered);
    return before && now && before->header.epoch != now->header.epoch &&
           before->header.link == now->header.link;
}

/// Inserts, or refuses; `added` grows by what is new.
Verdict write_segment(SQLite::Database& database,
                      const NewObjects& objects,
                      const NewSegment& segment,
                      Added& added) {
    Statement last(database, R"sql(
        SELECT seq_to FROM segment WHERE workspace = ? AND device = ? AND lane = ?
        ORDER BY seq_to DESC LIMIT 1
    )sql");
    bind_id(last, 1, objects.workspace);
    bind_id(last, 2, objects.device);
    last.bind(3, static_cast<int>(segment.lane));
    const std::uint64_t last_seq = last.executeStep() ? column_number(last, 0) : 0;
    if (segment.from > last_seq + 1) return HubRefusal::gap;
    if (segment.from <= last_seq) {
        Statement same(database, R"sql(
            SELECT sha256, body FROM segment WHERE workspace = ? AND device = ? AND lane = ?
                AND seq_to = ? AND seq_from = ?
        )sql");
        bind_id(same, 1, objects.workspace);
        bind_id(same, 2, objects.device);
        same.bind(3, static_cast<int>(segment.lane));
        bind_number(same, 4, segment.to);
        bind_number(same, 5, segment.from);
        if (!same.executeStep()) return HubRefusal::different;
        if (equal_constant_time(column_bytes(same, 0), segment.hash)) return std::nullopt;
        return is_resealed(column_bytes(same, 1), segment.body) ? Verdict() : HubRefusal::different;
    }
    Statement insert(database, R"sql(
        INSERT INTO segment(workspace, device, lane, seq_from, seq_to, size, sha256, body)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?)
    )sql");
    bind_id(insert, 1, objects.workspace);
    bind_id(insert, 2, objects.device);
    insert.bind(3, static_cast<int>(segment.lane));
    bind_number(insert, 4, segment.from);
    bind_number(insert, 5, segment.to);
    bind_number(insert, 6, segment.body.size());
    bind_bytes(insert, 7, segment.hash);
    bind_bytes(insert, 8, segment.body);
    insert.exec();
    added.bytes += segment.body.size();
    ++added.segments;
    return std::nullopt;
}

Verdict write_head(SQLite::Database& database, const NewObjects& objects, UnixMs now_ms) {
    Statement current(database,
                      "SELECT counter, body FROM head WHERE workspace = ? AND device = ?");
    bind_id(current, 1, objects.workspace);
    bind_id(current, 2, objects.device);
    if (current.executeStep()) {
        const std::uint64_t counter = column_number(current, 0);
        const bool is_same = counter == *objects.head_counter &&
                             equal_constant_time(column_bytes(current, 1), objects.head);
        if (is_same) return std::nullopt;
        if (counter >= *objects.head_counter) return HubRefusal::different;
    }
    Statement replace(database, R"sql(
        INSERT OR REPLACE INTO head(workspace, device, counter, body, updated_ms)
        VALUES(?, ?, ?, ?, ?)
    )sql");
    bind_id(replace, 1, objects.workspace);
    bind_id(replace, 2, objects.device);
    bind_number(replace, 3, *objects.head_counter);
    bind_bytes(replace, 4, objects.head);
    replace.bind(5, now_ms);
    replace.exec();
    return std::nullopt;
}

Verdict charge(SQLite::Database& database,
               const WorkspaceId& workspace,
               const Added& added,
               std::uint64_t quota_bytes) {
    if (added.segments == 0) return std::nullopt;
    Statement charge(database, R"sql(
        UPDATE workspace SET bytes = bytes + ?, segments = segments + ? WHERE id = ?
    )sql");
    bind_number(charge, 1, added.bytes);
    bind_number(charge, 2, added.segments);
    bind_id(charge, 3, workspace);
    charge.exec();
    if (quota_bytes == 0) return std::nullopt;
    Statement total(database, "SELECT bytes > ? FROM workspace WHERE id = ?");
    bind_number(total, 1, quota_bytes);
    bind_id(total, 2, workspace);
    const bool is_over = total.executeStep() && total.getColumn(0).getInt() != 0;
    return is_over ? Verdict(HubRefusal::quota_full) : std::nullopt;
}

/// The code's workspace: the one it is bound to, else the one asked for, else the only one there
/// is.
std::optional<WorkspaceId> joined_workspace(SQLite::Database& database,
                                            const Bytes& bound,
                                            const WorkspaceId& asked) {
    if (const auto id = WorkspaceId::from(bound))
        return asked.is_zero() || asked == *id ? id : std::nullopt;
    Statement known(database, R"sql(
        SELECT id FROM workspace WHERE id = ?1 OR ?1 = zeroblob(16) LIMIT 2
    )sql");
    bind_id(known, 1, asked);
    if (!known.executeStep()) return std::nullopt;
    const auto id = WorkspaceId::from(column_bytes(known, 0));
    return known.executeStep() ? std::nullopt : id;
}

Verdict found_workspace(SQLite::Database& database, const Enrolment& enrolment, UnixMs now_ms) {
    Statement insert(database, "INSERT OR IGNORE INTO workspace(id, created_ms) VALUES(?, ?)");
    bind_id(insert, 1, enrolment.workspace);
    insert.bind(2, now_ms);
    insert.exec();
    std::uint64_t number = 0;
    for (const Bytes& entry : enrolment.entries) {
        const NewMember member{enrolment.workspace, number++, enrolment.device.device, entry};
        const Verdict refused = write_member(database, member, nullptr, now_ms);
        if (refused) return refused;
    }
    return std::nullopt;
}

Verdict let_wait(SQLite::Database& database, const Enrolment& enrolment, UnixMs now_ms) {
    Statement count(database, "SELECT count(*) FROM waiting WHERE workspace = ?");
    bind_id(count, 1, enrolment.workspace);
    const bool is_full = count.executeStep() && column_number(count, 0) >= enrolment.waiting_max;
    if (is_full) return HubRefusal::quota_full;
    Statement insert(database, R"sql(
        INSERT OR REPLACE INTO waiting(workspace, device, ed_public, x_public, sealed_name, proof,
            created_ms) VALUES(?, ?, ?, ?, ?, ?, ?)
    )sql");
    const wire::WaitingDevice& device = enrolment.device;
    bind_id(insert, 1, enrolment.workspace);
    bind_id(insert, 2, device.device);
    bind_bytes(insert, 3, device.ed_public);
    bind_bytes(insert, 4, device.x_public);
    bind_bytes(insert, 5, device.sealed_name);
    bind_bytes(insert, 6, device.proof);
    insert.bind(7, now_ms);
    insert.exec();
    return std::nullopt;
}

}  // namespace

Verdict write_push(SQLite::Database& database,
                   const NewObjects& objects,
                   std::uint64_t quota_bytes,
                   UnixMs now_ms) {
    Added added;
    for (const NewSegment& segment : objects.segments)
        if (const Verdict refused = write_segment(database, objects, segment, added))
            return refused;
    if (objects.head_counter)
        if (const Verdict refused = write_head(database, objects, now_ms)) return refused;
    return charge(database, objects.workspace, added, quota_bytes);
}

Verdict write_enrolment(SQLite::Database& database, Enrolment& enrolment, UnixMs now_ms) {
    Statement code(database, R"sql(
        SELECT kind, workspace, used_by FROM admission WHERE code_hash = ? AND expires_ms > ?
    )sql");
    bind_bytes(code, 1, enrolment.code_hash);
    code.bind(2, now_ms);
    if (!code.executeStep()) return HubRefusal::bad_code;
    const auto kind = static_cast<AdmissionKind>(code.getColumn(0).getInt());
    const Bytes bound = column_bytes(code, 1);
    const Bytes used_by = column_bytes(code, 2);
    const bool is_spent = !used_by.empty() && DeviceId::from(used_by) != enrolment.device.device;
    const bool is_founding = !enrolment.entries.empty();
    if (is_spent) return HubRefusal::used_code;
    if (is_founding && kind == AdmissionKind::joining) return HubRefusal::has_workspace;
    if (!is_founding && kind == AdmissionKind::founding) return HubRefusal::bad_code;
    if (kind == AdmissionKind::joining) {
        const auto workspace = joined_workspace(database, bound, enrolment.workspace);
        if (!workspace) return HubRefusal::bad_code;
        enrolment.workspace = *workspace;
    }
    Statement spend(database, "UPDATE admission SET used_by = ? WHERE code_hash = ?");
    bind_id(spend, 1, enrolment.device.device);
    bind_bytes(spend, 2, enrolment.code_hash);
    spend.exec();
    const bool founds = kind == AdmissionKind::founding;
    const Verdict refused = founds ? found_workspace(database, enrolment, now_ms)
                                   : let_wait(database, enrolment, now_ms);
    // The same device again asks for the answer it did not get.
    if (refused || !used_by.empty()) return refused;
    const AuditNote note{enrolment.device.device.text(),
                         enrolment.address,
                         founds ? "found" : "enroll",
                         enrolment.workspace.text()};
    write_audit(database, note, now_ms);
    return std::nullopt;
}

Verdict write_member(SQLite::Database& database,
                     const NewMember& member,
                     const AuditNote* note,
                     UnixMs now_ms) {
    const auto& [workspace, number, device, entry] = member;
    Statement known(database, "SELECT body FROM member WHERE workspace = ? AND number = ?");
    bind_id(known, 1, workspace);
    bind_number(known, 2, number);
    if (known.executeStep()) {
        const bool is_same = equal_constant_time(column_bytes(known, 0), entry);
        return is_same ? Verdict() : HubRefusal::taken;
    }
    Statement insert(database, "INSERT INTO member(workspace, number, body) VALUES(?, ?, ?)");
    bind_id(insert, 1, workspace);
    bind_number(insert, 2, number);
    bind_bytes(insert, 3, entry);
    insert.exec();
    Statement admit(database, "DELETE FROM waiting WHERE workspace = ? AND device = ?");
    bind_id(admit, 1, workspace);
    bind_id(admit, 2, device);
    admit.exec();
    if (note != nullptr) write_audit(database, *note, now_ms);
    return std::nullopt;
}

Verdict write_admission(SQLite::Database& database, const Admission& admission, UnixMs now_ms) {
    Statement forget(database, "DELETE FROM admission WHERE expires_ms <= ?");
    forget.bind(1, now_ms);
    forget.exec();
    Bytes workspace;
    if (admission.workspace) workspace = to_bytes(admission.workspace->view());
    Statement open(database, R"sql(
        SELECT count(*) FROM admission WHERE workspace = ? AND used_by IS NULL
    )sql");
    bind_bytes(open, 1, workspace);
    const bool is_full = open.executeStep() && open.getColumn(0).getInt() >= kOpenCodesMax;
    if (is_full) return HubRefusal::quota_full;
    Statement insert(database, R"sql(
        INSERT OR IGNORE INTO admission(code_hash, kind, workspace, expires_ms) VALUES(?, ?, ?, ?)
    )sql");
    bind_bytes(insert, 1, admission.code_hash);
    insert.bind(2, static_cast<int>(admission.kind));
    bind_bytes(insert, 3, workspace);
    insert.bind(4, admission.expires_ms);
    if (insert.exec() > 0) write_audit(database, admission.note, now_ms);
    return std::nullopt;
}

void write_backup_time(SQLite::Database& database, UnixMs now_ms) {
    Statement set(database, "INSERT OR REPLACE INTO hub(key, value) VALUES('backup_ms', ?)");
    set.bind(1, now_ms);
    set.exec();
    AuditNote note;
    note.address = "operator";
    note.operation = "backup";
    write_audit(database, note, now_ms);
}

}  // namespace satchel::hub
