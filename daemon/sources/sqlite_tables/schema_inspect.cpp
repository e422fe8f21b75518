// Decides how each table's rows are named and which columns travel. What cannot be synced is left
// out with a remark, never guessed.
#include "daemon/core/conflict.h"
#include "daemon/sources/sqlite_tables/schema_keys.h"
#include "daemon/sources/sqlite_tables/schema_links.h"
#include "shared/base/hash.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

/// A row is read at once, with its key and a number: SQLite gives 2,000 values at most.
constexpr std::size_t kColumnsMax = 1'990;

class Inspector {
  public:
    Inspector(Database& database,
              const SqliteTablesSettings& settings,
              const IdMaker& ids,
              std::vector<RawTable> raw)
        : database_(database), settings_(settings), ids_(ids), raw_(std::move(raw)) {}

    Result<Schema> inspect() {
        schema_.secret_exceptions = settings_.secret_exceptions;
        if (const Status chosen = choose_tables(); !chosen) return chosen.error();
        link_tables(schema_, raw_);
        order_tables(schema_.tables);
        return std::move(schema_);
    }

  private:
    Status choose_tables() {
        for (const std::string& name : settings_.tables) {
            const bool is_there = std::ranges::any_of(
                raw_, [&](const RawTable& raw) { return same_name(raw.name, name); });
            if (!is_there) schema_.missing.push_back(name);
        }
        for (const RawTable& raw : raw_) {
            const bool is_wanted = settings_.tables.empty() ||
                                   std::ranges::any_of(settings_.tables, [&](const auto& name) {
                                       return same_name(name, raw.name);
                                   });
            if (!is_wanted) continue;
            auto table = make_table(raw);
            if (!table) continue;
            SATCHEL_TRY(is_large, is_too_large(*table));
            if (!is_large) schema_.tables.push_back(std::move(*table));
        }
        return ok();
    }

    /// Every look at a table without a key reads all of it.
    Result<bool> is_too_large(const Table& table) {
        if (!table.is_by_content()) return false;
        SATCHEL_TRY(
            rows,
            database_.integer("SELECT count(*) FROM (SELECT 1 FROM main." + identifier(table.name) +
                              " LIMIT " + std::to_string(kContentRowsMax + 1) + ")"));
        if (rows <= kContentRowsMax) return false;
        schema_.remarks.push_back("table " + table.name + " is skipped: it has no key and more " +
                                  "than " + std::to_string(kContentRowsMax) + " rows");
        return true;
    }

    Identity choose_identity(const RawTable& raw) const {
        if (const auto at = settings_.identity.find(raw.name); at != settings_.identity.end())
            return at->second;
        const std::string integer = integer_key_of(raw);
        const RawColumn* sync_id = raw.find("sync_id");
        const bool is_text = sync_id != nullptr && affinity_of(sync_id->type) == Affinity::text;
        if (is_text && !integer.empty()) return Identity::column;
        if (integer.empty()) return best_key_index(raw) ? Identity::key : Identity::content;
        // One row per row of a parent: the parent's identity names it.
        const bool is_extension =
            std::ranges::any_of(raw.foreign_keys, [&](const ForeignKey& foreign) {
                return foreign.from.size() == 1 && same_name(foreign.from[0], integer);
            });
        return is_extension ? Identity::key : Identity::mapped;
    }

    std::optional<Table> make_table(const RawTable& raw) {
        Table table;
        table.name = raw.name;
        table.sql = raw.sql;
        table.collection = ids_.collection(settings_.name, folded(raw.name));
        table.identity = choose_identity(raw);
        const std::string integer = integer_key_of(raw);
        table.has_integer_key = !integer.empty();
        if (!raw.is_without_rowid) table.rowid = integer.empty() ? free_rowid_name(raw) : integer;
        table.is_autoincrement =
            table.has_integer_key && upper(raw.sql).find("AUTOINCREMENT") != std::string::npos;
        table.foreign_keys = raw.foreign_keys;
        if (!make_key(raw, table)) {
            schema_.remarks.push_back("table " + raw.name + " is skipped: it has no usable key");
            return std::nullopt;
        }
        if (table.is_by_content() && is_referred_to(raw)) {
            schema_.remarks.push_back("table " + raw.name +
                                      " is skipped: other rows refer to its rows, so their content "
                                      "cannot name them");
            return std::nullopt;
        }
        add_columns(raw, table);
        if (table.key.size() + table.columns.size() > kColumnsMax) {
            schema_.remarks.push_back("table " + raw.name + " is skipped: it has too many columns");
            return std::nullopt;
        }
        if (!add_secret_rule(table)) {
            schema_.remarks.push_back(
                "table " + raw.name +
                " is skipped: without its columns for name and value secrets cannot be told");
            return std::nullopt;
        }
        add_uniques(raw, table);
        return table;
    }

