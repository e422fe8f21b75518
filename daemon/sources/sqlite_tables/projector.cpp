// The order of a projection: attempt, settle, start over without what cannot be written.
#include "daemon/sources/sqlite_tables/projector.h"

#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

/// Every new attempt leaves out at least one row or checks foreign keys row by row.
constexpr int kAttemptsMax = 64;

}  // namespace

Projector::Projector(Workbench bench, std::span<const WantedRow> rows, bool has_marks)
    : bench_(bench),
      jobs_(rows.size()),
      by_table_(bench.schema.tables.size()),
      removals_(bench.schema.tables.size()),
      reader_(bench),
      effects_(bench.database, bench.schema),
      has_marks_(has_marks) {
    has_app_triggers_ = std::ranges::any_of(bench.schema.tables, &Table::has_app_triggers);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        jobs_[i].wanted = &rows[i];
        jobs_[i].table = bench.schema.index_of(rows[i].collection);
        if (!jobs_[i].table) continue;
        auto& lists = rows[i].is_present ? by_table_ : removals_;
        lists[*jobs_[i].table].push_back(i);
    }
}

void Projector::park(Job& job, std::string reason) {
    job.result.outcome = Outcome::parked;
    job.result.reason = std::move(reason);
    job.result.displaced.clear();
    job.result.key.reset();
    job.deed = Deed::none;
}

Result<std::vector<ProjectedRow>> Projector::run() {
    for (int count = 0; count < kAttemptsMax; ++count) {
        SATCHEL_TRY(is_done, attempt());
        if (!is_done) continue;
        std::vector<ProjectedRow> results;
        results.reserve(jobs_.size());
        for (Job& job : jobs_) results.push_back(std::move(job.result));
        return results;
    }
    return Error{ErrorCode::failed, "write rows: they keep failing together"};
}

void Projector::start_over() {
    assigned_.assign(bench_.schema.tables.size(), {});
    owners_.assign(bench_.schema.tables.size(), {});
    planned_.assign(bench_.schema.tables.size(), {});
    effects_.forget();
    has_side_effects_ = false;
    for (Job& job : jobs_) {
        job.result = {};
        job.deed = Deed::none;
        job.planned.reset();
        job.rowid.reset();
        job.intended.clear();
        if (!job.table)
            park(job, "there is no such table here");
        else if (!job.blocked.empty())
            park(job, job.blocked);
    }
}

/// False: a row was blocked, try again.
Result<bool> Projector::attempt() {
    start_over();
    SATCHEL_TRY(transaction, Transaction::start(bench_.database, "BEGIN IMMEDIATE"));
    if (has_marks_) {
        const Status marked = bench_.database.run("UPDATE main._satchel_ctl SET applying = 1");
        if (!marked) return marked.error();
    }
    const Status deferred = bench_.database.run(is_immediate_ ? "PRAGMA defer_foreign_keys = OFF"
                                                              : "PRAGMA defer_foreign_keys = ON");
    if (!deferred) return deferred.error();
    SATCHEL_TRY(is_removed, remove_rows());
    if (!is_removed) return false;
    SATCHEL_TRY(is_written, upsert_rows());
    if (!is_written) return false;
    SATCHEL_TRY(is_settled, settle_foreign_keys());
    if (!is_settled) return false;
    SATCHEL_TRY(is_right, read_back());
    if (!is_right) return false;
    if (const Status done = finish_marks(); !done) return done.error();
    if (const Status done = transaction.commit(); !done) return done.error();
    return true;
}

Result<bool> Projector::remove_rows() {
    for (std::size_t table = removals_.size(); table-- > 0;) {
        SATCHEL_TRY(is_done, remove_from(table));
        if (!is_done) return false;
    }
    return true;
}

Result<bool> Projector::remove_from(std::size_t table) {
    // All are read before the first is removed: a cascade may take others along.
    for (const std::size_t i : removals_[table]) {
        Job& job = jobs_[i];
        if (!job.blocked.empty()) continue;
        if (const Status done = prepare_removal(job); !done) return done.error();
    }
    for (const std::size_t i : removals_[table]) {
        if (jobs_[i].deed != Deed::removed) continue;
        SATCHEL_TRY(wrote, remove(jobs_[i]));
        if (wrote == Wrote::again) return false;
        if (wrote == Wrote::failed) park(jobs_[i], clash_);
    }
    return true;
}

