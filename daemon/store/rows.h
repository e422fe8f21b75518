// The replicated state of every row and file, and what the local source holds of it.
#pragma once

#include "daemon/core/row.h"
#include "daemon/store/database.h"
#include "shared/base/clock.h"

#include <optional>
#include <string>
#include <vector>

namespace satchel::store {

/// A row of one collection; collections are named by their short local number.
struct StoredRow {
    Sid sid;
    std::optional<Bytes> key;     ///< the local source's key of the item
    std::uint64_t held_hash = 0;  ///< of what the source holds; 0 if it does not have the item
    core::Row row;
    /// Where it lies in the store, in the order rows came; 0 while it was never written.
    std::int64_t number = 0;
};

/// Encoded bytes of rows that end a page: values may be megabytes each.
inline constexpr std::size_t kPageBytes = 16u << 20;

/// Where rows are kept. Reading needs no transaction; writing asks for one.
class Rows {
  public:
    explicit Rows(Database& database) : database_(database) {}

    struct Held {
        Sid sid;
        std::uint64_t held_hash = 0;
    };

    /// Who has a key, and the key.
    struct Keyed {
        Bytes key;
        Held held;
    };

    Result<std::optional<Held>> find_held(std::int64_t collection, ByteView key);
    /// Rows that have this key or one above it, in key order, whether the source shows them or not.
    Result<std::vector<Keyed>> keyed_from(std::int64_t collection, ByteView key, std::size_t limit);
    Result<std::optional<StoredRow>> find(std::int64_t collection, const Sid& sid);
    Result<std::optional<Bytes>> find_key(std::int64_t collection, const Sid& sid);
    /// The greatest key of any row.
    Result<std::optional<Bytes>> last_key(std::int64_t collection);
    /// Writes the row. If another item has its key, that one loses it: the source says who has it.
    Status save(Transaction& transaction, std::int64_t collection, const StoredRow& row);
    Status erase(Transaction& transaction, std::int64_t collection, const Sid& sid);

    /// Keys of items the source holds above `after`, in key order.
    Result<std::vector<Bytes>> held_keys(std::int64_t collection,
                                         ByteView after,
                                         std::size_t limit);
    /// Rows the source does not show yet, after the row of number `after`, in the order they came,
    /// which is mostly that in which a source keeps them: at least one if there are any, at most
    /// `limit`, and no more once they hold kPageBytes.
    Result<std::vector<StoredRow>> pending(std::int64_t collection,
                                           std::int64_t after,
                                           std::size_t limit);
    /// Rows with several values in a cell, above `after` in sid order.
    Result<std::vector<StoredRow>> conflicted(std::int64_t collection,
                                              const Sid& after,
                                              std::size_t limit);
    /// Rows the source had whose key now belongs to another row: it deleted them.
    Result<std::vector<Sid>> orphaned(std::int64_t collection);
    Result<std::uint64_t> count_pending(std::int64_t collection);
    Result<std::uint64_t> count_conflicted(std::int64_t collection);
    /// All rows above `after` in sid order; for verification, not for cycles.
    Result<std::vector<StoredRow>> all(std::int64_t collection,
                                       const Sid& after,
                                       std::size_t limit);

  private:
    Database& database_;
};

/// A row that cannot be shown now, and why.
struct Parked {
    std::int64_t collection = 0;
    Sid sid;
    int outcome = 0;
    std::string reason;
    UnixMs since_ms = 0;
    std::string kind{};            ///< what keeps it, in a word of store-format.md; may be empty
    std::optional<Sid> against{};  ///< the row it clashes with or lacks
    std::string detail{};          ///< the rule that says so
    std::int64_t against_collection = 0;  ///< of that row; 0 when there is none
    /// The source is about to let go of the row: not to find it there is no deletion.
    bool is_being_hidden = false;
};

/// The kind of a row that is kept here for good and waits for nothing.
inline constexpr std::string_view kStoredKind = "stored";

/// Notes or renews why a row is not shown; `since_ms` stays that of the first time.
Status park(Transaction& transaction, const Parked& parked);
Result<std::optional<Parked>> find_parked(Database& database,
                                          std::int64_t collection,
                                          const Sid& sid);
Status unpark(Transaction& transaction, std::int64_t collection, const Sid& sid);
Result<std::vector<Parked>> list_parked(Database& database, std::size_t limit);
Result<std::uint64_t> count_parked(Database& database, std::int64_t collection);
/// Why one row of those with this outcome waits; empty when there is none.
Result<std::string> find_parked_reason(Database& database, std::int64_t collection, int outcome);
/// Of those, the ones that wait for nothing.
Result<std::uint64_t> count_stored(Database& database, std::int64_t collection);

}  // namespace satchel::store
