// One look at a database through the same eyes as the source: its schema, its counts.
#include "daemon/sources/sqlite_tables/explain.h"

#include "daemon/sources/sqlite_tables/mark_triggers.h"
#include "daemon/sources/sqlite_tables/schema.h"
#include "daemon/sources/sqlite_tables/schema_read.h"
#include "daemon/sources/sqlite_tables/secret_filter.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources {

namespace {

using namespace sqlite;  // the private half of this folder

std::vector<std::string> names_of(const std::vector<KeyColumn>& columns) {
    std::vector<std::string> names;
    for (const KeyColumn& column : columns) names.push_back(column.name);
    return names;
}

class Explainer {
  public:
    explicit Explainer(Database& database) : database_(database) {}

    Result<PlannedTable> table(const Table& table) {
        PlannedTable plan;
        plan.name = table.name;
        if (table.identity == Identity::column)
            plan.key.emplace_back("sync_id");
        else if (!table.is_by_content())
            plan.key = names_of(table.key);
        for (const UniqueRule& rule : table.uniques) plan.uniques.push_back(names_of(rule.columns));
        if (const Status done = count(table, plan); !done) return done.error();
        if (const Status done = list_columns(table, plan); !done) return done.error();
        if (const Status done = list_references(table, plan); !done) return done.error();
        if (const Status done = list_triggers(table, plan); !done) return done.error();
        return plan;
    }

  private:
    Status count(const Table& table, PlannedTable& plan) {
        const std::string from = "SELECT count(*) FROM main." + identifier(table.name);
        SATCHEL_TRY(rows, database_.integer(from));
        plan.rows = static_cast<std::uint64_t>(rows);
        if (table.has_rowid_identity()) return ok();
        SATCHEL_TRY(keyless, database_.integer(from + " WHERE NOT (" + has_key_sql(table) + ")"));
        plan.rows_without_key = static_cast<std::uint64_t>(keyless);
        return ok();
    }

    Status list_columns(const Table& table, PlannedTable& plan) {
        SATCHEL_TRY(rows, database_.query("PRAGMA main.table_xinfo(" + literal(table.name) + ")"));
        int code = SQLITE_ROW;
        while ((code = rows.step_code()) == SQLITE_ROW) {
            const std::string name(rows.text(1));
            if (table.find_column(name) != nullptr)
                plan.columns.push_back(name);
            else if (std::ranges::count(table.seeds, name, &Column::name) > 0)
                plan.left_out.push_back(name + ": only a new row brings it along");
            else if (rows.integer(6) != 0)
                plan.left_out.push_back(name + ": computed by the database");
            else if (table.is_by_content() && same_name(name, table.rowid))
                plan.left_out.push_back(name + ": every device numbers the rows itself");
            else if (!same_name(name, table.rowid))
                plan.left_out.push_back(name + ": " + why_local(table, name));
        }
        return code == SQLITE_DONE ? ok() : database_.error(code, "read the schema of");
    }

    static std::string why_local(const Table& table, const std::string& column) {
        for (const ForeignKey& foreign : table.foreign_keys)
            if (foreign.from.size() == 1 && same_name(foreign.from[0], column))
                return "refers to " + foreign.parent + ", which is not synced";
        return "belongs to this machine";
    }

    Status list_references(const Table& table, PlannedTable& plan) {
        SATCHEL_TRY(rows,
                    database_.query("PRAGMA main.foreign_key_list(" + literal(table.name) + ")"));
        std::vector<std::string> actions;
        std::int64_t last = -1;
        int code = SQLITE_ROW;
        while ((code = rows.step_code()) == SQLITE_ROW) {
            if (rows.integer(0) == last) continue;
            last = rows.integer(0);
            actions.emplace_back(rows.text(6));
        }
        if (code != SQLITE_DONE) return database_.error(code, "read the schema of");
        for (std::size_t i = 0; i < table.foreign_keys.size() && i < actions.size(); ++i) {
            const ForeignKey& foreign = table.foreign_keys[i];
            PlannedReference made{foreign.from, foreign.parent, foreign.to, actions[i], false};
            if (foreign.from.size() == 1) {
                const Column* column = table.find_column(foreign.from[0]);
                made.is_renumbered = column != nullptr && column->parent.has_value();
            }
            plan.references.push_back(std::move(made));
        }
        return ok();
    }

    Status list_triggers(const Table& table, PlannedTable& plan) {
        SATCHEL_TRY(rows,
                    database_.query("SELECT name FROM main.sqlite_schema WHERE type = 'trigger' "
                                    "AND tbl_name = " +
                                    literal(table.name) +
                                    " COLLATE NOCASE AND name NOT LIKE '\\_satchel\\_%' ESCAPE "
                                    "'\\' ORDER BY name"));
        int code = SQLITE_ROW;
        while ((code = rows.step_code()) == SQLITE_ROW) plan.triggers.emplace_back(rows.text(0));
        return code == SQLITE_DONE ? ok() : database_.error(code, "read the schema of");
    }

    Database& database_;
};

Result<bool> will_use_marks(Database& database,
                            const SqliteTablesSettings& settings,
                            std::uint64_t rows) {
    if (settings.capture != Capture::automatic) return settings.capture == Capture::trigger;
    SATCHEL_TRY(has_objects, has_mark_objects(database));
    return settings.is_owned || has_objects || rows >= static_cast<std::uint64_t>(kScanRowsMax);
}

Result<std::uint64_t> size_of(Database& database) {
    SATCHEL_TRY(pages, database.integer("PRAGMA main.page_count"));
    SATCHEL_TRY(page, database.integer("PRAGMA main.page_size"));
    return static_cast<std::uint64_t>(pages * page);
}

}  // namespace

Result<DatabasePlan> explain_database(const SqliteTablesSettings& settings,
                                      const IdMaker& ids,
                                      const Clock& clock) {
    SATCHEL_TRY(
        database,
        Database::open(settings.path, {settings.name, false, &clock, settings.busy_timeout}));
    SATCHEL_TRY(first, database->integer("SELECT count(*) FROM main.sqlite_schema"));
    static_cast<void>(first);
    if (const Status only = database->set_query_only(true); !only) return only.error();
    SATCHEL_TRY(schema, inspect_schema(*database, settings, ids));

    DatabasePlan plan;
    SATCHEL_TRY(size, size_of(*database));
    plan.size_bytes = size;
    plan.fingerprint = schema.fingerprint;
    plan.missing = schema.missing;
    plan.left_out = schema.remarks;
    std::uint64_t rows = 0;
    const std::vector<CollectionTraits> traits = traits_of(schema, false);
    Explainer explainer(*database);
    for (std::size_t i = 0; i < schema.tables.size(); ++i) {
        SATCHEL_TRY(table, explainer.table(schema.tables[i]));
        table.identity = traits[i].identity;
        rows += table.rows;
        plan.tables.push_back(std::move(table));
    }
    SATCHEL_TRY(raw, read_tables(*database));
    for (const RawTable& table : raw)
        if (!std::ranges::count(plan.tables, table.name, &PlannedTable::name))
            plan.other_names.push_back(table.name);
    SATCHEL_TRY(uses_marks, will_use_marks(*database, settings, rows));
    plan.capture = uses_marks ? "marks" : "scan";
    SATCHEL_TRY(secrets, list_secrets(*database, schema));
    plan.secrets = std::move(secrets);
    return plan;
}

}  // namespace satchel::sources
