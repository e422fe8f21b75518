// What we know of a database's tables: keys, columns, foreign keys, and which tables we can sync.
// Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/database.h"
#include "daemon/sources/sqlite_tables/sqlite_tables.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace satchel::sources::sqlite {

/// What SQLite prefers to store in a column, by its declared type.
enum class Affinity : std::uint8_t { text, numeric, integer, real, none };

/// How SQLite compares texts of a column.
enum class Collation : std::uint8_t { binary, nocase, rtrim };

/// The name of a collation in SQL.
std::string_view collation_name(Collation collation);

/// A column that is synced.
struct Column {
    std::string name;
    ColumnId id{};
    Affinity affinity = Affinity::none;
    std::optional<std::size_t> parent;  ///< table whose integer key it holds: a reference
    core::Value fill{};                 ///< what rows written before the column was there hold
};

/// A column of a table's key.
struct KeyColumn {
    std::string name;
    Collation collation = Collation::binary;
    std::optional<std::size_t> parent;  ///< as Column::parent
};

/// A uniqueness rule beyond the identity's key.
struct UniqueRule {
    std::vector<KeyColumn> columns;
    /// A trigger can find the row that a REPLACE displaces by it.
    bool is_exact = true;
    /// It holds for all rows, over plain columns: the row that has a value can be looked up.
    bool is_plain = true;
};

/// What happens to a row whose parent is deleted.
enum class OnDelete : std::uint8_t { forbid, cascade, change };

/// A foreign key as declared.
struct ForeignKey {
    std::string parent;
    std::vector<std::string> from;
    std::vector<std::string> to;  ///< resolved to the parent's primary key when not named
    bool has_action = false;      ///< deleting or renumbering the parent changes rows here
    OnDelete on_delete = OnDelete::forbid;
};

/// A foreign key of a table that is not synced.
struct LocalChild {
    std::string table;
    ForeignKey foreign;
};

/// Where a table of settings keeps name and value: positions in Table::columns.
struct SecretColumns {
    std::size_t name = 0;
    std::size_t value = 0;
};

/// One table we sync.
struct Table {
    CollectionId collection{};
    std::string name;
    Identity identity = Identity::mapped;
    /// Name under which rowid can be read: the INTEGER PRIMARY KEY, or rowid itself; empty for
    /// WITHOUT ROWID.
    std::string rowid;
    bool has_integer_key = false;  ///< rowid is a declared INTEGER PRIMARY KEY
    bool is_autoincrement = false;
    bool has_app_triggers = false;
    bool has_sync_index = false;  ///< sync_id is the first column of an index
    bool is_cyclic = false;       ///< refers to itself, directly or not
    std::vector<KeyColumn> key;   ///< one entry, the integer key or rowid, unless named by key
    std::vector<Column> columns;  ///< ordered by id
    std::vector<Column> seeds;    ///< travel with a new row only; ordered by id
    std::vector<UniqueRule> uniques;
    std::vector<ForeignKey> foreign_keys;
    std::vector<LocalChild> local_children;  ///< refer to rows of this one
    /// A column that does not travel and that a row cannot be without: a row taken out of here
    /// could not be put back.
    std::string needed_locally;
    std::optional<SecretColumns> secret;  ///< rows that are secrets stay here
    /// Columns that name a row for people, the same on every device.
    std::vector<KeyColumn> natural_rule;
    std::string natural_key;  ///< a text column that is unique alone, for messages
    std::string sql;          ///< as in sqlite_schema

    /// A changed row is another row: its rowid, which may change, says nothing of who it is.
    [[nodiscard]] bool is_by_content() const { return identity == Identity::content; }

    /// Local keys are the 8 bytes of an integer.
    [[nodiscard]] bool has_rowid_identity() const { return identity != Identity::key; }

    [[nodiscard]] const Column* find_column(ColumnId id) const;
    [[nodiscard]] const Column* find_column(std::string_view column_name) const;
    /// A number for the mark table; the same whatever other tables there are.
    [[nodiscard]] std::int64_t mark_number() const;
};

/// A table whose rows are named by their content is left out when it has more.
inline constexpr std::int64_t kContentRowsMax = 500'000;

/// Every table we sync, parents before children.
struct Schema {
    std::vector<Table> tables;
    std::vector<std::string> missing;  ///< declared, but not in the database
    std::vector<std::string> remarks;  ///< what is left out and why, for people
    SecretExceptions secret_exceptions;
    std::uint64_t fingerprint = 0;
    bool is_utf8 = true;
    bool has_foreign_actions = false;
    std::vector<std::string> local_tables;  ///< of the application, and not synced

    [[nodiscard]] const Table* find(CollectionId collection) const;
    [[nodiscard]] std::optional<std::size_t> index_of(CollectionId collection) const;
    [[nodiscard]] std::size_t key_width() const;  ///< most key columns of any table
};

/// Reads the schema.
Result<Schema> inspect_schema(Database& database,
                              const SqliteTablesSettings& settings,
                              const IdMaker& ids);

/// The tables as the engine knows them.
std::vector<CollectionInfo> collections_of(const Schema& schema);

/// How each table is treated, for people.
std::vector<CollectionTraits> traits_of(const Schema& schema, bool uses_marks);

/// Orders tables so that parents come first, marks those in a cycle, and turns the parent numbers
/// of columns into positions of the new order.
void order_tables(std::vector<Table>& tables);

}  // namespace satchel::sources::sqlite
