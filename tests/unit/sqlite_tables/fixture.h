// What the tests of sqlite_tables share: an application's own connection, ids, and a small engine
// (memory and sink in maps) that turns reports into rows with core::diff_row as the real one does.
#pragma once

#include "daemon/core/diff.h"
#include "daemon/sources/sqlite_tables/sqlite_tables.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

struct sqlite3;

namespace satchel::test {

/// A directory that goes away with the test.
class TempFolder {
  public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
        return path_ / name;
    }

  private:
    std::filesystem::path path_;
};

/// The application that owns the database, on a connection of its own.
class App {
  public:
    explicit App(const std::filesystem::path& path);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;
    /// Must succeed.
    void run(const std::string& sql);
    /// May fail; returns whether it worked.
    bool try_run(const std::string& sql);
    /// All result columns of all rows as text: `a|b;c|d`.
    std::string ask(const std::string& sql);

    [[nodiscard]] sqlite3* handle() const { return handle_; }

  private:
    sqlite3* handle_ = nullptr;
};

/// Ids as hashes of names.
class FakeIds : public sources::IdMaker {
  public:
    [[nodiscard]] CollectionId collection(std::string_view source,
                                          std::string_view name) const override;
    [[nodiscard]] ColumnId column(CollectionId collection, std::string_view name) const override;
    [[nodiscard]] Sid row(CollectionId collection, ByteView key) const override;
};

/// Wall time that stands still; steady time that moves with every look, or truly.
class FakeClock : public Clock {
  public:
    [[nodiscard]] UnixMs now_ms() const override { return 4'000'000'000'000; }

    [[nodiscard]] milliseconds steady_ms() const override;

    std::int64_t step_ms = 0;
    bool is_real = false;
    mutable std::int64_t elapsed_ms = 1;
    std::function<void(std::int64_t)> on_look;  ///< told what the clock shows
};

/// The engine's memory and sink in one.
class FakeEngine : public sources::Memory, public sources::CaptureSink {
  public:
    explicit FakeEngine(std::uint64_t seed = 1) : next_sid_(seed << 32) {}

    Result<std::optional<Known>> find(CollectionId collection, ByteView key) override;
    Result<Sid> ensure_sid(CollectionId collection,
                           ByteView key,
                           std::optional<ByteView> import_content) override;
    Result<std::optional<Bytes>> find_key(CollectionId collection, const Sid& sid) override;
    Result<std::optional<core::Row>> find_row(CollectionId collection, const Sid& sid) override;
    Result<std::uint64_t> count_held(CollectionId collection) override;
    Result<std::vector<Bytes>> held_keys(CollectionId collection,
                                         ByteView after,
                                         std::size_t limit) override;
    Result<std::optional<Bytes>> note(ByteView name) override;
    Status set_note(ByteView name, ByteView value) override;
    Status erase_note(ByteView name) override;
    Result<std::vector<std::pair<Bytes, Bytes>>> notes(ByteView prefix,
                                                       ByteView after,
                                                       std::size_t limit) override;

    Result<std::optional<Bytes>> piece(const Sid&, const Hash256&, std::uint32_t) override {
        return std::optional<Bytes>();
    }

    Status row(sources::LocalRow row) override;

    Status piece(sources::Piece) override { return ok(); }

    Status item_done() override { return ok(); }

    Status make_durable() override { return ok(); }

    Status keep_piece(const sources::Piece&) override { return ok(); }

    [[nodiscard]] bool should_stop() const override { return false; }

    struct Item {
        std::optional<Bytes> key;
        core::Row row;
        std::map<ColumnId, core::Value> values;  ///< what the source holds
        core::Value marker;
        bool is_present = false;
    };

    struct Table {
        std::map<Bytes, Sid> sids;
        std::map<Sid, Item> items;
        std::map<Bytes, std::uint64_t> held;  ///< key -> hash
    };

    /// Rows the source should show so that it equals `other`, with `held` as remembered here.
    std::vector<sources::WantedRow> wanted_from(const FakeEngine& other) const;
    /// Takes what project() said: applied rows are held now.
    void accept(std::span<const sources::WantedRow> wanted,
                std::span<const sources::ProjectedRow> results);
    /// Every held row of a collection, by sid.
    [[nodiscard]] std::map<Sid, std::map<ColumnId, core::Value>> state(CollectionId) const;

    std::map<CollectionId, Table> tables;
    std::map<Bytes, Bytes> note_map;
    std::set<ColumnId> columns_here;
    std::size_t reports = 0;              ///< rows reported
    std::size_t ops = 0;                  ///< of them, those that were a change
    std::vector<sources::LocalRow> last;  ///< reported since cleared
    core::VersionVector vector;

  private:
    void hold(Table& table, const Sid& sid, Item& item);
    void release(Table& table, Item& item);

    std::uint64_t next_sid_;
    std::uint64_t next_seq_ = 1;
};

/// A source over one file with everything it needs.
struct Bench {
    explicit Bench(sources::SqliteTablesSettings settings, std::uint64_t seed = 1);
    /// Captures and returns how many real changes were found; must succeed.
    std::size_t capture();
    /// Opens anew, forgetting what was seen but not what the engine knows; must succeed.
    void reopen();
    /// Projects what `other` holds; must succeed. Returns the results.
    std::vector<sources::ProjectedRow> project_from(const Bench& other);
    [[nodiscard]] CollectionId collection(const std::string& table) const;
    /// All rows of all tables, by names and values; references by sid.
    [[nodiscard]] std::string dump(const std::string& table) const;

    FakeIds ids;
    FakeClock clock;
    FakeEngine engine;
    int backups = 0;
    std::string name;
    std::uint8_t random = 0;
    sources::SqliteTables source;
};

/// Settings for a file of the source "app".
sources::SqliteTablesSettings settings_for(const std::filesystem::path& path,
                                           sources::Capture capture = sources::Capture::scan);

}  // namespace satchel::test
