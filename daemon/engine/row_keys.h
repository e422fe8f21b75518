// Which row has which key, in front of the store's index during one step.
//
// Problem: importing a table asks for every row who has its key, draws an identity, and writes the
// row once to hold the identity and once with its content.
// Idea: an identity drawn stays here until the row itself is written, and a key beyond the greatest
// the store has is nobody's, without asking. Keys of new rows usually are.
// A scan asks for one key after the other in their order: once that shows, a page of rows is read
// at a time. Why it is right: every save of a row passes through `settle`, and what is left is
// written before the step commits.
#pragma once

#include "daemon/sources/source.h"
#include "daemon/store/rows.h"

#include <map>
#include <vector>

namespace satchel::engine {

/// For one step; not kept across transactions.
class RowKeys {
  public:
    explicit RowKeys(store::Database& database) : rows_(database) {}

    /// Who has the key, written or reserved.
    Result<std::optional<sources::Memory::Known>> find(std::int64_t collection, ByteView key);
    /// Gives the key to a row that is not written yet.
    void reserve(std::int64_t collection, ByteView key, const Sid& sid);
    /// The key reserved for the row, if any.
    [[nodiscard]] const Bytes* reserved_for(std::int64_t collection, const Sid& sid) const;
    /// The row is about to be written as it is.
    Status settle(std::int64_t collection, const store::StoredRow& row);
    /// Writes rows that hold nothing but their key. To be called before a commit.
    Status write_reserved(store::Transaction& transaction);

  private:
    using SidPlace = std::pair<std::int64_t, Sid>;
    using KeyPlace = std::pair<std::int64_t, Bytes>;

    /// The greatest key in the store, or what sorts before all.
    Result<const Bytes*> last_key(std::int64_t collection);

    /// Nothing where the answer lies outside what was read ahead.
    const store::Rows::Held* find_ahead(std::int64_t collection, ByteView key, bool& is_known);
    /// Reads ahead when the keys asked for come in their order.
    Status look_ahead(std::int64_t collection, ByteView key);

    store::Rows rows_;
    std::vector<store::Rows::Keyed> ahead_;  ///< in key order
    std::size_t ahead_at_ = 0;               ///< where the last answer was
    std::size_t ahead_used_ = 0;             ///< answers that came of it
    std::size_t page_rows_ = 0;              ///< how many are read ahead
    std::int64_t ahead_of_ = 0;              ///< collection
    Bytes last_asked_;                       ///< of the store; what was read ahead begins there
    std::size_t in_order_ = 0;               ///< questions since the last one out of order
    std::map<std::int64_t, Bytes> last_keys_;
    std::map<SidPlace, Bytes> by_sid_;
    std::map<KeyPlace, Sid> by_key_;
};

}  // namespace satchel::engine
