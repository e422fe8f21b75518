// A simulated application and its database: what survives the daemon's crashes, what changes behind
// its back.
#pragma once

#include "tests/simulation/chance.h"
#include "tests/simulation/writes.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace satchel::simulation {

/// One row: its cells in the order of the table's columns. A reference holds the parent's local
/// key.
using AppRow = std::vector<core::Value>;

/// How a table's rows are told apart across devices.
enum class Identity : std::uint8_t { key, mapped };

/// One table of the application.
struct AppTable {
    std::string name;
    Identity identity = Identity::key;
    std::vector<std::string> columns;  ///< column 0 of a `key` table is the key itself
    std::optional<std::size_t> parent_table{};
    std::optional<std::size_t> reference_column{};
    std::optional<std::size_t> unique_column{};
    std::map<std::int64_t, AppRow> rows{};

    /// The key of another row that has this value in the unique column.
    [[nodiscard]] std::optional<std::int64_t> taken_by(const core::Value& value,
                                                       std::int64_t except) const;
};

/// A row as the daemon's source names it.
struct Place {
    std::size_t table = 0;
    std::int64_t key = 0;

    auto operator<=>(const Place&) const = default;
};

/// One device's application.
class Application {
  public:
    Application(std::uint32_t device, Writes& writes);

    /// Told before a cell (nothing: the whole row) is overwritten or deleted by the application.
    using BeforeChange = std::function<void(const Place&, std::optional<std::size_t> column)>;

    void on_change(BeforeChange before_change) { before_change_ = std::move(before_change); }

    /// Does one thing a person might do.
    void act(Chance& chance);
    /// Writes one cell as the application.
    void set(const Place& place, std::size_t column, core::Value value);
    void remove(const Place& place);
    /// A value for the unique column that nobody uses.
    core::Value fresh_slug();

    std::vector<AppTable> tables;
    std::set<Place> changed;         ///< since the source last looked
    std::set<Place> written_now;     ///< projected in this cycle: a crash may forget it
    std::set<Place> written_unsure;  ///< projected, but the daemon died before it took note
    bool is_open = false;            ///< projections are deferred while it is

  private:
    void insert(Chance& chance, std::size_t table);
    void update(Chance& chance, std::size_t table);
    core::Value value_for(Chance& chance, std::size_t table, std::size_t column, std::int64_t key);
    std::optional<std::int64_t> pick(Chance& chance, std::size_t table) const;
    void touch(const Place& place, std::optional<std::size_t> column);

    std::uint32_t device_;
    Writes& writes_;
    BeforeChange before_change_;
    std::uint64_t next_slug_ = 0;
};

}  // namespace satchel::simulation
