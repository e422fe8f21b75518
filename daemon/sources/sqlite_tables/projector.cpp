// The order of a projection: attempt, settle, start over without what cannot be written.
#include "daemon/sources/sqlite_tables/projector.h"

#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>
#include <utility>

namespace satchel::sources::sqlite {

namespace {

/// Every new attempt leaves out at least one row or checks foreign keys row by row.
constexpr int kAttemptsMax = 64;

}  // namespace

std::vector<std::size_t> dependents_last(std::span<const std::vector<std::size_t>> needed) {
    std::vector<std::size_t> order;
    std::vector<bool> is_known(needed.size(), false);
    std::vector<std::pair<std::size_t, std::size_t>> path;  // where we are, and what is next there
    for (std::size_t i = 0; i < needed.size(); ++i) {
        if (!is_known[i]) path.emplace_back(i, 0);
        is_known[i] = true;
        while (!path.empty()) {
            auto& [at, next] = path.back();
            if (next == needed[at].size()) {
                order.push_back(at);
                path.pop_back();
                continue;
            }
            const std::size_t other = needed[at][next++];
            if (!is_known[other]) path.emplace_back(other, 0);
            is_known[other] = true;
        }
    }
    return order;
}

Projector::Projector(Workbench bench,
                     std::span<const WantedRow> rows,
                     Announcements& announcements,
                     Options options)
    : bench_(bench),
      announcements_(announcements),
      jobs_(rows.size()),
      by_table_(bench.schema.tables.size()),
      open_(bench.schema.tables.size()),
      removals_(bench.schema.tables.size()),
      children_(bench.schema.tables.size()),
      own_(bench.schema.tables.size()),
      reader_(bench),
      effects_(bench.database, bench.schema),
      options_(options) {
    has_app_triggers_ = std::ranges::any_of(bench.schema.tables, &Table::has_app_triggers);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        jobs_[i].wanted = &rows[i];
        jobs_[i].table = bench.schema.index_of(rows[i].collection);
        if (!jobs_[i].table) continue;
        auto& lists = rows[i].is_present ? by_table_ : removals_;
        lists[*jobs_[i].table].push_back(i);
        if (rows[i].key) own_[*jobs_[i].table].emplace(*rows[i].key, i);
    }
    for (std::size_t i = 0; i < children_.size(); ++i) learn_children(i);
}

