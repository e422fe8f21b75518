// Rows as the engine sees them: foreign keys to numbered rows become references, and a hash over a
// row tells at once whether it is as remembered. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/database.h"
#include "daemon/sources/sqlite_tables/row_key.h"
#include "daemon/sources/sqlite_tables/schema.h"

#include <optional>
#include <unordered_map>
#include <vector>

namespace satchel::sources::sqlite {

/// What every piece of work on the database needs.
struct Workbench {
    Database& database;
    const Schema& schema;
    const IdMaker& ids;
    Memory& memory;
};

/// True until a table's first capture is complete: its rows get identities from their content.
Result<bool> is_first_capture(Memory& memory, const Table& table);
Status note_captured(Memory& memory, const Table& table);

/// Everything that is in the row, by column, as one byte string.
Bytes content_of(const Table& table, const Query& row, bool with_key);

/// Reads rows of one run of work; keeps what it learns of parents, so make a new one for each.
class RowReader {
  public:
    explicit RowReader(Workbench bench) : bench_(bench) {}

    /// core::shadow_hash over the synced columns of the current row.
    Result<std::uint64_t> hash(const Table& table, const Query& row);
    /// The synced columns of the current row, ordered by id.
    Result<std::vector<core::ColumnValue>> columns(const Table& table, const Query& row);
    /// The columns that travel with a new row only, of the row with this key, ordered by id.
    Result<std::vector<core::ColumnValue>> seeds(const Table& table, ByteView key);
    /// The current row, with its identity; a row that was not held brings its seeds. Draws one for
    /// a new row of a mapped table.
    Result<LocalRow> local_row(const Table& table, const Query& row, Bytes key);
    /// The identity of the current row where it follows from its content, else nothing.
    Result<std::optional<Sid>> derived_sid(const Table& table, const Query& row);
    /// What the columns that name a row for people hold, the same on every device; nothing where
    /// one is NULL or refers to a row without identity.
    Result<std::optional<Bytes>> natural_name(const Table& table, const Query& row);
    /// The row with this number is known to be `sid`, though memory does not know it yet.
    void learn_parent(std::size_t table, std::int64_t number, const Sid& sid);
    /// Forgets what it learned of parents; needed when rows get other numbers.
    void forget_parents();

  private:
    Result<std::optional<Sid>> parent_sid(std::size_t parent, std::int64_t number);
    Result<std::optional<Sid>> look_up_parent(const Table& parent, std::int64_t number);
    Result<core::Value> cell(std::optional<std::size_t> parent, const Query& row, int at);

    Workbench bench_;
    std::vector<std::unordered_map<std::int64_t, std::optional<Sid>>> parents_;
    std::vector<std::pair<std::int64_t, std::optional<Sid>>> last_parent_;
    Bytes scratch_;
};

}  // namespace satchel::sources::sqlite
