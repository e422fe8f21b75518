// See database.h. The last prepared INSERT is kept, since rows of one table come in runs.
#include "tests/generate/database.h"

#include <sqlite3.h>

namespace satchel::generate {

namespace {

void bind(sqlite3_stmt* statement, int at, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        sqlite3_bind_int64(statement, at, *number);
    else if (const auto* real = std::get_if<double>(&value))
        sqlite3_bind_double(statement, at, *real);
    else if (const auto* text = std::get_if<std::string>(&value))
        sqlite3_bind_text(
            statement, at, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
    else
        sqlite3_bind_null(statement, at);
}

}  // namespace

Database::Database(const std::string& path) : path_(path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) fail("open");
    run("PRAGMA synchronous = OFF; BEGIN");
}

Database::~Database() {
    sqlite3_finalize(prepared_);
    sqlite3_close(db_);
}

void Database::fail(std::string_view attempted) {
    if (!outcome_) return;
    outcome_ = Error{ErrorCode::failed,
                     std::string(attempted) + " in '" + path_ + "': " + sqlite3_errmsg(db_)};
}

void Database::run(std::string_view sql) {
    if (!outcome_) return;
    if (sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail("run sql");
}

sqlite3_stmt* Database::prepare(std::string_view table,
                                std::string_view columns,
                                std::size_t count) {
    std::string sql =
        "INSERT INTO " + std::string(table) + " (" + std::string(columns) + ") VALUES (?";
    for (std::size_t i = 1; i < count; ++i) sql += ",?";
    sql += ')';
    if (sql == prepared_for_) return prepared_;
    sqlite3_finalize(prepared_);
    prepared_ = nullptr;
    prepared_for_ = sql;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &prepared_, nullptr) != SQLITE_OK) fail(sql);
    return prepared_;
}

std::int64_t Database::insert(std::string_view table,
                              std::string_view columns,
                              const std::vector<Value>& values) {
    if (!outcome_) return 0;
    sqlite3_stmt* statement = prepare(table, columns, values.size());
    if (!outcome_) return 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        bind(statement, static_cast<int>(i) + 1, values[i]);
    if (sqlite3_step(statement) != SQLITE_DONE) fail(prepared_for_);
    sqlite3_reset(statement);
    return sqlite3_last_insert_rowid(db_);
}

Status Database::finish() {
    run("COMMIT");
    return outcome_;
}

}  // namespace satchel::generate
