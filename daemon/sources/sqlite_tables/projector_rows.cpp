// One row of a projection: find it, compare it with what we believe, write it.
#include "daemon/sources/sqlite_tables/projector.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace satchel::sources::sqlite {

namespace {

enum class Standing : std::uint8_t { as_held, as_wanted, changed };

std::optional<std::uint64_t> held_hash(const core::Shadow& held, ColumnId column) {
    const auto at = std::ranges::lower_bound(
        held.hashes, column, {}, &std::pair<ColumnId, std::uint64_t>::first);
    if (at == held.hashes.end() || at->first != column) return std::nullopt;
    return at->second;
}

/// What a present row is, column by column: as we believe, as it should be, or neither.
Standing compare(const Table& table,
                 std::span<const core::ColumnValue> current,
                 const WantedRow& wanted) {
    bool is_as_wanted = wanted.is_present;
    for (const core::ColumnValue& cell : current) {
        const auto want =
            std::ranges::lower_bound(wanted.columns, cell.column, {}, &core::ColumnValue::column);
        const bool is_listed = want != wanted.columns.end() && want->column == cell.column;
        if (is_listed && want->value == cell.value) continue;
        if (is_listed) is_as_wanted = false;
        if (!wanted.held.is_present) {
            if (is_listed || !wanted.is_present) return Standing::changed;
            continue;
        }
        const auto held = held_hash(wanted.held, cell.column);
        if (held && *held != cell.value.hash()) return Standing::changed;
        if (!held && !cell.value.is_null() && cell.value != table.find_column(cell.column)->fill)
            return Standing::changed;
    }
    return is_as_wanted ? Standing::as_wanted : Standing::as_held;
}

/// True when a column of this affinity may turn the value into another one.
bool may_be_coerced(Affinity affinity, const core::Value& value) {
    const core::ValueKind kind = value.kind();
    switch (affinity) {
        case Affinity::none:
            return false;
        case Affinity::text:
            return kind == core::ValueKind::integer || kind == core::ValueKind::real;
        case Affinity::integer:
        case Affinity::numeric:
            return kind == core::ValueKind::text || kind == core::ValueKind::real;
        case Affinity::real:
            return kind == core::ValueKind::text || kind == core::ValueKind::integer ||
                   (kind == core::ValueKind::real && value.as_real() == 0.0 &&
                    std::signbit(value.as_real()));
    }
    return true;
}

/// Errors that concern the row alone; after all others the call cannot go on.
bool is_of_the_row(int code) {
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_TOOBIG:
        case SQLITE_ERROR:
            return true;
        default:
            return false;
    }
}

}  // namespace

void Projector::Cells::clear() {
    columns.clear();
    values.clear();
    owned.clear();
    wants_check = false;
}

Result<std::optional<Projector::Before>> Projector::read_before(const Table& table, ByteView key) {
    const auto values = decode_key(table, key);
    if (!values) return std::optional<Before>();
    SATCHEL_TRY(row, bench_.database.query(read_sql(table)));
    bind_key(row, 1, *values);
    const int code = row.step_code();
    if (code == SQLITE_DONE) return std::optional<Before>();
    if (code != SQLITE_ROW) return bench_.database.error(code, "read");
    Before before;
    before.key = to_bytes(key);
    SATCHEL_TRY(columns, reader_.columns(table, row));
    before.columns = std::move(columns);
    if (has_app_triggers_)
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            before.raw.push_back(row.value(first_cell(table) + static_cast<int>(i)));
    return std::optional<Before>(std::move(before));
}

/// The statement, or nothing when it cannot be prepared: the application's triggers may call
/// functions that only the application has.
Result<std::optional<Query>> Projector::writer(std::string_view sql) {
    auto query = bench_.database.query(sql);
    if (query) return std::optional<Query>(std::move(*query));
    if (query.error().code != ErrorCode::failed) return query.error();
    clash_ = bench_.database.message();
    is_unique_clash_ = false;
    return std::optional<Query>();
}

/// Judges a failed write. The statement itself is undone by SQLite.
Result<Projector::Wrote> Projector::written(Job& job, int code) {
    if (!is_of_the_row(code)) return bench_.database.error(code, "write");
    clash_ = bench_.database.message();
    is_unique_clash_ = code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY;
    if (sqlite3_get_autocommit(bench_.database.handle()) != 0) {
        // A trigger said RAISE(ROLLBACK): everything written so far is gone.
        job.blocked = clash_;
        return Wrote::again;
    }
    return Wrote::failed;
}

