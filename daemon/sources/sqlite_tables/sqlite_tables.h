// Tables of one SQLite database as a source: our own catalog, or a database another program owns.
// Rows are found by a read-only scan or by mark triggers, and written in short transactions while
// nobody else has the database open, with the application's own triggers and constraints respected.
// What cannot be shown is parked with its reason, never forced.
#pragma once

#include "daemon/sources/secret_names.h"
#include "daemon/sources/source.h"
#include "shared/base/limits.h"

#include <functional>
#include <map>
#include <memory>

namespace satchel::sources {

/// How changes of a table are found.
enum class Capture : std::uint8_t {
    automatic,  ///< scan below 500,000 rows, else triggers; our own catalog: triggers
    scan,       ///< read everything when something changed; nothing is added to the file
    trigger,    ///< triggers write changed keys to a table of ours inside the file
};

/// Where the identity of a row comes from.
enum class Identity : std::uint8_t {
    column,   ///< from the text column sync_id
    key,      ///< a function of the primary or unique key
    mapped,   ///< drawn once and remembered; for INTEGER PRIMARY KEY
    content,  ///< a function of the whole row and how many equal ones came before it
};

/// A table of names and values, of which the secret ones stay here: see is_secret_setting().
struct SecretRule {
    std::string table;
    std::string name_column;
    std::string value_column;
};

/// When a database of another program may be written.
enum class Writes : std::uint8_t {
    when_closed,  ///< while no other program has it open: none is surprised
    live,         ///< at any time, in turns with whoever has it open
};

/// What is synced of one database.
struct SqliteTablesSettings {
    std::string name;  ///< logical name of the source, the same on every device
    std::filesystem::path path;
    std::vector<std::string> tables;  ///< empty: every table of the application
    Capture capture = Capture::automatic;
    std::map<std::string, Identity> identity;  ///< by table, where the automatic choice is wrong
    Writes writes = Writes::when_closed;
    bool is_owned = false;                           ///< our catalog.db: made when it is missing
    std::vector<std::string> machine_local_columns;  ///< never read nor written; or "table.column"
    /// "table.column": places that mean something on one machine only. The value a row is made with
    /// travels and is a start for the others; later ones stay.
    std::vector<std::string> seed_columns;
    std::vector<SecretRule> secret_rules;  ///< rows neither sent nor taken when they are secrets
    SecretExceptions secret_exceptions;
    milliseconds busy_timeout = limits::kForeignBusyTimeout;  ///< wait for another's lock
};

/// Fills a byte string with randomness.
using RandomBytes = std::function<void(std::span<Byte>)>;
/// Makes a verified backup of the database; called before a call's first write.
using BackupCallback = std::function<Status()>;

/// Tables of one SQLite database.
class SqliteTables : public Source {
  public:
    /// What the source needs of the world; all of it outlives the source.
    struct Surroundings {
        const IdMaker& ids;
        const Clock& clock;
        RandomBytes random;
        BackupCallback backup;
    };

    SqliteTables(SqliteTablesSettings settings, Surroundings surroundings);
    ~SqliteTables() override;

    Status open(Memory& memory) override;
    [[nodiscard]] const std::vector<CollectionInfo>& collections() const override;
    Result<bool> has_changes() override;
    Status capture(CaptureSink& sink, Memory& memory) override;
    Result<std::uint64_t> stamp(Memory& memory) override;
    Result<std::uint64_t> count_unstamped() override;
    Result<LocalRow> read(CollectionId collection, ByteView key, Memory& memory) override;
    Result<std::vector<ProjectedRow>> project(std::span<const WantedRow> rows,
                                              Memory& memory) override;
    [[nodiscard]] std::string describe(CollectionId collection, ByteView key) const override;
    [[nodiscard]] SourceHealth health() override;
    [[nodiscard]] SourceTraits traits() const override;
    [[nodiscard]] std::vector<WatchRoot> watch_roots() const override;
    void hint(const std::optional<std::filesystem::path>& path) override;
    Status check_integrity() override;
    Status uninstall() override;

    /// True when changes are found by triggers; known after open().
    [[nodiscard]] bool uses_triggers() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace satchel::sources
