// Removals, child-first, in one table as between tables. A row that others refer to is not removed
// over their heads: everything below it that would go along without having been asked to is named
// as an obstacle, so that the engine can put it in safety before.
#include "daemon/core/dangling.h"
#include "daemon/sources/sqlite_tables/describe.h"
#include "daemon/sources/sqlite_tables/projector.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>
#include <utility>

namespace satchel::sources::sqlite {

namespace {

/// A row with more rows below it than this is neither removed nor hidden.
constexpr std::size_t kBelowMax = 20'000;

constexpr std::string_view kDangling = "rows that may refer to nothing refer to it";

/// True for the rows that refer to the one with the key bound from 1.
std::string refers_sql(const Table& parent, const ForeignKey& foreign) {
    std::string from;
    std::string to;
    for (std::size_t i = 0; i < foreign.from.size(); ++i) {
        from += (i > 0 ? ", " : "") + identifier(foreign.from[i]);
        to += (i > 0 ? ", " : "") + identifier(foreign.to[i]);
    }
    return "(" + from + ") IN (SELECT " + to + " FROM main." + identifier(parent.name) + " WHERE " +
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
    if (job.wanted->is_hidden) {
        SATCHEL_TRY(tie, find_tie(table, *job.wanted->key));
        if (!tie.empty()) {
            park(job, "it stays, for " + tie);
            return ok();
        }
    }
    job.result.displaced = std::move(before->columns);
    job.deed = Deed::removed;
    going_.emplace(*job.table, *job.wanted->key);
    return ok();
}

Result<std::string> Projector::find_tie(const Table& table, ByteView key) {
    if (!table.needed_locally.empty())
        return "its column " + table.needed_locally +
               ", which is not synced, could not be put back";
    const auto values = decode_key(table, key);
    for (const LocalChild& child : table.local_children) {
        SATCHEL_TRY(
            row,
            bench_.database.query("SELECT 1 FROM main." + identifier(child.table) + " WHERE " +
                                  refers_sql(table, child.foreign) + " LIMIT 1"));
        bind_key(row, 1, *values);
        const int code = row.step_code();
        if (code == SQLITE_ROW)
            return "rows of " + child.table + ", which is not synced, refer to it";
        if (code != SQLITE_DONE) return bench_.database.error(code, "read");
    }
    return std::string();
}

Result<bool> Projector::remove_rows() {
    // All are read before the first is removed: a cascade may take others along.
    std::vector<std::size_t> prepared;
    for (const auto& rows : removals_) {
        for (const std::size_t i : rows) {
            if (!jobs_[i].blocked.empty()) continue;
            if (const Status done = prepare_removal(jobs_[i]); !done) return done.error();
            if (jobs_[i].deed == Deed::removed) prepared.push_back(i);
        }
    }
    return remove_together(prepared, false);
}

/// Removes rows, each after those that refer to it. SQLite would take along whatever is below a
/// removed row; so nothing is removed while anything below it is to stay. A row whose children are
/// themselves to be written first waits for them, unless this is the last time.
Result<bool> Projector::remove_together(std::span<const std::size_t> rows, bool is_last) {
    std::vector<Removal> removals;
    std::map<std::size_t, std::size_t> places;
    for (const std::size_t i : rows) places.emplace(i, places.size());
    for (const std::size_t i : rows) {
        removals.push_back({.job = i});
        SATCHEL_TRY(children, find_below(removals.back(), is_last));
        for (const std::size_t child : children)
            if (const auto at = places.find(child); at != places.end())
                removals.back().children.push_back(at->second);
        const Removal& removal = removals.back();
        Job& job = jobs_[i];
        // With foreign keys looked at, SQLite would take them along or refuse.
        if (!removal.leaves_dangling || removal.waits || !options_.is_enforcing) continue;
        has_dangling_ = true;
        if (job.deed != Deed::removed || !removal.obstacles.empty()) continue;
        going_.erase({*job.table, *job.wanted->key});
        park(job, std::string(kDangling));
    }
    hold_back(removals);
    std::vector<std::vector<std::size_t>> needed;
    for (const Removal& removal : removals) needed.push_back(removal.children);
    for (const std::size_t at : dependents_last(needed)) {
        Removal& removal = removals[at];
        Job& job = jobs_[removal.job];
        for (const std::size_t child : removal.children)
            if (removals[child].has_failed)
                removal.obstacles.push_back(as_leaving(removals[child]));
        if (!removal.obstacles.empty()) park_behind(job, std::move(removal.obstacles));
        if (job.deed == Deed::removed && removal.waits) {
            late_.push_back(removal.job);
            continue;
        }
        if (job.deed == Deed::removed) {
            SATCHEL_TRY(wrote, remove(job));
            if (wrote == Wrote::again) return false;
            if (wrote == Wrote::failed && job.deed == Deed::removed) {
                going_.erase({*job.table, *job.wanted->key});
                park(job, clash_);
            }
        }
        removal.has_failed = job.deed != Deed::removed;
    }
    return true;
}

Obstacle Projector::as_leaving(const Removal& removal) const {
    const Job& job = jobs_[removal.job];
    return {Obstacle::Kind::leaves, table_of(job).collection, job.wanted->sid};
}

/// What is above a row that stays, stays; what is above one that waits, waits.
void Projector::hold_back(std::vector<Removal>& removals) const {
    std::vector<std::vector<std::size_t>> parents(removals.size());
    for (std::size_t i = 0; i < removals.size(); ++i)
        for (const std::size_t child : removals[i].children) parents[child].push_back(i);
    std::vector<std::size_t> open;
    const auto is_held = [&](const Removal& removal) {
        return !removal.obstacles.empty() || jobs_[removal.job].deed != Deed::removed;
    };
    for (std::size_t i = 0; i < removals.size(); ++i)
        if (is_held(removals[i])) open.push_back(i);
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        for (const std::size_t parent : parents[at]) {
            if (is_held(removals[parent])) continue;
            removals[parent].obstacles.push_back(as_leaving(removals[at]));
            open.push_back(parent);
        }
    }
    for (std::size_t i = 0; i < removals.size(); ++i)
        if (removals[i].waits) open.push_back(i);
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        for (const std::size_t parent : parents[at])
            if (!std::exchange(removals[parent].waits, true)) open.push_back(parent);
    }
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
    if (table.has_app_triggers && job.wanted->is_hidden && !effects_.lost_table().empty()) {
        clash_ = "it stays, for a trigger of the application would delete rows of " +
                 effects_.lost_table() + ", which is not synced";
        const Status undone =
            bench_.database.run("ROLLBACK TO satchel_removal; RELEASE satchel_removal");
        return undone ? Result<Wrote>(Wrote::failed) : Result<Wrote>(undone.error());
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

/// Looks for the rows below this one, level by level: those of this call that go themselves are
/// returned, those to be written first make it wait, all others are obstacles.
Result<std::vector<std::size_t>> Projector::find_below(Removal& removal, bool is_last) {
    Job& job = jobs_[removal.job];
    std::vector<std::size_t> going;
    std::vector<Above> levels = {{*job.table, *job.wanted->key, job.wanted->is_hidden, {}}};
    PlaceSet seen;
    for (std::size_t level = 0; level < levels.size(); ++level) {
        const Above above = levels[level];
        for (const ChildLink& link : children_[above.table]) {
            // What is declared to lose its reference does so; but not for a row that is hidden.
            const bool is_changed = link.foreign->on_delete == OnDelete::change;
            if (!above.is_hidden && is_changed && options_.is_enforcing) continue;
            SATCHEL_TRY(keys, children_of(above, link));
            for (Bytes& key : keys) {
                if (!seen.emplace(link.table, key).second) continue;
                const Job* own = find_own(link.table, key);
                if (going_.contains({link.table, key})) {
                    if (level == 0) going.push_back(static_cast<std::size_t>(own - jobs_.data()));
                    continue;
                }
                const bool is_unwritten = own != nullptr && own->wanted->is_present &&
                                          own->result.outcome == Outcome::applied &&
                                          !own->result.key;
                if (level == 0 && is_unwritten && !is_last) {
                    removal.waits = true;
                    continue;
                }
                SATCHEL_TRY(is_free, may_dangle(link, key));
                if (is_free) {
                    removal.leaves_dangling = true;
                    continue;
                }
                SATCHEL_TRY(found, judge_child(above, link, key));
                if (!found) {
                    going_.erase({*job.table, *job.wanted->key});
                    park(job, std::string(kChangedHere));
                    job.result.outcome = Outcome::changed_meanwhile;
                    return going;
                }
                removal.obstacles.push_back(*found);
                if (found->kind == Obstacle::Kind::child)
                    levels.push_back({link.table,
                                      std::move(key),
                                      true,
                                      std::pair(found->collection, found->sid)});
            }
            if (removal.obstacles.size() <= kBelowMax) continue;
            removal.obstacles.resize(1);
            removal.obstacles[0].kind = Obstacle::Kind::stays;
            return going;
        }
    }
    return going;
}

/// True for a child that stays as it is when the row it refers to goes.
Result<bool> Projector::may_dangle(const ChildLink& link, const Bytes& key) {
    if (const Job* own = find_own(link.table, key); own != nullptr)
        return own->wanted->state != nullptr && core::may_dangle(*own->wanted->state);
    const CollectionId collection = bench_.schema.tables[link.table].collection;
    SATCHEL_TRY(known, bench_.memory.find(collection, key));
    if (!known) return false;
    SATCHEL_TRY(state, bench_.memory.find_row(collection, known->sid));
    return state && core::may_dangle(*state);
}

Result<std::vector<Bytes>> Projector::children_of(const Above& above, const ChildLink& link) {
    const Table& parent = bench_.schema.tables[above.table];
    const Table& child = bench_.schema.tables[link.table];
    std::vector<Bytes> keys;
    SATCHEL_TRY(rows,
                bench_.database.query("SELECT " + key_list_sql(child) + " FROM main." +
                                      identifier(child.name) + " WHERE " +
                                      refers_sql(parent, *link.foreign)));
    const auto values = decode_key(parent, above.key);
    bind_key(rows, 1, *values);
    int code = SQLITE_ROW;
    while (keys.size() <= kBelowMax && (code = rows.step_code()) == SQLITE_ROW)
        if (auto key = read_key(child, rows, 0)) keys.push_back(std::move(*key));
    if (code != SQLITE_ROW && code != SQLITE_DONE) return bench_.database.error(code, "read");
    return keys;
}

/// Nothing: the application wrote that row just now.
Result<std::optional<Obstacle>> Projector::judge_child(const Above& above,
                                                       const ChildLink& link,
                                                       const Bytes& key) {
    using Kind = Obstacle::Kind;
    const Table& child = bench_.schema.tables[link.table];
    const bool goes_along = above.is_hidden || link.foreign->on_delete != OnDelete::forbid;
    Obstacle obstacle{goes_along ? Kind::child : Kind::forbids, child.collection, {}, above.row};
    if (const Job* own = find_own(link.table, key); own != nullptr) {
        if (!own->wanted->is_present || !own->result.key) obstacle.kind = Kind::leaves;
        obstacle.sid = own->wanted->sid;
        return std::optional(obstacle);
    }
    SATCHEL_TRY(other, read_other(child, key));
    if (!other) return std::optional<Obstacle>();
    obstacle.sid = other->sid;
    if (is_leaving(child, *other, link.foreign->from)) {
        obstacle.kind = Kind::leaves;
    } else if (obstacle.kind == Kind::child) {
        SATCHEL_TRY(tie, find_tie(child, key));
        if (!tie.empty()) obstacle.kind = Kind::stays;
    }
    return std::optional(obstacle);
}

}  // namespace satchel::sources::sqlite
