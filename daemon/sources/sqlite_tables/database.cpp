// Opening, hardening and closing a connection; preparing, binding and reading.
#include "daemon/sources/sqlite_tables/database.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>

namespace satchel::sources::sqlite {

namespace {

constexpr int kProgressSteps = 100'000;

std::string wrapped(std::string_view text, char quote) {
    std::string out(1, quote);
    for (const char c : text) {
        if (c == quote) out.push_back(quote);
        out.push_back(c);
    }
    out.push_back(quote);
    return out;
}

ErrorCode code_of(int code, int system_errno) {
    switch (code & 0xff) {
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            return ErrorCode::corrupt;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::busy;
        case SQLITE_FULL:
            return ErrorCode::disk_full;
        case SQLITE_CANTOPEN:
            return system_errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return ErrorCode::refused;
        case SQLITE_IOERR:
            return system_errno == ENOSPC ? ErrorCode::disk_full : ErrorCode::io;
        case SQLITE_INTERRUPT:
            return ErrorCode::interrupted;
        case SQLITE_TOOBIG:
            return ErrorCode::too_large;
        case SQLITE_CONSTRAINT:
            return ErrorCode::conflict;
        default:
            return ErrorCode::failed;
    }
}

std::string hint_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::corrupt:
            return "the file is damaged, encrypted or not an SQLite database; nothing was deleted "
                   "elsewhere; restore it from a backup or remove the source";
        case ErrorCode::busy:
            return "another program holds the database; it is tried again by itself";
        case ErrorCode::disk_full:
            return "free some space";
        case ErrorCode::refused:
            return "check the permissions of the database and its directory";
        default:
            return {};
    }
}

}  // namespace

std::string identifier(std::string_view name) {
    return wrapped(name, '"');
}

std::string literal(std::string_view text) {
    return wrapped(text, '\'');
}

Query::Query(Query&& other) noexcept : statement_(other.statement_), is_lent_(other.is_lent_) {
    other.statement_ = nullptr;
}

Query::~Query() {
    if (statement_ == nullptr) return;
    if (is_lent_ == nullptr) {
        sqlite3_finalize(statement_);
        return;
    }
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    *is_lent_ = false;
}

void Query::bind(int index, std::string_view text) {
    // A null pointer would bind NULL.
    const char* data = text.data() == nullptr ? "" : text.data();
    sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Query::bind(int index, const core::Value& value) {
    switch (value.kind()) {
        case core::ValueKind::null:
            bind_null(index);
            break;
        case core::ValueKind::integer:
            bind(index, value.as_integer());
            break;
        case core::ValueKind::real:
            sqlite3_bind_double(statement_, index, value.as_real());
            break;
        case core::ValueKind::text:
            bind(index, value.as_text());
            break;
        case core::ValueKind::blob: {
            const std::string_view bytes = value.as_text();
            if (bytes.empty())
                sqlite3_bind_zeroblob(statement_, index, 0);
            else
                sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_STATIC);
            break;
        }
        case core::ValueKind::reference:
            bind_null(index);
            break;
    }
}

std::string_view Query::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

core::Value Query::value(int column) const {
    switch (sqlite3_column_type(statement_, column)) {
        case SQLITE_INTEGER:
            return core::Value::integer(integer(column));
        case SQLITE_FLOAT:
            return core::Value::real(sqlite3_column_double(statement_, column));
        case SQLITE_TEXT:
            return core::Value::text(text(column));
        case SQLITE_BLOB: {
            const auto* data = static_cast<const Byte*>(sqlite3_column_blob(statement_, column));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
            return core::Value::blob({data, data == nullptr ? 0 : size});
        }
        default:
            return {};
    }
}

void Query::encode(int column, Bytes& out) const {
    out.clear();
    ByteWriter writer(out);
    switch (sqlite3_column_type(statement_, column)) {
        case SQLITE_INTEGER:
            writer.u8(static_cast<Byte>(core::ValueKind::integer));
            writer.zigzag(integer(column));
            break;
        case SQLITE_FLOAT:
            writer.u8(static_cast<Byte>(core::ValueKind::real));
            writer.u64(std::bit_cast<std::uint64_t>(sqlite3_column_double(statement_, column)));
            break;
        case SQLITE_TEXT:
            writer.u8(static_cast<Byte>(core::ValueKind::text));
            writer.raw(as_bytes(text(column)));
            break;
        case SQLITE_BLOB: {
            writer.u8(static_cast<Byte>(core::ValueKind::blob));
            const auto* data = static_cast<const Byte*>(sqlite3_column_blob(statement_, column));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
            if (data != nullptr) writer.raw({data, size});
            break;
        }
        default:
            writer.u8(static_cast<Byte>(core::ValueKind::null));
    }
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path,
                                                 Options options) {
    std::unique_ptr<Database> database(new Database(std::move(options)));
    const std::string file = path.string();
    constexpr int kFlags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code =
        sqlite3_open_v2(file.c_str(), &database->handle_, SQLITE_OPEN_READWRITE | kFlags, nullptr);
    if (code != SQLITE_OK) {
        const Error failure = database->error(code, "open");
        sqlite3_close(database->handle_);
        database->handle_ = nullptr;
        return failure;
    }
    if (const Status status = database->harden(); !status) return status.error();
    return database;
}