Result<bool> Projector::upsert_rows() {
    for (std::size_t table = 0; table < by_table_.size(); ++table) {
        if (bench_.schema.tables[table].is_cyclic)
            if (const Status done = plan_numbers(table); !done) return done.error();
    }
    for (std::size_t table = 0; table < by_table_.size(); ++table) {
        SATCHEL_TRY(is_done, upsert_into(table));
        if (!is_done) return false;
    }
    return true;
}

Result<bool> Projector::upsert_into(std::size_t table) {
    // A unique value may be freed by a row further down: those that clash are tried again.
    std::vector<std::size_t> open = by_table_[table];
    std::vector<std::string> reasons;
    while (!open.empty()) {
        std::vector<std::size_t> clashed;
        reasons.clear();
        for (const std::size_t i : open) {
            if (!jobs_[i].blocked.empty()) continue;
            SATCHEL_TRY(wrote, upsert(jobs_[i]));
            if (wrote == Wrote::again) return false;
            if (wrote == Wrote::done) continue;
            if (is_unique_clash_) {
                clashed.push_back(i);
                reasons.push_back(clash_);
            } else {
                park(jobs_[i], clash_);
            }
        }
        if (clashed.size() == open.size()) break;
        open = std::move(clashed);
    }
    for (std::size_t n = 0; n < open.size() && n < reasons.size(); ++n)
        park(jobs_[open[n]], reasons[n]);
    return true;
}

/// Chooses the integer keys of new rows of a table that refers to itself before any is written, so
/// that they can refer to each other.
Status Projector::plan_numbers(std::size_t table) {
    const Table& info = bench_.schema.tables[table];
    if (!info.has_rowid_identity()) return ok();
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
    SATCHEL_TRY(probe, bench_.database.query(read_by_rowid_sql(info)));
    std::vector<Job*> without;
    for (const std::size_t i : by_table_[table]) {
        Job& job = jobs_[i];
        if (!job.blocked.empty() || job.wanted->held.is_present || job.wanted->key) continue;
        without.push_back(&job);
        if (job.wanted->marker.kind() != core::ValueKind::integer) continue;
        const std::int64_t number = job.wanted->marker.as_integer();
        probe.bind(1, number);
        const bool is_free = probe.step_code() == SQLITE_DONE;
        probe.reset();
        if (!is_free || !planned_[table].insert(number).second) continue;
        job.planned = number;
        next = std::max(next, number);
        without.pop_back();
    }
    for (Job* job : without) {
        if (next == INT64_MAX) break;
        job->planned = ++next;
    }
    for (const std::size_t i : by_table_[table])
        if (jobs_[i].planned) assign(table, jobs_[i].wanted->sid, *jobs_[i].planned);
    return ok();
}

/// False: the transaction cannot be committed as it is.
Result<bool> Projector::settle_foreign_keys() {
    int open = 0;
    int highest = 0;
    sqlite3_db_status(bench_.database.handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, 0);
    if (open == 0) return true;
    bool is_any_blocked = false;
    for (Job& job : jobs_) {
        if (job.deed != Deed::inserted && job.deed != Deed::updated) continue;
        if (const Status done = find_orphans(job); !done) return done.error();
        is_any_blocked = is_any_blocked || !job.blocked.empty();
    }
    if (is_any_blocked) return false;
    if (is_immediate_) {
        for (Job& job : jobs_)
            if (job.deed != Deed::none) job.blocked = "FOREIGN KEY constraint failed";
    }
    is_immediate_ = true;
    return false;
}

Status Projector::find_orphans(Job& job) {
    const Table& table = table_of(job);
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
        if (orphan.step_code() == SQLITE_ROW)
            job.blocked =
                "FOREIGN KEY constraint failed: its row of " + foreign.parent + " is not here";
    }
    return ok();
}

Status Projector::finish_marks() {
    if (!has_marks_) return ok();
    // With side effects every row touched is looked at again; ours show no difference.
    return bench_.database.run(has_side_effects_
                                   ? "UPDATE main._satchel_mark SET org = 0 WHERE org = 1;"
                                     "UPDATE main._satchel_ctl SET applying = 0"
                                   : "DELETE FROM main._satchel_mark WHERE org = 1;"
                                     "UPDATE main._satchel_ctl SET applying = 0");
}

}  // namespace satchel::sources::sqlite
