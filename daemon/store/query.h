// One run of a prepared statement; statements are prepared once and kept. Inside `store` only.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/bytes.h"
#include "shared/base/ids.h"

#include <optional>
#include <string_view>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

namespace satchel::store {

struct Database::Connection {
    explicit Connection(const std::string& path);

    SQLite::Database sqlite;
    /// Keyed by the literal's address: SQL text lives in the function that runs it. Declared after
    /// the database, so that statements die first.
    std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements;
};

/// Binds, steps and resets one cached statement. SQL must be a string literal.
class Query {
  public:
    Query(Database& database, const char* sql);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t value);

    Query& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }

    Query& bind(int value) { return bind(std::int64_t{value}); }

    Query& bind(std::string_view text);
    Query& bind(ByteView bytes);
    Query& bind_null();
    /// Binds the bytes, or NULL.
    Query& bind(const std::optional<Bytes>& bytes);

    /// True while there is a row.
    bool step();
    /// Runs a statement that returns no rows; the number of rows it changed.
    int run();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    /// Valid until the next step.
    [[nodiscard]] ByteView blob(int column) const;
    [[nodiscard]] bool is_null(int column) const;

  private:
    SQLite::Statement& statement_;
    int next_ = 1;
};

/// The Error that a SQLite failure means, "<attempted>: <SQLite's reason>".
Error to_error(std::string_view attempted, const SQLite::Exception& failure);

/// Runs `work` at the edge of this folder: SQLite's exceptions become Errors, and every error is
/// marked as our own store's.
template <class Work>
auto guarded(std::string_view attempted, Work work) -> decltype(work()) {
    Error error;
    try {
        auto done = work();
        if (done) return done;
        error = std::move(done).error();
    } catch (const SQLite::Exception& failure) {
        error = to_error(attempted, failure);
    }
    error.is_own_store = true;
    return error;
}

}  // namespace satchel::store
