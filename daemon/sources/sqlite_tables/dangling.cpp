// The queries that find a reference without a row.
#include "daemon/sources/sqlite_tables/dangling.h"

#include "daemon/core/dangling.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

/// More rows than this are not asked for one by one: rows by their own key, and by what they refer
/// to.
constexpr std::size_t kChangedMax = 20'000;
constexpr std::size_t kGoneMax = 32;
/// Rows looked at in one read transaction.
constexpr std::size_t kChunkRows = 20'000;

/// Keys of the rows of the child that refer to something, but to no row of the parent.
std::string dangling_sql(const Table& child, const ForeignKey& foreign, const Table& parent) {
    std::string given;
    std::string match;
    for (std::size_t i = 0; i < foreign.from.size(); ++i) {
        const std::string from = "c." + identifier(foreign.from[i]);
        given += (i > 0 ? " AND " : "") + from + " IS NOT NULL";
        match += (i > 0 ? " AND p." : "p.") + identifier(foreign.to[i]) + " = " + from;
    }
    return "SELECT " + key_list_sql(child) + " FROM main." + identifier(child.name) +
           " AS c WHERE " + given + " AND NOT EXISTS (SELECT 1 FROM main." +
           identifier(parent.name) + " AS p WHERE " + match + ")";
}

/// True where the foreign key names the columns that tell the parent's rows apart.
bool refers_to_key(const ForeignKey& foreign, const Table& parent) {
    if (parent.has_rowid_identity())
        return parent.has_integer_key && foreign.to.size() == 1 && foreign.to[0] == parent.rowid;
    return std::ranges::equal(foreign.to, parent.key, {}, {}, &KeyColumn::name);
}

std::vector<std::vector<core::Value>> values_of(const Table& table,
                                                const std::vector<Bytes>& keys) {
    std::vector<std::vector<core::Value>> values;
    for (const Bytes& key : keys)
        if (auto decoded = decode_key(table, key)) values.push_back(std::move(*decoded));
    return values;
}

}  // namespace

void DanglingWatch::Keys::add(const Bytes& key, std::size_t most) {
    if (is_all) return;
    keys.push_back(key);
    is_all = keys.size() > most;
    if (is_all) keys.clear();
}

Status DanglingWatch::row(LocalRow row) {
    if (row.old_key) gone_[row.collection].add(*row.old_key, kGoneMax);
    if (!row.is_present) gone_[row.collection].add(row.key, kGoneMax);
    if (row.is_present) changed_[row.collection].add(row.key, kChangedMax);
    return sink_.row(std::move(row));
}

template <class Work>
Status DanglingWatch::for_each_link(Work work) const {
    for (const Table& child : bench_.schema.tables) {
        // What a row holds is who it is, where it is told by content.
        if (child.is_by_content()) continue;
        for (const ForeignKey& foreign : child.foreign_keys) {
            const auto parent =
                std::ranges::find(bench_.schema.tables, foreign.parent, &Table::name);
            const bool is_known = parent != bench_.schema.tables.end();
            if (!is_known || foreign.from.size() != foreign.to.size()) continue;
            if (const Status done = work(Link{child, foreign, *parent}); !done) return done;
        }
    }
    return ok();
}

Status DanglingWatch::report(UnixMs edited_ms) {
    const Status looked = for_each_link([&](const Link& link) -> Status {
        const Keys& changed = changed_[link.child.collection];
        const Keys& gone = gone_[link.parent.collection];
        if (changed.is_all || gone.is_all) return find_all(link);
        const std::string is_it = " AND " + key_match_sql(link.child, 1);
        const Status done = find(link, is_it, values_of(link.child, changed.keys));
        return done ? find_below(link, gone) : done;
    });
    // What takes too long to find is not found: such rows wait for their parents elsewhere.
    if (!looked && looked.error().code != ErrorCode::interrupted) return looked;
    for (const auto& [collection, keys] : found_)
        for (const Bytes& key : keys)
            if (const Status done = report_row(*bench_.schema.find(collection), key, edited_ms);
                !done)
                return done;
    return ok();
}

