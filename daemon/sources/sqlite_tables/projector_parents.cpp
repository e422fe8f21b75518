// Rows and the rows they refer to: numbers for rows that are written together, the order in which
// they are written, and what is done when a parent is missing in the end.
#include "daemon/core/dangling.h"
#include "daemon/sources/sqlite_tables/projector.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

/// Chooses the integer keys of new rows before any is written, so that they can refer to each
/// other, and so that they can be announced.
Status Projector::plan_numbers(std::size_t table) {
    const Table& info = bench_.schema.tables[table];
    if (!info.has_rowid_identity() || by_table_[table].empty()) return ok();
    const std::string name = identifier(info.name);
    SATCHEL_TRY(
        largest,
        bench_.database.integer("SELECT max(" + identifier(info.rowid) + ") FROM main." + name));
    std::int64_t next = largest;
    if (info.is_autoincrement) {
        SATCHEL_TRY(used,
                    bench_.database.integer("SELECT seq FROM main.sqlite_sequence WHERE name = " +
                                            literal(info.name)));
        next = std::max(next, used);
    }
    std::vector<Job*> without;
    for (const std::size_t i : by_table_[table]) {
        Job& job = jobs_[i];
        if (!job.blocked.empty() || job.wanted->held.is_present || job.wanted->key) continue;
        std::vector<std::int64_t> favourites;
        if (const auto announced = announcements_.find(info.collection, job.wanted->sid))
            favourites.push_back(*announced);
        if (job.wanted->marker.kind() == core::ValueKind::integer)
            favourites.push_back(job.wanted->marker.as_integer());
        for (const std::int64_t number : favourites) {
            if (job.planned) break;
            SATCHEL_TRY(can_be_used, is_usable(table, job, number));
            if (!can_be_used || !planned_[table].insert(number).second) continue;
            job.planned = number;
            next = std::max(next, number);
        }
        if (!job.planned) without.push_back(&job);
    }
    for (Job* job : without) {
        if (next == INT64_MAX) break;
        job->planned = ++next;
    }
    for (const std::size_t i : by_table_[table]) {
        if (!jobs_[i].planned) continue;
        assign(jobs_[i], *jobs_[i].planned);
        if (info.identity == Identity::mapped)
            announcements_.add(info.collection, jobs_[i].wanted->sid, *jobs_[i].planned);
    }
    return ok();
}

/// True for a number that nobody has, or the row itself: written by a call cut short.
Result<bool> Projector::is_usable(std::size_t table, const Job& job, std::int64_t number) {
    {
        SATCHEL_TRY(row, bench_.database.query(read_by_rowid_sql(bench_.schema.tables[table])));
        row.bind(1, number);
        if (row.step_code() == SQLITE_DONE) return true;
    }
    return is_written_already(table, job, number);
}

/// Rows of a table that refer to each other, the referred ones first: whether those come decides
/// about the others.
std::vector<std::size_t> Projector::parent_first(std::size_t table,
                                                 std::span<const std::size_t> rows) const {
    const CollectionId collection = bench_.schema.tables[table].collection;
    std::unordered_map<Sid, std::size_t, SidHash> places;
    for (std::size_t n = 0; n < rows.size(); ++n) places.emplace(jobs_[rows[n]].wanted->sid, n);
    std::vector<std::vector<std::size_t>> parents(rows.size());
    for (std::size_t n = 0; n < rows.size(); ++n) {
        for (const core::ColumnValue& cell : jobs_[rows[n]].wanted->columns) {
            if (cell.value.kind() != core::ValueKind::reference) continue;
            const Column* column = bench_.schema.tables[table].find_column(cell.column);
            const bool is_own = column != nullptr && column->parent &&
                                bench_.schema.tables[*column->parent].collection == collection;
            const auto at = is_own ? places.find(cell.value.as_reference()) : places.end();
            if (at != places.end()) parents[n].push_back(at->second);
        }
    }
    std::vector<std::size_t> order;
    for (const std::size_t n : dependents_last(parents)) order.push_back(rows[n]);
    return order;
}