Database::~Database() {
    kept_.clear();
    sqlite3_close(handle_);
}

Status Database::harden() {
    sqlite3_busy_timeout(handle_, static_cast<int>(options_.busy_timeout.count()));
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    if (!options_.is_owned)
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(handle_, SQLITE_LIMIT_EXPR_DEPTH, 200);
    sqlite3_progress_handler(handle_, kProgressSteps, &Database::on_progress, this);
    restart_deadline();
    const Status done =
        run("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
            "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = OFF");
    if (!done) return done;
    if (!options_.is_owned) return run("PRAGMA wal_autocheckpoint = 0");
    return run("PRAGMA synchronous = FULL");
}

void Database::set_trusted_schema(bool is_on) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, is_on ? 1 : 0, nullptr);
}

void Database::restart_deadline(milliseconds allowed) {
    if (options_.clock != nullptr) deadline_ = options_.clock->steady_ms() + allowed;
}

int Database::on_progress(void* self) {
    const auto* database = static_cast<const Database*>(self);
    const Clock* clock = database->options_.clock;
    return clock != nullptr && clock->steady_ms() > database->deadline_ ? 1 : 0;
}

Status Database::run(std::string_view sql) {
    const std::string text(sql);
    const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error(code, "run a statement on");
    return ok();
}

Result<Query> Database::query(std::string_view sql) {
    auto at = kept_.find(sql);
    const bool is_free = at != kept_.end() && !at->second->is_lent;
    if (is_free) {
        at->second->is_lent = true;
        return Query(at->second->statement, &at->second->is_lent);
    }
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_,
                                        sql.data(),
                                        static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT,
                                        &statement,
                                        nullptr);
    if (code != SQLITE_OK) return error(code, "prepare a statement on");
    if (at != kept_.end()) return Query(statement, nullptr);
    auto kept = std::make_unique<Kept>();
    kept->statement = statement;
    kept->is_lent = true;
    bool* is_lent = &kept->is_lent;
    kept_.emplace(std::string(sql), std::move(kept));
    return Query(statement, is_lent);
}

Result<std::int64_t> Database::integer(std::string_view sql, std::int64_t fallback) {
    SATCHEL_TRY(asked, query(sql));
    const int code = asked.step_code();
    if (code == SQLITE_ROW) return asked.integer(0);
    if (code == SQLITE_DONE) return fallback;
    return error(code, "read");
}

Result<std::uint32_t> Database::change_counter() {
    // Within a read transaction nobody else writes the header. No descriptor of ours: closing one
    // would drop the locks of this process.
    SATCHEL_TRY(transaction, Transaction::start(*this, "BEGIN"));
    SATCHEL_TRY(first, integer("SELECT count(*) FROM main.sqlite_schema"));
    static_cast<void>(first);
    sqlite3_file* file = nullptr;
    sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
    constexpr sqlite3_int64 kAt = 24;
    constexpr int kSize = 4;
    std::array<Byte, kSize> bytes{};
    if (file == nullptr || file->pMethods == nullptr) return 0u;
    const int code = file->pMethods->xRead(file, bytes.data(), kSize, kAt);
    std::uint32_t counter = 0;
    if (code == SQLITE_OK)
        for (const Byte byte : bytes) counter = counter << 8 | byte;
    return counter;
}

Error Database::error(int code, std::string_view attempted) const {
    const int system_errno = handle_ != nullptr ? sqlite3_system_errno(handle_) : 0;
    const ErrorCode mapped = code_of(code, system_errno);
    const std::string why = handle_ != nullptr ? message() : sqlite3_errstr(code);
    return Error{
        mapped, std::string(attempted) + " " + options_.name + ": " + why, hint_of(mapped)};
}

Status Database::set_query_only(bool is_on) {
    return run(is_on ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF");
}

Result<Transaction> Transaction::start(Database& database, std::string_view begin) {
    database.restart_deadline();
    if (const Status begun = database.run(begin); !begun) return begun.error();
    return Transaction(database);
}

Status Transaction::commit() {
    if (const Status done = database_->run("COMMIT"); !done) return done;
    database_ = nullptr;
    return ok();
}

void Transaction::roll_back() {
    if (database_ == nullptr) return;
    if (sqlite3_get_autocommit(database_->handle()) == 0)
        sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    database_ = nullptr;
}

}  // namespace satchel::sources::sqlite