void Projector::assign(const Job& job, std::int64_t number) {
    assigned_[*job.table][job.wanted->sid] = {number, &job};
    owners_[*job.table][number] = job.wanted->sid;
}

Result<std::optional<std::int64_t>> Projector::resolve(std::size_t parent, const Sid& sid) {
    const auto assigned = assigned_[parent].find(sid);
    if (assigned != assigned_[parent].end()) {
        const auto& [number, job] = assigned->second;
        const bool comes = job->result.outcome == Outcome::applied && job->blocked.empty();
        return comes ? std::optional(number) : std::optional<std::int64_t>();
    }
    SATCHEL_TRY(key, bench_.memory.find_key(bench_.schema.tables[parent].collection, sid));
    if (!key) return std::optional<std::int64_t>();
    const std::optional<std::int64_t> number = integer_of_key(*key);
    // The number it had may belong to another row since this call began.
    const auto owner = number ? owners_[parent].find(*number) : owners_[parent].end();
    const bool is_taken = owner != owners_[parent].end() && owner->second != sid;
    return is_taken ? std::optional<std::int64_t>() : number;
}

/// Fills `cells_`; false (and `clash_` says why) when a value cannot be written here.
Result<bool> Projector::collect_cells(Job& job) {
    const Table& table = table_of(job);
    cells_.clear();
    cells_.owned.reserve(job.wanted->columns.size());
    cells_.wants_check = has_app_triggers_;
    is_unique_clash_ = false;
    auto column = table.columns.begin();
    for (const core::ColumnValue& cell : job.wanted->columns) {
        while (column != table.columns.end() && column->id < cell.column) ++column;
        if (column == table.columns.end()) break;
        if (column->id != cell.column) continue;
        const core::Value* value = &cell.value;
        if (value->kind() == core::ValueKind::reference) {
            if (!column->parent) {
                clash_ = "column " + column->name + " holds no reference here";
                return false;
            }
            SATCHEL_TRY(number, resolve(*column->parent, value->as_reference()));
            if (!number) {
                const Table& parent = bench_.schema.tables[*column->parent];
                clash_ = "the row of " + parent.name + " that " + column->name +
                         " refers to is not here";
                job.result.obstacles = {
                    {Obstacle::Kind::parent, parent.collection, value->as_reference()}};
                return false;
            }
            cells_.owned.push_back(core::Value::integer(*number));
            value = &cells_.owned.back();
        }
        const bool is_recoded = !bench_.schema.is_utf8 && value->kind() == core::ValueKind::text;
        if (is_recoded || may_be_coerced(column->affinity, *value)) cells_.wants_check = true;
        cells_.columns.push_back(&*column);
        cells_.values.push_back(value);
    }
    return true;
}

std::optional<Bytes> Projector::key_of_cells(const Table& table) const {
    std::vector<core::Value> values;
    for (const KeyColumn& key : table.key) {
        const auto at = std::ranges::find(cells_.columns, key.name, &Column::name);
        if (at == cells_.columns.end()) return std::nullopt;
        values.push_back(*cells_.values[static_cast<std::size_t>(at - cells_.columns.begin())]);
    }
    return encode_key(table, values);
}

/// The key under which the row may be here already.
Result<std::optional<Bytes>> Projector::locate(Job& job) {
    const Table& table = table_of(job);
    if (job.wanted->key) {
        SATCHEL_TRY(known, bench_.memory.find(table.collection, *job.wanted->key));
        if (!known || known->sid == job.wanted->sid) return job.wanted->key;
    }
    if (table.identity == Identity::key && job.wanted->held.is_present) return key_of_cells(table);
    if (table.identity != Identity::column || !table.has_sync_index) return std::optional<Bytes>();
    const auto at = std::ranges::find(cells_.columns, "sync_id", &Column::name);
    if (at == cells_.columns.end()) return std::optional<Bytes>();
    SATCHEL_TRY(row,
                bench_.database.query("SELECT " + identifier(table.rowid) + " FROM main." +
                                      identifier(table.name) + " WHERE sync_id = ?1"));
    row.bind(1, *cells_.values[static_cast<std::size_t>(at - cells_.columns.begin())]);
    if (row.step_code() != SQLITE_ROW) return std::optional<Bytes>();
    return read_key(table, row, 0);
}

