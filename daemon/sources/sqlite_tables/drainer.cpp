// Reading marks, following moved keys, reporting.
#include "daemon/sources/sqlite_tables/drainer.h"

#include "daemon/sources/sqlite_tables/mark_triggers.h"
#include "daemon/sources/sqlite_tables/secret_filter.h"
#include "daemon/sources/sqlite_tables/table_sql.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

bool has_inexact_rule(const Table& table) {
    return std::ranges::any_of(table.uniques,
                               [](const UniqueRule& rule) { return !rule.is_exact; });
}

LocalRow absent_row(const Table& table, const Bytes& key, UnixMs at) {
    LocalRow gone;
    gone.collection = table.collection;
    gone.key = key;
    gone.edited_ms = at;
    return gone;
}

}  // namespace

Status Drainer::drain_all() {
    while (true) {
        if (sink_.should_stop()) return Error{ErrorCode::interrupted, "capture stopped"};
        SATCHEL_TRY(transaction, Transaction::start(bench_.database, "BEGIN"));
        SATCHEL_TRY(step, read_step());
        if (step.count == 0) return sink_.item_done();
        reader_.forget_parents();
        for (auto& [index, keys] : step.tables) {
            const Table& table = bench_.schema.tables[index];
            if (has_inexact_rule(table) && !held_.contains(index)) {
                SATCHEL_TRY(held, bench_.memory.count_held(table.collection));
                held_[index] = static_cast<std::int64_t>(held);
            }
            if (const Status done = report_table(table, keys); !done) return done;
        }
        const bool is_last = step.count < limits::kDrainKeysMax;
        if (is_last)
            for (const auto& [index, held] : held_)
                if (const Status done = compare_counts(bench_.schema.tables[index], held); !done)
                    return done;
        if (const Status done = transaction.commit(); !done) return done;
        if (const Status done = sink_.item_done(); !done) return done;
        // Marks stay where nothing is remembered, and those behind them cannot be come by.
        if (sink_.is_look() && is_last) return ok();
        if (const Status done = sink_.make_durable(); !done) return done;

        // From here on the engine remembers; marks left by a crash are read again in vain.
        if (const Status done = delete_marks(step.last_seq); !done || is_last) return done;
    }
}

Status Drainer::delete_marks(std::int64_t last_seq) {
    if (const Status on = bench_.database.set_query_only(false); !on) return on;
    const Status deleted = bench_.database.run("DELETE FROM main._satchel_mark WHERE seq <= " +
                                               std::to_string(last_seq));
    if (const Status off = bench_.database.set_query_only(true); !off) return off;
    return deleted;
}

Result<Drainer::Step> Drainer::read_step() {
    Step step;
    const std::size_t width = bench_.schema.key_width();
    SATCHEL_TRY(marks,
                bench_.database.query("SELECT seq, tab, " + std::string(kMarkTimeMs) + ", " +
                                      mark_key_columns(width, false) + ", " +
                                      mark_key_columns(width, true) +
                                      " FROM main._satchel_mark ORDER BY seq LIMIT " +
                                      std::to_string(limits::kDrainKeysMax)));
    int code = SQLITE_ROW;
    while ((code = marks.step_code()) == SQLITE_ROW) {
        step.last_seq = marks.integer(0);
        ++step.count;
        note_mark(step, marks);
    }
    if (code != SQLITE_DONE) return bench_.database.error(code, "read the marks of");
    return step;
}

void Drainer::note_mark(Step& step, const Query& mark) {
    const auto& tables = bench_.schema.tables;
    const auto at = std::ranges::find(tables, mark.integer(1), &Table::mark_number);
    if (at == tables.end()) return;
    const auto width = static_cast<int>(bench_.schema.key_width());
    const auto key = read_key(*at, mark, 3);
    const auto old_key = read_key(*at, mark, 3 + width);
    DirtyKeys& keys = step.tables[static_cast<std::size_t>(at - tables.begin())];
    const UnixMs time = mark.integer(2);
    if (old_key && old_key != key) {
        if (key && at->identity == Identity::mapped) note_move(keys, *old_key, *key, time);
        keys[*old_key].at = std::max(keys[*old_key].at, time);
    }
    if (key) keys[*key].at = std::max(keys[*key].at, time);
}

void Drainer::note_move(DirtyKeys& keys, const Bytes& from, const Bytes& to, UnixMs at) {
    Dirty& source = keys[from];
    Dirty& target = keys[to];
    // A row inserted after the identity left is nobody we know: it moves as a new one.
    target.was = source.was ? source.was : std::optional<Bytes>(from);
    if (source.is_vacated && !source.was) target.was.reset();
    if (target.was == to) target.was.reset();
    source.was.reset();
    source.is_vacated = true;
    source.at = target.at = std::max({source.at, target.at, at});
    target.is_vacated = target.was.has_value();
}

Result<std::set<Bytes>> Drainer::find_present(const Table& table, const DirtyKeys& keys) {
    std::set<Bytes> present;
    SATCHEL_TRY(row, bench_.database.query(read_sql(table)));
    for (const auto& [key, dirty] : keys) {
        const auto values = decode_key(table, key);
        if (!values) continue;
        bind_key(row, 1, *values);
        const int code = row.step_code();
        row.reset();
        if (code == SQLITE_ROW)
            present.insert(key);
        else if (code != SQLITE_DONE)
            return bench_.database.error(code, "read");
    }
    return present;
}

