// One transaction of updates, with all triggers off: nobody edited these rows.
#include "daemon/sources/sqlite_tables/seeds.h"

#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>
#include <map>

namespace satchel::sources::sqlite {

namespace {

class Planting {
  public:
    Planting(Workbench bench,
             std::span<const WantedRow> rows,
             std::span<const ProjectedRow> results)
        : bench_(bench), rows_(rows), results_(results) {
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (results[i].key) keys_[{rows[i].collection, rows[i].sid}] = *results[i].key;
    }

    [[nodiscard]] bool is_needed() const {
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (is_new(i) && has_seeds(rows_[i])) return true;
        return false;
    }

    Status run() {
        SATCHEL_TRY(transaction, Transaction::start(bench_.database, "BEGIN IMMEDIATE"));
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (!is_new(i) || !has_seeds(rows_[i])) continue;
            if (const Status done = plant(rows_[i], *results_[i].key); !done) return done;
        }
        return transaction.commit();
    }

  private:
    [[nodiscard]] bool is_new(std::size_t i) const {
        return rows_[i].is_present && !rows_[i].held.is_present &&
               results_[i].outcome == Outcome::applied && results_[i].key;
    }

    [[nodiscard]] bool has_seeds(const WantedRow& wanted) const {
        const Table* table = bench_.schema.find(wanted.collection);
        return table != nullptr && std::ranges::any_of(table->seeds, [&](const Column& seed) {
                   return std::ranges::count(wanted.columns, seed.id, &core::ColumnValue::column) >
                          0;
               });
    }

    Status plant(const WantedRow& wanted, ByteView key) {
        const Table& table = *bench_.schema.find(wanted.collection);
        const auto values = decode_key(table, key);
        if (!values) return ok();
        for (const Column& seed : table.seeds) {
            const auto cell =
                std::ranges::find(wanted.columns, seed.id, &core::ColumnValue::column);
            if (cell == wanted.columns.end()) continue;
            SATCHEL_TRY(value, here(seed, cell->value));
            if (!value) continue;
            SATCHEL_TRY(update, bench_.database.query(plant_sql(table, seed)));
            update.bind(1, *value);
            bind_key(update, 2, *values);
            const int code = update.step_code();
            if (code != SQLITE_DONE && (code & 0xff) != SQLITE_CONSTRAINT)
                return bench_.database.error(code, "write");
        }
        return ok();
    }

    /// A reference as the number the row has here; nothing when it is not here.
    Result<std::optional<core::Value>> here(const Column& seed, const core::Value& value) {
        if (value.kind() != core::ValueKind::reference) return std::optional(value);
        if (!seed.parent) return std::optional<core::Value>();
        const CollectionId parent = bench_.schema.tables[*seed.parent].collection;
        const Sid sid = value.as_reference();
        std::optional<Bytes> key;
        if (const auto at = keys_.find({parent, sid}); at != keys_.end()) {
            key = at->second;
        } else {
            SATCHEL_TRY(known, bench_.memory.find_key(parent, sid));
            key = std::move(known);
        }
        const auto number = key ? integer_of_key(*key) : std::nullopt;
        if (!number) return std::optional<core::Value>();
        return std::optional(core::Value::integer(*number));
    }

    Workbench bench_;
    std::span<const WantedRow> rows_;
    std::span<const ProjectedRow> results_;
    std::map<std::pair<CollectionId, Sid>, Bytes> keys_;  ///< of rows written in this call
};

}  // namespace

void plant_seeds(Workbench bench,
                 std::span<const WantedRow> rows,
                 std::span<const ProjectedRow> results) {
    const bool has_any = std::ranges::any_of(
        bench.schema.tables, [](const Table& table) { return !table.seeds.empty(); });
    if (!has_any) return;
    Planting planting(bench, rows, results);
    if (!planting.is_needed()) return;
    sqlite3* handle = bench.database.handle();
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    const Status planted = planting.run();
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
    static_cast<void>(planted);
}

}  // namespace satchel::sources::sqlite
