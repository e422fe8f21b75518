// Unique values that two rows claim.
//
// Two devices may give one value to two rows. All of them must end with the same one shown,
// whatever arrived first. Each row has a rank: the stamp it was made with, then its sid. A row is
// shown if no shown row of smaller rank has one of its values; that describes exactly one set of
// rows, because ranks are a total order over the table. (Ranks per rule would not do: with two
// rules they can run in a circle.) It is reached one clash at a time: the row of greater rank
// yields, and each such step puts a smaller rank in the place of a greater one.
//
// Rows of one call that hand values to each other in a ring first give them up for something that
// nobody else has.
#include "daemon/sources/sqlite_tables/describe.h"
#include "daemon/sources/sqlite_tables/projector.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

/// Values that no other row has, the likeliest to be accepted first.
std::vector<core::Value> unclaimed_values(Affinity affinity, const Sid& sid) {
    const std::string name = "\x01" + sid.text();
    const auto number = -static_cast<std::int64_t>(hash64(sid.view()) >> 2) - 1;
    const bool is_number = affinity == Affinity::integer || affinity == Affinity::numeric ||
                           affinity == Affinity::real;
    std::vector<core::Value> values;
    values.push_back(is_number ? core::Value::integer(number) : core::Value::text(name));
    values.emplace_back();
    values.push_back(core::Value::blob(as_bytes(name)));
    return values;
}

}  // namespace

/// Later edits change nothing about who was there first.
Projector::Rank Projector::rank_of(const Sid& sid, const core::Row* row) {
    if (row == nullptr) return {core::Stamp{~std::uint64_t{0}}, sid};
    core::Stamp made;
    for (const core::Sibling& sibling : row->siblings)
        if (sibling.column == core::kRowMarker) made = std::max(made, sibling.stamp);
    return {made, sid};
}

/// Who is to be shown first is written first, so that few have to be put away again.
void Projector::sort_by_rank(std::size_t table, std::vector<std::size_t>& rows) const {
    if (bench_.schema.tables[table].uniques.empty() || rows.size() < 2) return;
    std::vector<std::pair<Rank, std::size_t>> ranked;
    ranked.reserve(rows.size());
    for (const std::size_t i : rows)
        ranked.emplace_back(rank_of(jobs_[i].wanted->sid, jobs_[i].wanted->state), i);
    std::ranges::sort(ranked);
    for (std::size_t n = 0; n < rows.size(); ++n) rows[n] = ranked[n].second;
}

const Projector::Job* Projector::find_own(std::size_t table, ByteView key) const {
    const auto at = own_[table].find(to_bytes(key));
    return at == own_[table].end() ? nullptr : &jobs_[at->second];
}

bool Projector::will_change(const Table& table, const Job& job, const std::string& column) const {
    const Column* found = table.find_column(column);
    if (found == nullptr) return false;
    return std::ranges::binary_search(
        job.wanted->columns, found->id, {}, &core::ColumnValue::column);
}

Result<std::optional<Projector::Other>> Projector::read_other(const Table& table, ByteView key) {
    SATCHEL_TRY(known, bench_.memory.find(table.collection, key));
    if (!known || known->held_hash == 0) return std::optional<Other>();
    SATCHEL_TRY(row, bench_.database.query(read_sql(table)));
    const auto values = decode_key(table, key);
    if (!values) return std::optional<Other>();
    bind_key(row, 1, *values);
    if (row.step_code() != SQLITE_ROW) return std::optional<Other>();
    SATCHEL_TRY(hash, reader_.hash(table, row));
    SATCHEL_TRY(columns, reader_.columns(table, row));
    SATCHEL_TRY(state, bench_.memory.find_row(table.collection, known->sid));
    if (!state) return std::optional<Other>();
    // A column that no other version has is in the row as written and in nothing that we noted.
    WantedRow as_noted;
    as_noted.collection = table.collection;
    as_noted.held = core::held_shadow(*state);
    Before before;
    before.columns = std::move(columns);
    if (hash != known->held_hash && !is_as_held(before, as_noted)) return std::optional<Other>();
    return std::optional<Other>(Other{known->sid, std::move(*state), std::move(before.columns)});
}

