// Our own SQLite file: opened, migrated, and written through one connection by one thread, which
// also owns checkpoints. Repositories (rows, lanes, segments, …) take a Database and do one noun
// each.
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace satchel::store {

class Query;

/// The open store. Confined to the thread that opened it.
class Database {
  public:
    /// Sets SQLite up for a process of ours: no count of every allocation, which all threads would
    /// wait for. To be called once, before any database is opened.
    static void prepare_process();
    /// Opens or creates the store at `path` (a file path, or a SQLite URI for tests) and migrates
    /// it. Errors: corrupt, version_mismatch (written by a newer program), disk_full, io.
    static Result<std::unique_ptr<Database>> open(const std::string& path);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Gives back memory that only the work just done needed.
    void release_memory();
    /// Bytes of the database file as SQLite counts them.
    Result<std::uint64_t> size_bytes();
    /// `PRAGMA integrity_check`; corrupt with its first line when not ok.
    Status check_integrity();
    /// The same without the indexes, for a look now and then.
    Status check_quickly();

  private:
    friend class Query;
    friend class Transaction;
    struct Connection;
    explicit Database(std::unique_ptr<Connection> connection);

    std::unique_ptr<Connection> connection_;
};

/// Proof that a transaction is open: repositories that write ask for it. Rolls back unless
/// committed.
class Transaction {
  public:
    /// Begins at once; `busy`, `disk_full` or `io` on failure.
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    /// Durable when it returns success.
    Status commit();
    /// Commits and begins anew: a long piece of work makes durable what it has.
    Status commit_and_continue();

    [[nodiscard]] Database& database() { return *database_; }

  private:
    explicit Transaction(Database& database) : database_(&database) {}

    Database* database_;
    bool is_open_ = true;
};

}  // namespace satchel::store