    /// False when the table holds settings and they cannot be judged.
    bool add_secret_rule(Table& table) const {
        const auto rule = std::ranges::find_if(settings_.secret_rules, [&](const SecretRule& one) {
            return same_name(one.table, table.name);
        });
        if (rule == settings_.secret_rules.end()) return true;
        const auto find = [&](const std::string& name) {
            const auto at = std::ranges::find_if(
                table.columns, [&](const Column& column) { return same_name(column.name, name); });
            return static_cast<std::size_t>(at - table.columns.begin());
        };
        table.secret = SecretColumns{find(rule->name_column), find(rule->value_column)};
        return std::max(table.secret->name, table.secret->value) < table.columns.size();
    }

    bool is_referred_to(const RawTable& raw) const {
        return std::ranges::any_of(raw_, [&](const RawTable& other) {
            return std::ranges::any_of(other.foreign_keys, [&](const ForeignKey& foreign) {
                return same_name(foreign.parent, raw.name);
            });
        });
    }

    static bool make_key(const RawTable& raw, Table& table) {
        if (table.is_by_content()) {
            if (table.rowid.empty()) return false;
            table.key = {KeyColumn{table.rowid, Collation::binary, std::nullopt}};
            return true;
        }
        if (table.identity != Identity::key) {
            if (!table.has_integer_key) return false;
            table.key = {KeyColumn{table.rowid, Collation::binary, std::nullopt}};
            return true;
        }
        if (table.has_integer_key) {
            table.key = {KeyColumn{table.rowid, Collation::binary, std::nullopt}};
            return true;
        }
        const RawIndex* index = best_key_index(raw);
        if (index == nullptr || (table.rowid.empty() && !raw.is_without_rowid)) return false;
        table.key = index->columns;
        return std::ranges::all_of(table.key, [&](const KeyColumn& column) {
            const RawColumn* found = raw.find(column.name);
            return found != nullptr && !found->is_hidden;
        });
    }

    bool is_machine_local(const RawTable& raw, const std::string& column) const {
        if (same_name(column, "synced_at")) return true;
        return std::ranges::any_of(settings_.machine_local_columns, [&](const std::string& name) {
            return same_name(name, column) || same_name(name, raw.name + "." + column);
        });
    }

    /// A row is made before its seeds are planted, so they must be able to wait.
    bool is_seed(const RawTable& raw, const RawColumn& column) const {
        return !column.is_not_null && column.primary == 0 &&
               std::ranges::any_of(settings_.seed_columns, [&](const std::string& name) {
                   return same_name(name, raw.name + "." + column.name);
               });
    }

    void add_columns(const RawTable& raw, Table& table) const {
        for (const RawColumn& column : raw.columns) {
            if (column.is_hidden || is_machine_local(raw, column.name)) continue;
            if (table.has_rowid_identity() && same_name(column.name, table.rowid)) continue;
            const ColumnId id = ids_.column(table.collection, folded(column.name));
            const Affinity affinity = affinity_of(column.type);
            if (is_seed(raw, column))
                table.seeds.push_back({column.name, core::as_seed(id), affinity, std::nullopt, {}});
            else
                table.columns.push_back(
                    {column.name, id, affinity, std::nullopt, stored_as(column.fill, affinity)});
        }
        std::ranges::sort(table.columns, {}, &Column::id);
        std::ranges::sort(table.seeds, {}, &Column::id);
    }

