// Removals, child-first. A row that others refer to is not removed over their heads: what would go
// along without having been asked to is named as an obstacle, so that the engine can put it in
// safety before.
#include "daemon/sources/sqlite_tables/describe.h"
#include "daemon/sources/sqlite_tables/projector.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

/// So many children are named at a time; the rest the next time.
constexpr std::size_t kChildrenNamedMax = 256;

std::string children_sql(const Table& parent, const Table& child, const ForeignKey& foreign) {
    std::string from;
    std::string to;
    for (std::size_t i = 0; i < foreign.from.size(); ++i) {
        from += (i > 0 ? ", " : "") + identifier(foreign.from[i]);
        to += (i > 0 ? ", " : "") + identifier(foreign.to[i]);
    }
    return "SELECT " + key_list_sql(child) + " FROM main." + identifier(child.name) + " WHERE (" +
           from + ") IN (SELECT " + to + " FROM main." + identifier(parent.name) + " WHERE " +
           key_match_sql(parent, 1) + ")";
}

}  // namespace

Status Projector::prepare_removal(Job& job) {
    if (!job.wanted->key) return ok();  // never was here
    const Table& table = table_of(job);
    SATCHEL_TRY(known, bench_.memory.find(table.collection, *job.wanted->key));
    if (known && known->sid != job.wanted->sid) return ok();  // the key is another row's now
    SATCHEL_TRY(before, read_before(table, *job.wanted->key));
    if (!before) return ok();
    if (!is_as_held(*before, *job.wanted)) {
        job.result.outcome = Outcome::changed_meanwhile;
        job.result.reason = kChangedHere;
        return ok();
    }
    job.result.displaced = std::move(before->columns);
    job.deed = Deed::removed;
    going_.emplace(*job.table, *job.wanted->key);
    return ok();
}

Result<bool> Projector::remove_rows() {
    // All are read before the first is removed: a cascade may take others along.
    for (const auto& rows : removals_)
        for (const std::size_t i : rows)
            if (jobs_[i].blocked.empty())
                if (const Status done = prepare_removal(jobs_[i]); !done) return done.error();
    for (std::size_t table = removals_.size(); table-- > 0;) {
        for (const std::size_t i : removals_[table]) {
            if (jobs_[i].deed != Deed::removed) continue;
            bool has_own = false;
            SATCHEL_TRY(children, find_children(jobs_[i], false, has_own));
            if (has_own && children.empty()) {
                late_.push_back(i);
                continue;
            }
            SATCHEL_TRY(wrote, remove_unless(jobs_[i], std::move(children)));
            if (wrote == Wrote::again) return false;
        }
    }
    return true;
}

/// Removals of rows whose children were themselves to be written first.
Result<bool> Projector::remove_late() {
    for (const std::size_t i : late_) {
        bool has_own = false;
        SATCHEL_TRY(children, find_children(jobs_[i], true, has_own));
        SATCHEL_TRY(wrote, remove_unless(jobs_[i], std::move(children)));
        if (wrote == Wrote::again) return false;
    }
    return true;
}

Result<Projector::Wrote> Projector::remove_unless(Job& job, std::vector<Obstacle> children) {
    if (job.result.outcome != Outcome::applied) return Wrote::done;
    if (!children.empty()) {
        park_behind(job, std::move(children));
        return Wrote::failed;
    }
    SATCHEL_TRY(wrote, remove(job));
    if (wrote == Wrote::failed && job.deed == Deed::removed) {
        going_.erase({*job.table, *job.wanted->key});
        park(job, clash_);
    }
    return wrote;
}

void Projector::park_behind(Job& job, std::vector<Obstacle> children) {
    const Obstacle first = children.front();
    const Table* table = bench_.schema.find(first.collection);
    const auto key = bench_.memory.find_key(first.collection, first.sid);
    std::string name = "a row of " + table->name;
    if (key && *key) name = describe_row(bench_.database, *table, **key);
    going_.erase({*job.table, *job.wanted->key});
    park(job, name + " refers to it");
    job.result.obstacles = std::move(children);
}

Result<Projector::Wrote> Projector::remove(Job& job) {
    const Table& table = table_of(job);
    const auto values = decode_key(table, *job.wanted->key);
    SATCHEL_TRY(query, writer(delete_sql(table)));
    if (!query) return Wrote::failed;
    bind_key(*query, 1, *values);
    if (table.has_app_triggers)
        if (const Status kept = bench_.database.run("SAVEPOINT satchel_removal"); !kept)
            return kept.error();
    effects_.begin();
    const int code = query->step_code();
    query->reset();
    if (code != SQLITE_DONE) {
        SATCHEL_TRY(wrote, written(job, code));
        if (!table.has_app_triggers || wrote == Wrote::again) return wrote;
        const Status released = bench_.database.run("RELEASE satchel_removal");
        return released ? Result<Wrote>(wrote) : Result<Wrote>(released.error());
    }
    if (table.has_app_triggers) {
        SATCHEL_TRY(taken, find_taken_along(job));
        if (!taken.empty()) {
            park_behind(job, std::move(taken));
            return Wrote::failed;
        }
    }
    std::int64_t rowid = 0;
    if (table.has_rowid_identity()) rowid = (*values)[0].as_integer();
    effects_.end({*job.table, SQLITE_DELETE, rowid});
    return Wrote::done;
}