/// True when the row is to go, or is to have another value in one of the columns.
bool Projector::is_leaving(const Table& table,
                           const Other& other,
                           std::span<const std::string> columns) {
    if (!other.row.exists()) return true;
    if (!other.row.is_pending()) return false;
    for (const core::Sibling* shown : core::shown_siblings(other.row)) {
        const Column* column = table.find_column(shown->column);
        if (column == nullptr || std::ranges::count(columns, column->name) == 0) continue;
        const auto now =
            std::ranges::lower_bound(other.columns, shown->column, {}, &core::ColumnValue::column);
        if (now->value.hash() != shown->value_hash) return true;
    }
    return false;
}

/// The values of the rule's columns once the row is written; empty when they cannot be known.
Result<std::vector<core::Value>> Projector::unique_values(const Table& table,
                                                          const UniqueRule& rule,
                                                          const std::optional<Bytes>& key) {
    std::vector<core::Value> values;
    for (const KeyColumn& column : rule.columns) {
        const auto at = std::ranges::find(cells_.columns, column.name, &Column::name);
        if (at != cells_.columns.end()) {
            values.push_back(*cells_.values[static_cast<std::size_t>(at - cells_.columns.begin())]);
        } else if (key) {
            SATCHEL_TRY(row,
                        bench_.database.query("SELECT " + identifier(column.name) + " FROM main." +
                                              identifier(table.name) + " WHERE " +
                                              key_match_sql(table, 1)));
            const auto parts = decode_key(table, *key);
            bind_key(row, 1, *parts);
            if (row.step_code() != SQLITE_ROW) return std::vector<core::Value>();
            values.push_back(row.value(0));
        } else {
            return std::vector<core::Value>();
        }
        if (values.back().is_null()) return std::vector<core::Value>();
    }
    return values;
}

/// The rows that have what this one is to have.
Result<std::vector<Projector::Holder>> Projector::find_holders(Job& job) {
    std::vector<Holder> holders;
    const Table& table = table_of(job);
    SATCHEL_TRY(is_writable, collect_cells(job));
    if (!is_writable) return holders;
    std::optional<Bytes> key;
    if (job.vacated) {
        key = job.vacated->key;
    } else if (job.wanted->held.is_present) {
        SATCHEL_TRY(located, locate(job));
        key = std::move(located);
    }
    for (const UniqueRule& rule : table.uniques) {
        if (!rule.is_plain) continue;
        SATCHEL_TRY(values, unique_values(table, rule, key));
        if (values.empty()) continue;
        SATCHEL_TRY(
            row,
            bench_.database.query("SELECT " + key_list_sql(table) + " FROM main." +
                                  identifier(table.name) + " WHERE " + match_sql(rule.columns, 1)));
        bind_key(row, 1, values);
        if (row.step_code() != SQLITE_ROW) continue;
        auto found = read_key(table, row, 0);
        if (found && found != key) holders.push_back({std::move(*found), &rule});
    }
    return holders;
}

/// Lets rows of this call give up values that others of it wait for. True when one did; `is_lost`
/// when the transaction is.
Result<bool> Projector::vacate(std::span<const std::size_t> clashed, bool& is_lost) {
    const std::set<std::size_t> open(clashed.begin(), clashed.end());
    bool has_room = false;
    for (const std::size_t i : clashed) {
        SATCHEL_TRY(holders, find_holders(jobs_[i]));
        for (const Holder& holder : holders) {
            const auto own = own_[*jobs_[i].table].find(holder.key);
            if (own == own_[*jobs_[i].table].end() || !open.contains(own->second)) continue;
            if (jobs_[own->second].vacated) continue;
            SATCHEL_TRY(wrote, step_aside(jobs_[own->second], *holder.rule));
            is_lost = is_lost || wrote == Wrote::again;
            has_room = has_room || wrote == Wrote::done;
            if (is_lost) return false;
        }
    }
    return has_room;
}

