#include "daemon/sources/sqlite_tables/catalog_places.h"

#include "daemon/sources/sqlite_tables/database.h"
#include "shared/base/limits.h"
#include "shared/base/utf8.h"

namespace satchel::sources {

using sqlite::Database;
using sqlite::Query;
using sqlite::Transaction;

struct CatalogPlaces::Parts {
    std::unique_ptr<Database> database;

    Result<std::optional<std::int64_t>> find_id(const std::string& sql, const std::string& name) {
        SATCHEL_TRY(row, database->query(sql));
        row.bind(1, std::string_view(name));
        const int code = row.step_code();
        if (code == SQLITE_DONE) return std::optional<std::int64_t>();
        if (code != SQLITE_ROW) return database->error(code, "read");
        return std::optional(row.integer(0));
    }

    Status run(Query& query, std::string_view attempted) {
        const int code = query.step_code();
        return code == SQLITE_DONE ? ok() : database->error(code, attempted);
    }
};

CatalogPlaces::CatalogPlaces(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

CatalogPlaces::CatalogPlaces(CatalogPlaces&&) noexcept = default;
CatalogPlaces& CatalogPlaces::operator=(CatalogPlaces&&) noexcept = default;
CatalogPlaces::~CatalogPlaces() = default;

Result<CatalogPlaces> CatalogPlaces::open(const std::filesystem::path& path, const Clock& clock) {
    auto parts = std::make_unique<Parts>();
    SATCHEL_TRY(database,
                Database::open(
                    path, {path.filename().string(), false, &clock, limits::kForeignBusyTimeout}));
    parts->database = std::move(database);
    SATCHEL_TRY(tables,
                parts->database->integer(
                    "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name IN "
                    "('version', 'project', 'environment', 'device', 'device_path')"));
    if (tables < 5)
        return Error{ErrorCode::not_found,
                     "look for projects in " + path.filename().string() +
                         ": it has no projects, environments and devices",
                     "--source names a catalog or a database declared with --preset cc"};
    return CatalogPlaces(std::move(parts));
}

Result<CatalogRows> CatalogPlaces::rows(const std::string& device) {
    Database& database = *parts_->database;
    CatalogRows rows;
    {
        SATCHEL_TRY(versions,
                    database.query("SELECT id, name, ifnull(path, '') FROM main.version "
                                   "ORDER BY id"));
        int code = SQLITE_ROW;
        while ((code = versions.step_code()) == SQLITE_ROW)
            rows.versions.push_back({versions.integer(0),
                                     std::string(versions.text(1)),
                                     std::string(versions.text(2))});
        if (code != SQLITE_DONE) return database.error(code, "read");
    }
    SATCHEL_TRY(list,
                database.query(
                    "SELECT e.id, e.name, p.name, e.version_id, ifnull(e.project_path, ''), "
                    "ifnull(e.github_url, ''), ifnull(p.home_repo, ''), "
                    "ifnull((SELECT l.local_path FROM main.device_path AS l JOIN main.device AS d "
                    "ON d.id = l.device_id WHERE l.project_id = p.id AND d.name = ?1), '') "
                    "FROM main.environment AS e JOIN main.project AS p ON p.id = e.project_id "
                    "ORDER BY e.id"));
    list.bind(1, std::string_view(device));
    int code = SQLITE_ROW;
    while ((code = list.step_code()) == SQLITE_ROW) {
        CatalogEnvironment one;
        one.id = list.integer(0);
        one.name = list.text(1);
        one.project = list.text(2);
        if (!list.is_null(3)) one.version_id = list.integer(3);
        one.project_path = list.text(4);
        one.github_url = list.text(5);
        one.home_repo = list.text(6);
        one.linked_path = list.text(7);
        rows.environments.push_back(std::move(one));
    }
    if (code != SQLITE_DONE) return database.error(code, "read");
    SATCHEL_TRY(setting,
                database.query("SELECT value FROM main.setting WHERE name = 'sync.clone_dir'"));
    if (setting.step_code() == SQLITE_ROW) rows.clone_dir = setting.text(0);
    return rows;
}

Status CatalogPlaces::apply(std::span<const CatalogChange> changes) {
    Database& database = *parts_->database;
    SATCHEL_TRY(transaction, Transaction::start(database, "BEGIN IMMEDIATE"));
    for (const CatalogChange& change : changes) {
        SATCHEL_TRY(update,
                    database.query("UPDATE main.environment SET version_id = ifnull(?1, "
                                   "version_id), project_path = ifnull(?2, project_path) "
                                   "WHERE id = ?3"));
        update.bind_null(1);
        update.bind_null(2);
        if (change.version_id) update.bind(1, *change.version_id);
        if (change.project_path) update.bind(2, std::string_view(*change.project_path));
        update.bind(3, change.environment);
        if (const Status done = parts_->run(update, "write"); !done) return done;
    }
    return transaction.commit();
}

Result<bool> CatalogPlaces::link(const std::string& device,
                                 bool is_own,
                                 const std::string& project,
                                 const std::string& path) {
    Database& database = *parts_->database;
    SATCHEL_TRY(transaction, Transaction::start(database, "BEGIN IMMEDIATE"));
    SATCHEL_TRY(project_id,
                parts_->find_id("SELECT id FROM main.project WHERE name = ?1", project));
    if (!project_id)
        return Error{ErrorCode::not_found,
                     "link a project: none is called '" + escape_for_terminal(project) + "'"};
    const std::string find_device = "SELECT id FROM main.device WHERE name = ?1";
    SATCHEL_TRY(device_id, parts_->find_id(find_device, device));
    if (!device_id && !is_own)
        return Error{ErrorCode::not_found,
                     "link a project: no device is called '" + escape_for_terminal(device) + "'",
                     "satchelctl device list shows them"};
    if (!device_id) {
        SATCHEL_TRY(insert, database.query("INSERT INTO main.device(name) VALUES(?1)"));
        insert.bind(1, std::string_view(device));
        if (const Status done = parts_->run(insert, "write"); !done) return done.error();
        device_id = sqlite3_last_insert_rowid(database.handle());
    }
    SATCHEL_TRY(known,
                database.query("SELECT local_path = ?3 FROM main.device_path WHERE device_id = ?1 "
                               "AND project_id = ?2"));
    known.bind(1, *device_id);
    known.bind(2, *project_id);
    known.bind(3, std::string_view(path));
    const int code = known.step_code();
    if (code != SQLITE_ROW && code != SQLITE_DONE) return database.error(code, "read");
    if (code == SQLITE_ROW && known.integer(0) == 1) return false;
    const bool is_new = code == SQLITE_DONE;
    SATCHEL_TRY(write,
                database.query(is_new ? "INSERT INTO main.device_path(device_id, project_id, "
                                        "local_path) VALUES(?1, ?2, ?3)"
                                      : "UPDATE main.device_path SET local_path = ?3 WHERE "
                                        "device_id = ?1 AND project_id = ?2"));
    write.bind(1, *device_id);
    write.bind(2, *project_id);
    write.bind(3, std::string_view(path));
    if (const Status done = parts_->run(write, "write"); !done) return done.error();
    if (const Status done = transaction.commit(); !done) return done.error();
    return true;
}

}  // namespace satchel::sources