/// Who refers to whom.
void Projector::learn_children(std::size_t table) {
    const Table& info = bench_.schema.tables[table];
    for (const ForeignKey& foreign : info.foreign_keys) {
        const auto parent = std::ranges::find(bench_.schema.tables, foreign.parent, &Table::name);
        if (parent != bench_.schema.tables.end() && foreign.from.size() == foreign.to.size())
            children_[static_cast<std::size_t>(parent - bench_.schema.tables.begin())].push_back(
                {table, &foreign});
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
    return Error{ErrorCode::too_large, "write rows: they keep failing together"};
}

void Projector::start_over() {
    assigned_.assign(bench_.schema.tables.size(), {});
    owners_.assign(bench_.schema.tables.size(), {});
    planned_.assign(bench_.schema.tables.size(), {});
    effects_.forget();
    has_side_effects_ = false;
    going_.clear();
    written_.clear();
    late_.clear();
    for (Job& job : jobs_) {
        job.result = {};
        job.deed = Deed::none;
        job.planned.reset();
        job.rowid.reset();
        job.intended.clear();
        job.clash.clear();
        job.vacated.reset();
        if (!job.table)
            park(job, "there is no such table here");
        else if (!job.blocked.empty())
            park(job, job.blocked);
        job.result.obstacles = job.obstacles;
    }
}

/// False: a row was blocked, try again.
Result<bool> Projector::attempt() {
    start_over();
    SATCHEL_TRY(transaction, Transaction::start(bench_.database, "BEGIN IMMEDIATE"));
    bench_.database.restart_deadline(options_.time_max);
    const milliseconds begun = options_.clock.steady_ms();
    if (options_.has_marks) {
        SATCHEL_TRY(
            last, bench_.database.integer("SELECT coalesce(max(seq), 0) FROM main._satchel_mark"));
        last_mark_ = last;
    }
    const Status deferred = bench_.database.run(is_immediate_ ? "PRAGMA defer_foreign_keys = OFF"
                                                              : "PRAGMA defer_foreign_keys = ON");
    if (!deferred) return deferred.error();
    SATCHEL_TRY(is_removed, remove_rows());
    if (!is_removed) return false;
    SATCHEL_TRY(is_written, write_rows());
    if (!is_written || block_needless_hides()) return false;
    SATCHEL_TRY(is_settled, settle_foreign_keys());
    if (!is_settled) return false;
    SATCHEL_TRY(is_right, read_back());
    if (!is_right) return false;
    worked_ = options_.clock.steady_ms() - begun;
    // Where nothing was written nothing is: an empty transaction would look like news.
    if (!has_deeds()) return true;
    if (const Status done = finish_marks(); !done) return done.error();
    if (const Status done = transaction.commit(); !done) return done.error();
    return true;
}

bool Projector::has_deeds() const {
    return std::ranges::any_of(jobs_, [](const Job& job) { return job.deed != Deed::none; });
}

Status Projector::plan_upserts() {
    for (std::size_t table = 0; table < by_table_.size(); ++table) {
        const Table& info = bench_.schema.tables[table];
        open_[table] = by_table_[table];
        std::erase_if(open_[table], [&](std::size_t i) { return !jobs_[i].blocked.empty(); });
        sort_by_rank(table, open_[table]);
        if (info.is_cyclic) open_[table] = parent_first(table, open_[table]);
        if (!info.is_cyclic && info.identity != Identity::mapped) continue;
        if (const Status done = plan_numbers(table); !done) return done;
    }
    // From here on the store knows what the database will hold.
    return announcements_.make_durable(bench_.memory);
}

/// Writes what can be written, and then removes what waited for that, in turns: a child may have to
/// leave a row before the row can go, and the row may have to go before the child's new parent can
/// have its unique value.
Result<bool> Projector::write_rows() {
    if (const Status done = plan_upserts(); !done) return done.error();
    for (bool is_last = false;;) {
        for (std::size_t table = 0; table < open_.size(); ++table) {
            SATCHEL_TRY(is_done, upsert_into(table));
            if (!is_done) return false;
        }
        if (late_.empty()) return settle_clashes();
        const std::vector<std::size_t> waiting = std::exchange(late_, {});
        SATCHEL_TRY(is_removed, remove_together(waiting, is_last));
        if (!is_removed) return false;
        is_last = late_.size() == waiting.size();
    }
}

/// Leaves those in `open_` that clash.
Result<bool> Projector::upsert_into(std::size_t table) {
    // A unique value may be freed by a row further down: those that clash are tried again.
    std::vector<std::size_t>& open = open_[table];
    while (!open.empty()) {
        std::vector<std::size_t> clashed;
        for (const std::size_t i : open) {
            Job& job = jobs_[i];
            SATCHEL_TRY(wrote, upsert(job));
            if (wrote == Wrote::again) return false;
            if (wrote == Wrote::done) {
                if (job.result.key && !bench_.schema.tables[table].uniques.empty())
                    written_.insert_or_assign({table, *job.result.key}, i);
                continue;
            }
            if (is_unique_clash_) {
                clashed.push_back(i);
                job.clash = clash_;
                continue;
            }
            park(job, clash_);
            if (!job.vacated) continue;
            job.blocked = clash_;
            return false;
        }
        const bool is_stuck = clashed.size() == open.size();
        open = std::move(clashed);
        if (!is_stuck) continue;
        bool is_lost = false;
        SATCHEL_TRY(has_room, vacate(open, is_lost));
        if (is_lost) return false;
        if (!has_room) break;
    }
    return true;
}

/// False: a row that gave up its value must have it back.
Result<bool> Projector::settle_clashes() {
    bool is_any_vacated = false;
    for (const auto& clashed : open_) {
        for (const std::size_t i : clashed) {
            Job& job = jobs_[i];
            if (const Status done = judge_clash(job, job.clash); !done) return done.error();
            if (!job.vacated) continue;
            is_any_vacated = true;
            job.blocked = job.result.reason;
            job.obstacles = job.result.obstacles;
        }
    }
    return !is_any_vacated;
}

/// A row that was hidden for another one stays when that one does not come; true if there is one.
bool Projector::block_needless_hides() {
    bool is_any_blocked = false;
    for (Job& job : jobs_) {
        if (!job.wanted->yields_to || job.deed != Deed::removed) continue;
        const Job& target = jobs_[*job.wanted->yields_to];
        if (target.result.outcome == Outcome::applied && target.blocked.empty()) continue;
        job.blocked = "it was not hidden: the row it was to make way for cannot be written";
        is_any_blocked = true;
    }
    return is_any_blocked;
}

Status Projector::finish_marks() {
    // With side effects every row touched is looked at again; ours show no difference.
    if (!options_.has_marks || has_side_effects_) return ok();
    return bench_.database.run("DELETE FROM main._satchel_mark WHERE seq > " +
                               std::to_string(last_mark_));
}

}  // namespace satchel::sources::sqlite