Result<Projector::Wrote> Projector::upsert(Job& job) {
    SATCHEL_TRY(is_writable, collect_cells(job));
    if (!is_writable) return Wrote::failed;
    if (job.vacated) return update(job, *job.vacated);
    const Table& table = table_of(job);
    SATCHEL_TRY(key, locate(job));
    std::optional<Before> before;
    if (key) {
        SATCHEL_TRY(read, read_before(table, *key));
        before = std::move(read);
    }
    if (before) {
        const Standing standing = compare(table, before->columns, *job.wanted);
        if (standing == Standing::as_held) return update(job, *before);
        return compare_only(job, *before);
    }
    if (job.wanted->held.is_present) {
        job.result.outcome = Outcome::changed_meanwhile;
        job.result.reason = kChangedHere;
        return Wrote::done;
    }
    std::optional<std::int64_t> preferred = job.planned;
    if (!preferred && table.has_rowid_identity()) {
        if (key)
            preferred = integer_of_key(*key);
        else if (job.wanted->marker.kind() == core::ValueKind::integer)
            preferred = job.wanted->marker.as_integer();
    }
    return insert(job, preferred);
}

bool Projector::is_as_wanted(const Before& before, const WantedRow& wanted) const {
    const Table& table = *bench_.schema.find(wanted.collection);
    return compare(table, before.columns, wanted) == Standing::as_wanted;
}

bool Projector::is_as_held(const Before& before, const WantedRow& wanted) const {
    const Table& table = *bench_.schema.find(wanted.collection);
    return compare(table, before.columns, wanted) == Standing::as_held;
}

/// A row that is there and must not be written: it is right already, or was changed.
Result<Projector::Wrote> Projector::compare_only(Job& job, const Before& before) {
    if (is_as_wanted(before, *job.wanted)) {
        job.result.key = before.key;
        if (table_of(job).has_rowid_identity()) assign(job, *integer_of_key(before.key));
        return Wrote::done;
    }
    job.result.outcome = Outcome::changed_meanwhile;
    job.result.reason = kChangedHere;
    return Wrote::done;
}

Result<Projector::Wrote> Projector::update(Job& job, const Before& before) {
    const Table& table = table_of(job);
    std::vector<const Column*> columns;
    std::vector<const core::Value*> values;
    for (std::size_t i = 0; i < cells_.columns.size(); ++i) {
        const auto at = static_cast<std::size_t>(cells_.columns[i] - table.columns.data());
        const auto want = std::ranges::lower_bound(
            job.wanted->columns, cells_.columns[i]->id, {}, &core::ColumnValue::column);
        if (want->value == before.columns[at].value) continue;
        columns.push_back(cells_.columns[i]);
        values.push_back(cells_.values[i]);
        job.result.displaced.push_back(before.columns[at]);
    }
    const auto key = decode_key(table, before.key);
    if (!columns.empty()) {
        SATCHEL_TRY(query, writer(update_sql(table, columns)));
        if (!query) {
            job.result.displaced.clear();
            return Wrote::failed;
        }
        for (std::size_t i = 0; i < values.size(); ++i)
            query->bind(static_cast<int>(i) + 1, *values[i]);
        bind_key(*query, static_cast<int>(values.size()) + 1, *key);
        effects_.begin();
        const int code = query->step_code();
        if (code != SQLITE_DONE) {
            job.result.displaced.clear();
            return written(job, code);
        }
        if (sqlite3_changes(bench_.database.handle()) == 0) {
            job.result.displaced.clear();
            clash_ = "a trigger of the application refused it";
            return Wrote::failed;
        }
        if (table.has_rowid_identity()) job.rowid = (*key)[0].as_integer();
        effects_.end({*job.table, SQLITE_UPDATE, job.rowid.value_or(0)});
    }
    if (job.rowid) assign(job, *job.rowid);
    job.result.key = before.key;
    job.deed = Deed::updated;
    note_intended(job, &before);
    return Wrote::done;
}

void Projector::note_intended(Job& job, const Before* before) {
    if (!cells_.wants_check) return;
    const Table& table = table_of(job);
    job.intended.assign(table.columns.size(), std::nullopt);
    if (before != nullptr)
        for (std::size_t i = 0; i < before->raw.size(); ++i) job.intended[i] = before->raw[i];
    for (std::size_t i = 0; i < cells_.columns.size(); ++i)
        job.intended[static_cast<std::size_t>(cells_.columns[i] - table.columns.data())] =
            *cells_.values[i];
}

}  // namespace satchel::sources::sqlite
