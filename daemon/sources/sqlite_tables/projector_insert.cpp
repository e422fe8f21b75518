// Inserting one row of a projection, and what to do when its number or key is taken.
#include "daemon/sources/sqlite_tables/projector.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

/// As the engine remembers what a row holds.
std::uint64_t hash_of(std::span<const core::ColumnValue> columns) {
    core::Shadow shadow;
    shadow.is_present = true;
    for (const core::ColumnValue& cell : columns)
        shadow.hashes.emplace_back(cell.column, cell.value.hash());
    return core::shadow_hash(shadow);
}

}  // namespace

Result<Projector::Wrote> Projector::insert(Job& job, std::optional<std::int64_t> preferred) {
    const Table& table = table_of(job);
    const bool has_number = table.has_rowid_identity();
    if (table.identity == Identity::column &&
        !std::ranges::count(cells_.columns, "sync_id", &Column::name)) {
        clash_ = "its sync_id is not known";
        return Wrote::failed;
    }
    std::optional<Bytes> key;
    if (!has_number) {
        key = key_of_cells(table);
        if (!key) {
            clash_ = "its key is not known";
            return Wrote::failed;
        }
    }
    InsertPlan& plan = plans_[*job.table];
    if (plan.sql.empty() || plan.columns != cells_.columns)
        plan = {cells_.columns, insert_sql(table, cells_.columns, has_number)};
    int code = SQLITE_DONE;
    {
        SATCHEL_TRY(query, writer(plan.sql));
        if (!query) return Wrote::failed;
        int at = 1;
        if (has_number) {
            if (preferred) query->bind(at, *preferred);
            ++at;
        }
        for (const core::Value* value : cells_.values) query->bind(at++, *value);
        effects_.begin();
        code = query->step_code();
    }
    if (code != SQLITE_DONE) return settle_clash(job, preferred, code);
    if (sqlite3_changes(bench_.database.handle()) == 0) {
        clash_ = "a trigger of the application refused it";
        is_unique_clash_ = false;
        return Wrote::failed;
    }
    const std::int64_t number = sqlite3_last_insert_rowid(bench_.database.handle());
    effects_.end({*job.table, SQLITE_INSERT, table.rowid.empty() ? 0 : number});
    if (!table.rowid.empty()) job.rowid = number;
    if (has_number) {
        key = to_bytes(integer_key(number));
        assign(job, number);
    }
    job.result.key = std::move(key);
    job.deed = Deed::inserted;
    note_intended(job, nullptr);
    return Wrote::done;
}

/// An insert failed: because its number is taken (another one will do), because the row is there
/// already, or because it cannot be.
Result<Projector::Wrote> Projector::settle_clash(Job& job,
                                                 std::optional<std::int64_t> preferred,
                                                 int code) {
    const Table& table = table_of(job);
    SATCHEL_TRY(wrote, written(job, code));
    if (wrote == Wrote::again || (code & 0xff) != SQLITE_CONSTRAINT) return wrote;
    const std::string reason = clash_;
    const bool is_unique = is_unique_clash_;
    if (!table.has_rowid_identity()) {
        SATCHEL_TRY(before, read_before(table, *key_of_cells(table)));
        if (before) return compare_only(job, *before);
    } else if (preferred && code == SQLITE_CONSTRAINT_PRIMARYKEY) {
        SATCHEL_TRY(is_written, is_written_already(*job.table, job, *preferred));
        if (is_written) {
            SATCHEL_TRY(before, read_before(table, integer_key(*preferred)));
            return compare_only(job, *before);
        }
        return insert(job, std::nullopt);
    }
    clash_ = reason;
    is_unique_clash_ = is_unique;
    return Wrote::failed;
}

/// True when the row there is exactly this one, and not what anybody is known to hold there: it was
/// written by a call cut short, and who had the number before was deleted by the application.
Result<bool> Projector::is_written_already(std::size_t table, const Job& job, std::int64_t number) {
    const Table& info = bench_.schema.tables[table];
    const auto key = integer_key(number);
    SATCHEL_TRY(before, read_before(info, key));
    if (!before || !is_as_wanted(*before, *job.wanted)) return false;
    SATCHEL_TRY(known, bench_.memory.find(info.collection, key));
    return !known || known->held_hash != hash_of(before->columns);
}

}  // namespace satchel::sources::sqlite