Status DanglingWatch::find_below(const Link& link, const Keys& gone) {
    if (gone.keys.empty()) return ok();
    if (!refers_to_key(link.foreign, link.parent)) return find_all(link);
    std::string refers;
    for (std::size_t i = 0; i < link.foreign.from.size(); ++i)
        refers += " AND c." + identifier(link.foreign.from[i]) + " = ?" + std::to_string(i + 1);
    SATCHEL_TRY(is_indexed, can_search(link, refers));
    return is_indexed ? find(link, refers, values_of(link.parent, gone.keys)) : find_all(link);
}

/// True when SQLite need not read the whole table for it.
Result<bool> DanglingWatch::can_search(const Link& link, const std::string& condition) {
    SATCHEL_TRY(
        plan,
        bench_.database.query("EXPLAIN QUERY PLAN " +
                              dangling_sql(link.child, link.foreign, link.parent) + condition));
    int code = SQLITE_ROW;
    bool is_scan = false;
    while ((code = plan.step_code()) == SQLITE_ROW)
        is_scan = is_scan || plan.text(3).starts_with("SCAN");
    if (code != SQLITE_DONE) return bench_.database.error(code, "read");
    return !is_scan;
}

/// In chunks, so that the application can write in between.
Status DanglingWatch::find_all(const Link& link) {
    if (link.child.rowid.empty()) return find(link, {}, {});
    const std::string rowid = identifier(link.child.rowid);
    const std::string next = "SELECT max(r) FROM (SELECT " + rowid + " AS r FROM main." +
                             identifier(link.child.name) + " WHERE " + rowid +
                             " > ?1 ORDER BY 1 LIMIT " + std::to_string(kChunkRows) + ")";
    const std::string is_between = " AND c." + rowid + " > ?1 AND c." + rowid + " <= ?2";
    std::int64_t after = INT64_MIN;
    while (!sink_.should_stop()) {
        const std::int64_t begin = after;
        {
            SATCHEL_TRY(end, bench_.database.query(next));
            end.bind(1, begin);
            const int code = end.step_code();
            if (code != SQLITE_ROW) return bench_.database.error(code, "read");
            if (end.is_null(0)) break;
            after = end.integer(0);
        }
        const std::vector<core::Value> bounds = {core::Value::integer(begin),
                                                 core::Value::integer(after)};
        if (const Status done = find(link, is_between, std::span(&bounds, 1)); !done) return done;
    }
    return ok();
}

/// Notes the rows that dangle: all, or those that the condition finds with each of the keys.
Status DanglingWatch::find(const Link& link,
                           const std::string& condition,
                           std::span<const std::vector<core::Value>> keys) {
    const std::string sql = dangling_sql(link.child, link.foreign, link.parent) + condition;
    const std::size_t rounds = condition.empty() ? 1 : keys.size();
    for (std::size_t i = 0; i < rounds; ++i) {
        bench_.database.restart_deadline();
        SATCHEL_TRY(rows, bench_.database.query(sql));
        if (!condition.empty()) bind_key(rows, 1, keys[i]);
        int code = SQLITE_ROW;
        while ((code = rows.step_code()) == SQLITE_ROW)
            if (auto key = read_key(link.child, rows, 0))
                found_[link.child.collection].insert(std::move(*key));
        if (code != SQLITE_DONE) return bench_.database.error(code, "read");
    }
    return ok();
}

/// Only a row that the engine knows to be here, and only once.
Status DanglingWatch::report_row(const Table& table, const Bytes& key, UnixMs edited_ms) {
    SATCHEL_TRY(known, bench_.memory.find(table.collection, key));
    if (!known || known->held_hash == 0) return ok();
    SATCHEL_TRY(state, bench_.memory.find_row(table.collection, known->sid));
    if (!state || core::may_dangle(*state)) return ok();
    SATCHEL_TRY(row, bench_.database.query(read_sql(table)));
    const auto values = decode_key(table, key);
    bind_key(row, 1, *values);
    if (row.step_code() != SQLITE_ROW) return ok();
    SATCHEL_TRY(local, RowReader(bench_).local_row(table, row, key));
    local.edited_ms = edited_ms;
    local.columns.push_back({core::kDangles, core::Value::integer(1)});
    return sink_.row(std::move(local));
}

}  // namespace satchel::sources::sqlite
