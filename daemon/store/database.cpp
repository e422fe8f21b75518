#include "daemon/store/database.h"

#include "daemon/store/migrations.h"
#include "daemon/store/query.h"
#include "shared/platform/heap.h"

#include <sqlite3.h>

namespace satchel::store {

namespace {

/// An older copy put in its place would number changes anew that others know already.
constexpr std::string_view kDamagedHint =
    "restart the daemon: it checks the store and says how to go on";

}  // namespace

Error to_error(std::string_view attempted, const SQLite::Exception& failure) {
    const std::string message = std::string(attempted) + ": " + failure.what();
    switch (failure.getErrorCode() & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorCode::busy, message};
        case SQLITE_FULL:
            return {ErrorCode::disk_full, message, "free some space; nothing was changed"};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {ErrorCode::corrupt, message, std::string(kDamagedHint)};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
        case SQLITE_IOERR:
            return {ErrorCode::io, message};
        default:
            return {ErrorCode::internal, message};
    }
}

Database::Connection::Connection(const std::string& path)
    : sqlite(path,
             SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_URI |
                 SQLite::OPEN_NOMUTEX,  // one thread at a time uses a store
             5'000) {
    sqlite.exec(R"sql(
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = OFF;
        PRAGMA trusted_schema = OFF;
        PRAGMA cache_size = -8192;
        PRAGMA secure_delete = FAST;  -- pages that a value leaves are not written once more
        PRAGMA wal_autocheckpoint = 4000;  -- of values that soon leave, most never get to the file
        PRAGMA temp_store = MEMORY;
    )sql");
    sqlite3_db_config(sqlite.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
    const std::string attempted = "open the store " + path;
    return guarded(attempted, [&]() -> Result<std::unique_ptr<Database>> {
        auto connection = std::make_unique<Connection>(path);
        if (auto migrated = migrate(connection->sqlite, path); !migrated)
            return std::move(migrated).error().at(attempted);
        return std::unique_ptr<Database>(new Database(std::move(connection)));
    });
}

void Database::prepare_process() {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void Database::release_memory() {
    sqlite3_db_release_memory(connection_->sqlite.getHandle());
    platform::give_back_heap();
}

Result<std::uint64_t> Database::size_bytes() {
    return guarded("measure the store", [&]() -> Result<std::uint64_t> {
        Query query(*this,
                    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
        query.step();
        return query.number(0);
    });
}

Status Database::check_integrity() {
    return guarded("check the store", [&]() -> Status {
        Query query(*this, "PRAGMA integrity_check(1)");
        query.step();
        const std::string verdict = query.text(0);
        if (verdict == "ok") return ok();
        return Error{ErrorCode::corrupt, "check the store: " + verdict, std::string(kDamagedHint)};
    });
}

Status Database::check_quickly() {
    return guarded("check the store", [&]() -> Status {
        Query query(*this, "PRAGMA quick_check(1)");
        query.step();
        const std::string verdict = query.text(0);
        if (verdict == "ok") return ok();
        return Error{ErrorCode::corrupt, "check the store: " + verdict, std::string(kDamagedHint)};
    });
}

Result<Transaction> Transaction::begin(Database& database) {
    return guarded("begin a transaction of the store", [&]() -> Result<Transaction> {
        database.connection_->sqlite.exec("BEGIN IMMEDIATE");
        return Transaction(database);
    });
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(other.database_), is_open_(std::exchange(other.is_open_, false)) {}

Transaction::~Transaction() {
    // A failed commit may have ended the transaction already; ROLLBACK then has nothing to do.
    if (is_open_)
        sqlite3_exec(
            database_->connection_->sqlite.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Status Transaction::commit() {
    return guarded("commit to the store", [&]() -> Status {
        database_->connection_->sqlite.exec("COMMIT");
        is_open_ = false;
        return ok();
    });
}

Status Transaction::commit_and_continue() {
    if (auto committed = commit(); !committed) return committed;
    return guarded("begin a transaction of the store", [&]() -> Status {
        database_->connection_->sqlite.exec("BEGIN IMMEDIATE");
        is_open_ = true;
        return ok();
    });
}

Query::Query(Database& database, const char* sql)
    : statement_([&]() -> SQLite::Statement& {
          auto& cached = database.connection_->statements[sql];
          if (!cached)
              cached = std::make_unique<SQLite::Statement>(database.connection_->sqlite, sql);
          return *cached;
      }()) {}

Query::~Query() {
    statement_.tryReset();
}

Query& Query::bind(std::int64_t value) {
    statement_.bind(next_++, value);
    return *this;
}

Query& Query::bind(std::string_view text) {
    statement_.bind(next_++, std::string(text));
    return *this;
}

Query& Query::bind(ByteView bytes) {
    // A null pointer would bind NULL; an empty blob is not NULL.
    static constexpr char kEmpty = 0;
    const void* data = bytes.empty() ? static_cast<const void*>(&kEmpty) : bytes.data();
    statement_.bindNoCopy(next_++, data, static_cast<int>(bytes.size()));
    return *this;
}

Query& Query::bind_null() {
    statement_.bind(next_++);
    return *this;
}

Query& Query::bind(const std::optional<Bytes>& bytes) {
    return bytes ? bind(ByteView(*bytes)) : bind_null();
}

bool Query::step() {
    return statement_.executeStep();
}

int Query::run() {
    return statement_.exec();
}

std::int64_t Query::integer(int column) const {
    return statement_.getColumn(column).getInt64();
}

std::uint64_t Query::number(int column) const {
    return static_cast<std::uint64_t>(integer(column));
}

std::string Query::text(int column) const {
    return statement_.getColumn(column).getString();
}

ByteView Query::blob(int column) const {
    const SQLite::Column value = statement_.getColumn(column);
    const auto* data = static_cast<const Byte*>(value.getBlob());
    return {data, static_cast<std::size_t>(value.getBytes())};
}

bool Query::is_null(int column) const {
    return statement_.isColumnNull(column);
}

}  // namespace satchel::store