/// False: the transaction cannot be committed as it is.
Result<bool> Projector::settle_foreign_keys() {
    int open = 0;
    int highest = 0;
    sqlite3_db_status(bench_.database.handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, 0);
    if (open == 0 && options_.is_enforcing) return true;
    bool is_any_blocked = false;
    for (Job& job : jobs_) {
        if (job.deed != Deed::inserted && job.deed != Deed::updated) continue;
        if (const Status done = find_orphans(job); !done) return done.error();
        is_any_blocked = is_any_blocked || !job.blocked.empty();
    }
    if (is_any_blocked) return false;
    if (!options_.is_enforcing) return true;
    if (is_immediate_) {
        for (Job& job : jobs_)
            if (job.deed != Deed::none) job.blocked = "FOREIGN KEY constraint failed";
    }
    is_immediate_ = true;
    return false;
}

Status Projector::find_orphans(Job& job) {
    const Table& table = table_of(job);
    const bool may_dangle = job.wanted->state != nullptr && core::may_dangle(*job.wanted->state);
    if (may_dangle && !options_.is_enforcing) return ok();
    const auto values = decode_key(table, *job.result.key);
    for (const ForeignKey& foreign : table.foreign_keys) {
        if (foreign.from.size() != foreign.to.size()) continue;
        std::string given;
        std::string match;
        for (std::size_t i = 0; i < foreign.from.size(); ++i) {
            given += " AND c." + identifier(foreign.from[i]) + " IS NOT NULL";
            match += (i > 0 ? " AND p." : "p.") + identifier(foreign.to[i]) + " = c." +
                     identifier(foreign.from[i]);
        }
        SATCHEL_TRY(orphan,
                    bench_.database.query(
                        "SELECT 1 FROM main." + identifier(table.name) + " AS c WHERE " +
                        key_match_sql(table, 1) + given + " AND NOT EXISTS (SELECT 1 FROM main." +
                        identifier(foreign.parent) + " AS p WHERE " + match + ")"));
        bind_key(orphan, 1, *values);
        if (orphan.step_code() != SQLITE_ROW) continue;
        has_dangling_ = has_dangling_ || may_dangle;
        job.blocked =
            "FOREIGN KEY constraint failed: its row of " + foreign.parent + " is not here";
        if (const Status named = name_parent(job, foreign); !named) return named;
    }
    return ok();
}

/// Names the missing parent as an obstacle where the row refers to it by its identity, or where
/// that follows from its key.
Status Projector::name_parent(Job& job, const ForeignKey& foreign) {
    const auto parent = std::ranges::find(bench_.schema.tables, foreign.parent, &Table::name);
    if (parent == bench_.schema.tables.end()) return ok();
    for (const core::ColumnValue& cell : job.wanted->columns) {
        const Column* column = table_of(job).find_column(cell.column);
        if (column == nullptr || column->name != foreign.from[0]) continue;
        if (cell.value.kind() != core::ValueKind::reference) continue;
        job.obstacles = {{Obstacle::Kind::parent, parent->collection, cell.value.as_reference()}};
        return ok();
    }
    if (parent->identity != Identity::key) return ok();
    if (!std::ranges::equal(parent->key, foreign.to, {}, &KeyColumn::name)) return ok();
    const bool has_references = std::ranges::any_of(
        parent->key, [](const KeyColumn& column) { return column.parent.has_value(); });
    if (has_references) return ok();
    std::string columns;
    for (const std::string& name : foreign.from)
        columns += (columns.empty() ? "" : ", ") + identifier(name);
    const Table& table = table_of(job);
    SATCHEL_TRY(row,
                bench_.database.query("SELECT " + columns + " FROM main." + identifier(table.name) +
                                      " WHERE " + key_match_sql(table, 1)));
    const auto values = decode_key(table, *job.result.key);
    bind_key(row, 1, *values);
    if (row.step_code() != SQLITE_ROW) return ok();
    const auto key = read_key(*parent, row, 0);
    if (key)
        job.obstacles = {
            {Obstacle::Kind::parent, parent->collection, bench_.ids.row(parent->collection, *key)}};
    return ok();
}

}  // namespace satchel::sources::sqlite