Status Drainer::report_table(const Table& table, DirtyKeys& keys) {
    SATCHEL_TRY(present, find_present(table, keys));
    // 1. Identities that went: nothing stands at the key, or something else moved there, and the
    //    identity that was there did not move to a key where a row stands.
    std::set<Bytes> moved;
    for (const auto& [key, dirty] : keys)
        if (dirty.was && present.contains(key)) moved.insert(*dirty.was);
    for (const auto& [key, dirty] : keys) {
        const bool is_free = !present.contains(key) || dirty.was.has_value();
        if (!is_free || moved.contains(key)) continue;
        if (const Status done = report_gone(table, key, dirty.at); !done) return done;
    }
    // 2. Identities that moved, 3. everything else that is there.
    if (const Status done = report_moves(table, keys, present); !done) return done;
    for (const Bytes& key : present)
        if (const Status done = report_present(table, key, keys[key]); !done) return done;
    return ok();
}

/// Reports moved rows in an order in which the target key is always free, and takes them out of
/// `present`. A ring of moves has no such order: one of its rows is reported as deleted and new.
Status Drainer::report_moves(const Table& table, DirtyKeys& keys, std::set<Bytes>& present) {
    std::map<Bytes, Bytes> to_from;
    std::set<Bytes> sources;
    for (const Bytes& key : present) {
        if (!keys[key].was) continue;
        to_from.emplace(key, *keys[key].was);
        sources.insert(*keys[key].was);
        SATCHEL_TRY(origin, bench_.memory.find(table.collection, *keys[key].was));
        const auto number = integer_of_key(key);
        if (origin && number)
            reader_.learn_parent(*bench_.schema.index_of(table.collection), *number, origin->sid);
    }
    const bool has_moves = !to_from.empty();
    while (!to_from.empty()) {
        const auto ready = std::ranges::find_if(
            to_from, [&](const auto& move) { return !sources.contains(move.first); });
        if (ready == to_from.end()) {
            const Bytes lost = to_from.begin()->second;
            const Bytes target = to_from.begin()->first;
            if (const Status done = report_gone(table, lost, keys[target].at); !done) return done;
            keys[target].was.reset();
            sources.erase(lost);
            to_from.erase(target);
            continue;
        }
        const Bytes key = ready->first;
        if (const Status done = report_present(table, key, keys[key]); !done) return done;
        // Rows of this table may refer to each other: those are read again when all have moved.
        if (table.is_cyclic)
            keys[key].was.reset();
        else
            present.erase(key);
        sources.erase(ready->second);
        to_from.erase(ready);
    }
    if (has_moves) reader_.forget_parents();
    return ok();
}

Status Drainer::report_present(const Table& table, const Bytes& key, const Dirty& dirty) {
    const auto values = decode_key(table, key);
    SATCHEL_TRY(row, bench_.database.query(read_sql(table)));
    bind_key(row, 1, *values);
    const int code = row.step_code();
    if (code != SQLITE_ROW) return bench_.database.error(code, "read");
    if (is_secret_row(bench_.schema, table, row)) return ok();
    std::optional<Sid> moved;
    if (dirty.was) {
        SATCHEL_TRY(origin, bench_.memory.find(table.collection, *dirty.was));
        if (origin) moved = origin->sid;
    }
    SATCHEL_TRY(known, bench_.memory.find(table.collection, key));
    LocalRow local;
    if (moved) {
        // The identity comes with the row, so none is drawn for the new key.
        local.collection = table.collection;
        local.is_present = true;
        SATCHEL_TRY(cells, reader_.columns(table, row));
        local.columns = std::move(cells);
        local.marker = row.value(0);
        local.key = key;
        local.old_key = dirty.was;
        local.sid = moved;
    } else {
        SATCHEL_TRY(read, reader_.local_row(table, row, key));
        local = std::move(read);
    }
    if (!local.sid) return ok();
    local.edited_ms = dirty.at;
    const bool is_new_holder = known && known->held_hash != 0 && known->sid != *local.sid;
    if (is_new_holder && !moved)
        if (const Status done = report_gone(table, key, dirty.at); !done) return done;
    const auto held = held_.find(*bench_.schema.index_of(table.collection));
    const bool was_held = known && known->held_hash != 0 && !is_new_holder;
    if (held != held_.end() && !was_held && !moved) ++held->second;
    return sink_.row(std::move(local));
}

Status Drainer::report_gone(const Table& table, const Bytes& key, UnixMs at) {
    SATCHEL_TRY(known, bench_.memory.find(table.collection, key));
    if (!known || known->held_hash == 0) return ok();
    const auto held = held_.find(*bench_.schema.index_of(table.collection));
    if (held != held_.end()) --held->second;
    LocalRow gone = absent_row(table, key, at);
    gone.sid = known->sid;
    return sink_.row(std::move(gone));
}

/// A REPLACE may have displaced a row by a unique index that no trigger watches: then there are
/// fewer rows than the reports say.
Status Drainer::compare_counts(const Table& table, std::int64_t expected) {
    SATCHEL_TRY(rows,
                bench_.database.integer("SELECT count(*) FROM main." + identifier(table.name) +
                                        " WHERE " + has_key_sql(table)));
    return rows == expected ? ok() : scanner_.sweep_deleted(table);
}

}  // namespace satchel::sources::sqlite