/// With the application's triggers on: its search index must see the row leave its old value.
Result<Projector::Wrote> Projector::step_aside(Job& job, const UniqueRule& rule) {
    const Table& table = table_of(job);
    const auto leaving = std::ranges::find_if(rule.columns, [&](const KeyColumn& column) {
        return will_change(table, job, column.name);
    });
    if (leaving == rule.columns.end()) return Wrote::failed;
    SATCHEL_TRY(before, read_before(table, *job.wanted->key));
    if (!before || !is_as_held(*before, *job.wanted)) return Wrote::failed;
    const Column* column = table.find_column(leaving->name);
    const auto key = decode_key(table, before->key);
    for (const core::Value& value : unclaimed_values(column->affinity, job.wanted->sid)) {
        SATCHEL_TRY(query, writer(update_sql(table, std::span(&column, 1))));
        if (!query) return Wrote::failed;
        query->bind(1, value);
        bind_key(*query, 2, *key);
        effects_.begin();
        const int code = query->step_code();
        if (code != SQLITE_DONE) {
            SATCHEL_TRY(wrote, written(job, code));
            if (wrote == Wrote::again) return wrote;
            continue;
        }
        std::int64_t rowid = 0;
        if (table.has_rowid_identity()) rowid = (*key)[0].as_integer();
        effects_.end({*job.table, SQLITE_UPDATE, rowid});
        job.vacated = std::move(before);
        return Wrote::done;
    }
    return Wrote::failed;
}

/// Nothing: the application wrote that row just now.
Result<std::optional<Obstacle>> Projector::judge_holder(const Job& job, const Holder& holder) {
    using Kind = Obstacle::Kind;
    const Table& table = table_of(job);
    std::vector<std::string> columns;
    for (const KeyColumn& column : holder.rule->columns) columns.push_back(column.name);
    Obstacle obstacle{Kind::leaves, table.collection, {}};
    Rank theirs;
    if (const auto written = written_.find({*job.table, holder.key}); written != written_.end()) {
        const WantedRow& other = *jobs_[written->second].wanted;
        obstacle.sid = other.sid;
        theirs = rank_of(other.sid, other.state);
    } else if (const Job* own = find_own(*job.table, holder.key); own != nullptr) {
        obstacle.sid = own->wanted->sid;
        const bool leaves = !own->wanted->is_present || std::ranges::any_of(columns, [&](auto& c) {
            return will_change(table, *own, c);
        });
        if (leaves) return std::optional(obstacle);
        theirs = rank_of(own->wanted->sid, own->wanted->state);
    } else {
        SATCHEL_TRY(other, read_other(table, holder.key));
        if (!other) return std::optional<Obstacle>();
        obstacle.sid = other->sid;
        if (is_leaving(table, *other, columns)) return std::optional(obstacle);
        theirs = rank_of(other->sid, &other->row);
    }
    const Rank mine = rank_of(job.wanted->sid, job.wanted->state);
    obstacle.kind = Kind::claimed;
    if (mine < theirs) {
        SATCHEL_TRY(tie, find_tie(table, holder.key));
        obstacle.kind = tie.empty() ? Kind::yields : Kind::stays;
        if (!tie.empty()) clash_ = std::move(tie);
    }
    return std::optional(obstacle);
}

/// Parks a row that clashes, and names those it clashes with.
Status Projector::judge_clash(Job& job, const std::string& reason) {
    SATCHEL_TRY(holders, find_holders(job));
    std::vector<Obstacle> obstacles;
    for (const Holder& holder : holders) {
        SATCHEL_TRY(found, judge_holder(job, holder));
        if (!found) {
            job.result = {};
            job.result.outcome = Outcome::changed_meanwhile;
            job.result.reason = kChangedHere;
            return ok();
        }
        if (found->kind == Obstacle::Kind::claimed || found->kind == Obstacle::Kind::stays) {
            const std::string other = describe_row(bench_.database, table_of(job), holder.key);
            park(job,
                 reason + ": " + other +
                     (found->kind == Obstacle::Kind::claimed ? " claimed it earlier"
                                                             : " stays, for " + clash_));
            job.result.obstacles = {*found};
            job.result.is_clash = true;
            return ok();
        }
        obstacles.push_back(*found);
    }
    park(job, reason);
    job.result.obstacles = std::move(obstacles);
    job.result.is_clash = true;
    return ok();
}

}  // namespace satchel::sources::sqlite
