// Pass 2 of a projection: what triggers or column types changed is written again, triggers off.
#include "daemon/sources/sqlite_tables/projector.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

/// Keeps all triggers off while it lives.
class TriggersOff {
  public:
    explicit TriggersOff(Database& database) : database_(database) {
        sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    }

    ~TriggersOff() {
        sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
    }

    TriggersOff(const TriggersOff&) = delete;
    TriggersOff& operator=(const TriggersOff&) = delete;

  private:
    Database& database_;
};

}  // namespace

/// False: a row turned out not to be writable and is blocked now.
Result<bool> Projector::read_back() {
    std::vector<std::pair<Job*, std::vector<std::size_t>>> wrong;
    bool is_any_blocked = false;
    for (Job& job : jobs_) {
        if (job.intended.empty() || job.deed == Deed::none) continue;
        SATCHEL_TRY(cells, differing_cells(job));
        if (!job.blocked.empty() || !cells.empty()) wrong.emplace_back(&job, std::move(cells));
    }
    note_side_effects();
    if (wrong.empty() && !has_side_effects_) return true;

    const TriggersOff off(bench_.database);
    effects_.begin();
    for (auto& [job, cells] : wrong) {
        if (job->blocked.empty()) {
            SATCHEL_TRY(is_right, write_again(*job, cells));
            if (is_right) continue;
        }
        is_any_blocked = true;
    }
    if (is_any_blocked) return false;
    if (const Status done = remove_side_inserts(); !done) return done.error();
    return true;
}

/// What triggers did to rows of this call is put right here; everything else wants a capture.
void Projector::note_side_effects() {
    if (effects_.events().empty()) return;
    std::set<std::pair<std::size_t, std::int64_t>> checked;
    for (const Job& job : jobs_)
        if (job.rowid && !job.intended.empty()) checked.emplace(*job.table, *job.rowid);
    has_side_effects_ = std::ranges::any_of(effects_.events(), [&](const auto& event) {
        return !checked.contains({event.table, event.rowid});
    });
}

Result<std::vector<std::size_t>> Projector::differing_cells(Job& job) {
    const Table& table = table_of(job);
    std::vector<std::size_t> cells;
    const auto values = decode_key(table, *job.result.key);
    SATCHEL_TRY(row, bench_.database.query(read_sql(table)));
    bind_key(row, 1, *values);
    const int code = row.step_code();
    if (code == SQLITE_DONE) {
        job.blocked = "a trigger of the application removed it";
        return cells;
    }
    if (code != SQLITE_ROW) return bench_.database.error(code, "read");
    for (std::size_t i = 0; i < job.intended.size(); ++i) {
        if (!job.intended[i]) continue;
        if (row.value(first_cell(table) + static_cast<int>(i)) != *job.intended[i])
            cells.push_back(i);
    }
    return cells;
}

Result<bool> Projector::write_again(Job& job, std::span<const std::size_t> cells) {
    const Table& table = table_of(job);
    std::vector<const Column*> columns;
    for (const std::size_t i : cells) columns.push_back(&table.columns[i]);
    const auto key = decode_key(table, *job.result.key);
    {
        SATCHEL_TRY(query, bench_.database.query(update_sql(table, columns)));
        for (std::size_t n = 0; n < cells.size(); ++n)
            query.bind(static_cast<int>(n) + 1, *job.intended[cells[n]]);
        bind_key(query, static_cast<int>(cells.size()) + 1, *key);
        const int code = query.step_code();
        if ((code & 0xff) == SQLITE_CONSTRAINT) {
            job.blocked = bench_.database.message();
            return false;
        }
        if (code != SQLITE_DONE) return bench_.database.error(code, "write");
    }
    SATCHEL_TRY(still, differing_cells(job));
    if (still.empty() && job.blocked.empty()) return true;
    if (job.blocked.empty())
        job.blocked =
            "column " + table.columns[still[0]].name + " cannot hold this value unchanged";
    return false;
}

/// A row that a trigger of the application made in a synced table: its origin made one too, and
/// that one travels.
Status Projector::remove_side_inserts() {
    std::set<std::pair<std::size_t, Bytes>> ours;
    for (const Job& job : jobs_)
        if (job.table && job.result.key) ours.emplace(*job.table, *job.result.key);
    for (const SideEffects::Event& event : effects_.events()) {
        const Table& table = bench_.schema.tables[event.table];
        if (event.operation != SQLITE_INSERT || table.rowid.empty()) continue;
        SATCHEL_TRY(row, bench_.database.query(read_by_rowid_sql(table)));
        row.bind(1, event.rowid);
        if (row.step_code() != SQLITE_ROW) continue;
        const auto key = read_key(table, row, 0);
        row.reset();
        if (!key || ours.contains({event.table, *key})) continue;
        SATCHEL_TRY(known, bench_.memory.find(table.collection, *key));
        if (known && known->held_hash != 0) continue;
        const auto values = decode_key(table, *key);
        SATCHEL_TRY(removal, bench_.database.query(delete_sql(table)));
        bind_key(removal, 1, *values);
        const int code = removal.step_code();
        if (code != SQLITE_DONE) return bench_.database.error(code, "write");
    }
    return ok();
}

}  // namespace satchel::sources::sqlite