    /// The rule with the fewest columns, by their names where several are as short: the same choice
    /// on every device.
    static void consider_as_natural(const RawIndex& index, Table& table) {
        const auto travels = [&](const KeyColumn& column) {
            return !same_name(column.name, "sync_id") && table.find_column(column.name) != nullptr;
        };
        if (!index.is_plain || !std::ranges::all_of(index.columns, travels)) return;
        const auto rank = [](const std::vector<KeyColumn>& columns) {
            std::string names;
            for (const KeyColumn& column : columns) names += upper(column.name) + '\n';
            return std::pair(columns.size(), std::move(names));
        };
        if (table.natural_rule.empty() || rank(index.columns) < rank(table.natural_rule))
            table.natural_rule = index.columns;
    }

    static void add_uniques(const RawTable& raw, Table& table) {
        const auto is_key = [&](const std::vector<KeyColumn>& columns) {
            return std::ranges::equal(columns, table.key, {}, &KeyColumn::name, &KeyColumn::name);
        };
        for (const RawIndex& index : raw.indexes) {
            if (!index.columns.empty() && same_name(index.columns[0].name, "sync_id"))
                table.has_sync_index = true;
            if (index.is_unique && index.columns.size() == 1 && table.natural_key.empty() &&
                !is_key(index.columns) && !same_name(index.columns[0].name, "sync_id"))
                table.natural_key = index.columns[0].name;
            if (!index.is_unique || is_key(index.columns)) continue;
            consider_as_natural(index, table);
            UniqueRule rule{index.columns, index.is_plain && index.origin != "c", index.is_plain};
            for (const KeyColumn& column : index.columns) {
                const RawColumn* found = raw.find(column.name);
                // REPLACE turns a NULL into the default only after BEFORE triggers have run.
                const bool is_seen = found != nullptr && !found->is_hidden &&
                                     !(found->is_not_null && found->has_default);
                if (!is_seen) rule.is_exact = false;
            }
            table.uniques.push_back(std::move(rule));
        }
        if (table.has_integer_key && !same_name(table.key[0].name, table.rowid))
            table.uniques.push_back({{KeyColumn{table.rowid, Collation::binary, {}}}, true, true});
    }

    Database& database_;
    const SqliteTablesSettings& settings_;
    const IdMaker& ids_;
    std::vector<RawTable> raw_;
    Schema schema_;
};

Status find_app_triggers(Database& database, Schema& schema) {
    SATCHEL_TRY(rows,
                database.query("SELECT tbl_name FROM main.sqlite_schema WHERE type = 'trigger' "
                               "AND name NOT LIKE '\\_satchel\\_%' ESCAPE '\\'"));
    while (rows.step_code() == SQLITE_ROW)
        for (Table& table : schema.tables)
            if (same_name(table.name, rows.text(0))) table.has_app_triggers = true;
    return ok();
}

std::uint64_t fingerprint_of(const Schema& schema) {
    std::uint64_t print = 1;
    // What a person says of secrets decides which rows are read: new words, a new scan.
    for (const auto* names : {&schema.secret_exceptions.send, &schema.secret_exceptions.keep}) {
        for (const std::string& name : *names) print = combine64(print, hash64(as_bytes(name)));
        if (!names->empty()) print = combine64(print, names->size());
    }
    for (const Table& table : schema.tables) {
        print = combine64(print, hash64(as_bytes(table.name)));
        print = combine64(print, hash64(as_bytes(table.sql)));
        print = combine64(print, static_cast<std::uint64_t>(table.identity));
        if (table.secret) print = combine64(print, table.secret->name + 1);
        for (const auto* columns : {&table.columns, &table.seeds})
            for (const Column& column : *columns)
                print = combine64(print, static_cast<std::uint64_t>(column.id));
    }
    return print;
}

}  // namespace

Result<Schema> inspect_schema(Database& database,
                              const SqliteTablesSettings& settings,
                              const IdMaker& ids) {
    SATCHEL_TRY(raw, read_tables(database));
    SATCHEL_TRY(schema, Inspector(database, settings, ids, std::move(raw)).inspect());
    if (const Status done = find_app_triggers(database, schema); !done) return done.error();
    SATCHEL_TRY(encoding, database.query("PRAGMA encoding"));
    if (encoding.step_code() == SQLITE_ROW) schema.is_utf8 = encoding.text(0) == "UTF-8";
    schema.fingerprint = fingerprint_of(schema);
    return schema;
}

}  // namespace satchel::sources::sqlite
