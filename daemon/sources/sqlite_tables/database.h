// A thin owner of one SQLite connection and its statements: hardened against hostile files, errors
// as values, prepared statements kept by their text. Statements die before the connection. Private
// to this folder.
#pragma once

#include "daemon/core/value.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

namespace satchel::sources::sqlite {

/// `name` as an SQL identifier.
std::string identifier(std::string_view name);
/// `text` as an SQL string literal.
std::string literal(std::string_view text);

/// A prepared statement in use; goes back to its connection when it dies. Values bound as text or
/// blob are not copied: they outlive the steps that use them.
class Query {
  public:
    Query(sqlite3_stmt* statement, bool* is_lent) : statement_(statement), is_lent_(is_lent) {}

    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    ~Query();

    void bind(int index, std::int64_t number) { sqlite3_bind_int64(statement_, index, number); }

    void bind(int index, std::string_view text);
    /// References are the caller's to translate.
    void bind(int index, const core::Value& value);

    void bind_null(int index) { sqlite3_bind_null(statement_, index); }

    /// SQLite's own result code: SQLITE_ROW, SQLITE_DONE or an extended error code.
    int step_code() { return sqlite3_step(statement_); }

    /// Makes the statement ready for the next round of bind and step.
    void reset() { sqlite3_reset(statement_); }

    [[nodiscard]] bool is_null(int column) const {
        return sqlite3_column_type(statement_, column) == SQLITE_NULL;
    }

    [[nodiscard]] int type(int column) const { return sqlite3_column_type(statement_, column); }

    [[nodiscard]] std::int64_t integer(int column) const {
        return sqlite3_column_int64(statement_, column);
    }

    /// A view that lives until the next step.
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] core::Value value(int column) const;
    /// The canonical bytes of the value, as core::Value would hold them, replacing `out`.
    void encode(int column, Bytes& out) const;

  private:
    sqlite3_stmt* statement_;
    bool* is_lent_;  // of the kept statement; null: ours to finalise
};

/// Longest piece of work between two restarts of the deadline: a hostile schema cannot hold us up.
inline constexpr milliseconds kWorkMax{30'000};

/// One connection.
class Database {
  public:
    struct Options {
        std::string name;  ///< what messages call it
        bool is_owned = false;
        const Clock* clock = nullptr;
        milliseconds busy_timeout{0};
    };

    /// Opens an existing file. Errors: not_found, corrupt, busy, refused, io.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path,
                                                  Options options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs statements without results.
    Status run(std::string_view sql);
    /// The statement of this text, prepared once.
    Result<Query> query(std::string_view sql);
    /// The first column of the first row, or `fallback` when there is none.
    Result<std::int64_t> integer(std::string_view sql, std::int64_t fallback = 0);

    /// Forgets every kept statement; none may be in use.
    void forget_statements() { kept_.clear(); }

    /// The error for a result code of this connection.
    [[nodiscard]] Error error(int code, std::string_view attempted) const;

    [[nodiscard]] std::string message() const { return sqlite3_errmsg(handle_); }

    [[nodiscard]] sqlite3* handle() const { return handle_; }

    /// The number in the file's header that every commit to it raises (with a write-ahead log:
    /// every checkpoint); 0 when it cannot be told.
    Result<std::uint32_t> change_counter();

    [[nodiscard]] bool is_read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }

    /// While set, nothing can be written by this connection.
    Status set_query_only(bool is_on);
    /// Lets the application's triggers use virtual tables (its search index above all). This
    /// connection registers no functions and loads no extensions, so there is little to misuse.
    void set_trusted_schema(bool is_on);
    /// Starts the time allowed for the next piece of work anew.
    void restart_deadline(milliseconds allowed = kWorkMax);

  private:
    struct Kept {
        sqlite3_stmt* statement = nullptr;
        bool is_lent = false;
        Kept() = default;
        Kept(const Kept&) = delete;
        Kept& operator=(const Kept&) = delete;

        ~Kept() { sqlite3_finalize(statement); }
    };

    struct TextHash {
        using is_transparent = void;

        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    explicit Database(Options options) : options_(std::move(options)) {}

    Status harden();
    static int on_progress(void* self);

    Options options_;
    sqlite3* handle_ = nullptr;
    milliseconds deadline_{0};
    std::unordered_map<std::string, std::unique_ptr<Kept>, TextHash, std::equal_to<>> kept_;
};

/// A transaction that rolls back unless committed.
class Transaction {
  public:
    /// `begin` is BEGIN or BEGIN IMMEDIATE.
    static Result<Transaction> start(Database& database, std::string_view begin);

    Transaction(Transaction&& other) noexcept : database_(other.database_) {
        other.database_ = nullptr;
    }

    Transaction& operator=(Transaction&&) = delete;

    ~Transaction() { roll_back(); }

    Status commit();
    void roll_back();

  private:
    explicit Transaction(Database& database) : database_(&database) {}

    Database* database_;
};

}  // namespace satchel::sources::sqlite