/// Rows that triggers of the application deleted together with this one. If there are any, nothing
/// is deleted after all.
Result<std::vector<Obstacle>> Projector::find_taken_along(const Job& job) {
    std::vector<Obstacle> taken;
    const auto events = effects_.current();
    const auto deleted = std::ranges::count(events, SQLITE_DELETE, &SideEffects::Event::operation);
    if (deleted > 1 || (deleted > 0 && table_of(job).rowid.empty())) {
        const Status undone = bench_.database.run("ROLLBACK TO satchel_removal");
        if (!undone) return undone.error();
        for (const SideEffects::Event& event : events) {
            const Table& table = bench_.schema.tables[event.table];
            if (event.operation != SQLITE_DELETE || table.rowid.empty()) continue;
            SATCHEL_TRY(row, bench_.database.query(read_by_rowid_sql(table)));
            row.bind(1, event.rowid);
            if (row.step_code() != SQLITE_ROW) continue;
            const auto key = read_key(table, row, 0);
            row.reset();
            if (!key || going_.contains({event.table, *key})) continue;
            SATCHEL_TRY(other, read_other(table, *key));
            if (other && other->row.exists())
                taken.push_back({Obstacle::Kind::child, table.collection, other->sid});
        }
        if (taken.empty()) {
            // All of them are to go anyway.
            SATCHEL_TRY(again, bench_.database.query(delete_sql(table_of(job))));
            const auto values = decode_key(table_of(job), *job.wanted->key);
            bind_key(again, 1, *values);
            effects_.begin();
            if (const int code = again.step_code(); code != SQLITE_DONE)
                return bench_.database.error(code, "write");
        }
    }
    const Status released = bench_.database.run("RELEASE satchel_removal");
    if (!released) return released.error();
    return taken;
}

/// The rows that refer to this one and are not about to go or change; `has_own` tells of rows that
/// this call is still to write.
Result<std::vector<Obstacle>> Projector::find_children(Job& job, bool is_late, bool& has_own) {
    std::vector<Obstacle> children;
    const auto values = decode_key(table_of(job), *job.wanted->key);
    for (const ChildLink& link : children_[*job.table]) {
        // What is declared to lose its reference does so; but not for a row that is only hidden.
        if (!job.wanted->is_hidden && link.foreign->on_delete == OnDelete::change) continue;
        const Table& child = bench_.schema.tables[link.table];
        SATCHEL_TRY(rows, bench_.database.query(children_sql(table_of(job), child, *link.foreign)));
        bind_key(rows, 1, *values);
        int code = SQLITE_ROW;
        while (children.size() < kChildrenNamedMax && (code = rows.step_code()) == SQLITE_ROW) {
            const auto key = read_key(child, rows, 0);
            if (!key || going_.contains({link.table, *key})) continue;
            const Job* own = find_own(link.table, *key);
            if (own != nullptr && own->wanted->is_present && !is_late) {
                has_own = true;
                continue;
            }
            SATCHEL_TRY(found, judge_child(job, link, *key));
            if (!found) {
                job.result.outcome = Outcome::changed_meanwhile;
                job.result.reason = kChangedHere;
                job.result.displaced.clear();
                job.deed = Deed::none;
                return std::vector<Obstacle>();
            }
            children.push_back(*found);
        }
        if (code != SQLITE_ROW && code != SQLITE_DONE) return bench_.database.error(code, "read");
    }
    return children;
}

/// Nothing: the application wrote that row just now.
Result<std::optional<Obstacle>> Projector::judge_child(const Job& job,
                                                       const ChildLink& link,
                                                       const Bytes& key) {
    using Kind = Obstacle::Kind;
    const Table& child = bench_.schema.tables[link.table];
    const bool goes_along = job.wanted->is_hidden || link.foreign->on_delete == OnDelete::cascade;
    const Kind kind = goes_along ? Kind::child : Kind::forbids;
    if (const Job* own = find_own(link.table, key); own != nullptr) {
        const bool is_open = !own->wanted->is_present || !own->result.key;
        return std::optional(
            Obstacle{is_open ? Kind::leaves : kind, child.collection, own->wanted->sid});
    }
    SATCHEL_TRY(other, read_other(child, key));
    if (!other) return std::optional<Obstacle>();
    const bool leaves = is_leaving(child, *other, link.foreign->from);
    return std::optional(Obstacle{leaves ? Kind::leaves : kind, child.collection, other->sid});
}

}  // namespace satchel::sources::sqlite
