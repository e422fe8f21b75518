// A SQLite file to be filled: the few calls the generator needs, errors as values.
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace satchel::generate {

/// One value to bind: NULL, a number or a text.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

/// An open database file. The first failure is kept and everything after it does nothing, so the
/// caller asks once, at `finish`.
class Database {
  public:
    /// Opens or creates `path` and begins a transaction.
    explicit Database(const std::string& path);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs statements without parameters.
    void run(std::string_view sql);
    /// Adds one row: `columns` is a comma-separated list, one value for each. Returns its rowid.
    std::int64_t insert(std::string_view table,
                        std::string_view columns,
                        const std::vector<Value>& values);
    /// Commits; what failed first, if anything did.
    [[nodiscard]] Status finish();

  private:
    void fail(std::string_view attempted);
    sqlite3_stmt* prepare(std::string_view table, std::string_view columns, std::size_t count);

    std::string path_;
    sqlite3* db_ = nullptr;
    std::string prepared_for_;
    sqlite3_stmt* prepared_ = nullptr;
    Status outcome_ = ok();
};

}  // namespace satchel::generate
