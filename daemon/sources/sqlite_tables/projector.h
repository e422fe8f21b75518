// Makes a database show the rows of one slice (slices.h), in one transaction.
//
// Pass 1 writes with the application's triggers on, so that its search index and counters follow:
// removals child-first, the rest parent-first, foreign keys checked at the end. Pass 2 reads back
// what a trigger or a column's type may have changed and writes it again with triggers off. A row
// that cannot be written (constraint, missing parent, refusing trigger) is blocked with its reason;
// where that is known only after others were written, the transaction starts over without it.
// Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/announced.h"
#include "daemon/sources/sqlite_tables/row_reader.h"
#include "daemon/sources/sqlite_tables/side_effects.h"
#include "shared/base/hash.h"

#include <map>
#include <set>
#include <unordered_map>

namespace satchel::sources::sqlite {

/// Why a row is not written that an application wrote to.
inline constexpr std::string_view kChangedHere = "it was changed here meanwhile";

/// An order of 0, 1, … in which each comes after those it depends on, except in a circle.
std::vector<std::size_t> dependents_last(std::span<const std::vector<std::size_t>> needed);

/// One slice of a call of Source::project().
class Projector {
  public:
    struct Options {
        bool has_marks = false;
        milliseconds time_max{};   ///< for all it writes: longer is an `interrupted`
        bool is_enforcing = true;  ///< SQLite looks at foreign keys; set off before, if it is not
        const Clock& clock;
    };

    Projector(Workbench bench,
              std::span<const WantedRow> rows,
              Announcements& announcements,
              Options options);

    /// Writes and commits. An Error means nothing was changed; `too_large`, that fewer rows at a
    /// time may do.
    Result<std::vector<ProjectedRow>> run();

    /// Rows beyond the wanted ones were changed: they want a capture.
    [[nodiscard]] bool has_side_effects() const { return has_side_effects_; }

    /// How long the rows took to write, without what the disk took to commit them.
    [[nodiscard]] milliseconds worked() const { return worked_; }

    /// Rows are left that can be written only where SQLite does not look at foreign keys: their
    /// application does not either.
    [[nodiscard]] bool has_dangling() const { return has_dangling_; }

  private:
    enum class Deed : std::uint8_t { none, inserted, updated, removed };
    /// How a single write went; `again` asks for a new transaction.
    enum class Wrote : std::uint8_t { done, failed, again };

    /// A row as read before writing.
    struct Before {
        std::vector<core::ColumnValue> columns;
        std::vector<core::Value> raw;
        Bytes key;
    };

    struct Job {
        const WantedRow* wanted = nullptr;
        std::optional<std::size_t> table;
        ProjectedRow result;
        Deed deed = Deed::none;
        std::string blocked;              ///< reason found by an earlier attempt
        std::vector<Obstacle> obstacles;  ///< the same
        std::string clash;                ///< why it could not be written so far
        /// As it was before it gave up a unique value that another row of this call takes over.
        std::optional<Before> vacated;
        std::optional<std::int64_t> planned;
        std::optional<std::int64_t> rowid;
        std::vector<std::optional<core::Value>> intended;  ///< local values, if to be read back
    };

    /// Over all bytes: sids drawn in one moment begin alike.
    struct SidHash {
        std::size_t operator()(const Sid& sid) const { return hash64(sid.view()); }
    };

    /// The columns of one row to write, with local values.
    struct Cells {
        std::vector<const Column*> columns;
        std::vector<const core::Value*> values;
        std::vector<core::Value> owned;  ///< translated references
        bool wants_check = false;
        void clear();
    };

    /// The integer key of a row of this call, planned or written.
    struct Assigned {
        std::int64_t number = 0;
        const Job* job = nullptr;
    };

    struct InsertPlan {
        std::vector<const Column*> columns;
        std::string sql;
    };

    /// A row of another item, as captured.
    struct Other {
        Sid sid;
        core::Row row;
        std::vector<core::ColumnValue> columns;
    };

    /// A row that has a value which a unique rule allows once.
    struct Holder {
        Bytes key;
        const UniqueRule* rule = nullptr;
    };

    /// A table with a foreign key to another one.
    struct ChildLink {
        std::size_t table = 0;
        const ForeignKey* foreign = nullptr;
    };

    /// A row to remove with all that refers to it.
    struct Removal {
        std::size_t job = 0;
        std::vector<std::size_t> children{};  ///< among the removals beside it: they go first
        std::vector<Obstacle> obstacles{};
        bool leaves_dangling = false;  ///< rows that may refer to nothing
        bool waits = false;            ///< for a row of this call that is to let go of it
        bool has_failed = false;
    };

    /// A row whose children are looked for.
    struct Above {
        std::size_t table = 0;
        Bytes key;
        bool is_hidden = false;  ///< every child goes with it, whatever is declared
        std::optional<std::pair<CollectionId, Sid>> row{};  ///< unless it is the removed row itself
    };

    /// Of two rows that claim one value, the lesser is shown: the older one, then the sid.
    using Rank = std::pair<core::Stamp, Sid>;
    using PlaceSet = std::set<std::pair<std::size_t, Bytes>>;

    // projector.cpp: the order of things
    Result<bool> attempt();
    void start_over();
    Status plan_upserts();
    Result<bool> write_rows();
    Result<bool> upsert_into(std::size_t table);
    Result<bool> settle_clashes();
    void learn_children(std::size_t table);
    [[nodiscard]] bool has_deeds() const;
    bool block_needless_hides();
    Status finish_marks();

    // projector_parents.cpp: who refers to whom
    Status plan_numbers(std::size_t table);
    Result<bool> is_usable(std::size_t table, const Job& job, std::int64_t number);
    Result<bool> is_written_already(std::size_t table, const Job& job, std::int64_t number);
    [[nodiscard]] std::vector<std::size_t> parent_first(std::size_t table,
                                                        std::span<const std::size_t> rows) const;
    Result<bool> settle_foreign_keys();
    Status find_orphans(Job& job);
    Status name_parent(Job& job, const ForeignKey& foreign);

    // projector_remove.cpp: removals, and the rows that would go along
    Result<bool> remove_rows();
    Status prepare_removal(Job& job);
    /// Why a row cannot be taken out of the source; empty if it can.
    Result<std::string> find_tie(const Table& table, ByteView key);
    Result<Wrote> remove(Job& job);
    Result<bool> remove_together(std::span<const std::size_t> rows, bool is_last);
    void hold_back(std::vector<Removal>& removals) const;
    [[nodiscard]] Obstacle as_leaving(const Removal& removal) const;
    Result<std::vector<std::size_t>> find_below(Removal& removal, bool is_last);
    Result<bool> may_dangle(const ChildLink& link, const Bytes& key);
    Result<std::vector<Bytes>> children_of(const Above& above, const ChildLink& link);
    Result<std::optional<Obstacle>> judge_child(const Above& above,
                                                const ChildLink& link,
                                                const Bytes& key);
    Result<std::vector<Obstacle>> find_taken_along(const Job& job);
    void park_behind(Job& job, std::vector<Obstacle> children);

    // projector_clash.cpp: unique values
    void sort_by_rank(std::size_t table, std::vector<std::size_t>& rows) const;
    static Rank rank_of(const Sid& sid, const core::Row* row);
    Result<bool> vacate(std::span<const std::size_t> clashed, bool& is_lost);
    Result<Wrote> step_aside(Job& job, const UniqueRule& rule);
    Status judge_clash(Job& job, const std::string& reason);
    Result<std::optional<Obstacle>> judge_holder(const Job& job, const Holder& holder);
    Result<std::vector<Holder>> find_holders(Job& job);
    Result<std::vector<core::Value>> unique_values(const Table& table,
                                                   const UniqueRule& rule,
                                                   const std::optional<Bytes>& key);
    /// The row with this key, if the engine knows it and it is as captured.
    Result<std::optional<Other>> read_other(const Table& table, ByteView key);
    const Job* find_own(std::size_t table, ByteView key) const;
    bool will_change(const Table& table, const Job& job, const std::string& column) const;
    static bool is_leaving(const Table& table,
                           const Other& other,
                           std::span<const std::string> columns);

    // projector_rows.cpp and projector_insert.cpp: one row
    Result<std::optional<Query>> writer(std::string_view sql);
    Result<Wrote> upsert(Job& job);
    Result<Wrote> insert(Job& job, std::optional<std::int64_t> preferred);
    Result<Wrote> settle_clash(Job& job, std::optional<std::int64_t> preferred, int code);
    Result<Wrote> update(Job& job, const Before& before);
    Result<Wrote> written(Job& job, int code);
    Result<bool> collect_cells(Job& job);
    Result<std::optional<Bytes>> locate(Job& job);
    Result<std::optional<Before>> read_before(const Table& table, ByteView key);
    /// Notes that the row has this integer key from now on.
    void assign(const Job& job, std::int64_t number);
    Result<std::optional<std::int64_t>> resolve(std::size_t parent, const Sid& sid);
    Result<Wrote> compare_only(Job& job, const Before& before);
    [[nodiscard]] bool is_as_wanted(const Before& before, const WantedRow& wanted) const;
    [[nodiscard]] bool is_as_held(const Before& before, const WantedRow& wanted) const;
    std::optional<Bytes> key_of_cells(const Table& table) const;
    void note_intended(Job& job, const Before* before);

    // projector_check.cpp: pass 2
    Result<bool> read_back();
    Result<std::vector<std::size_t>> differing_cells(Job& job);
    Result<bool> write_again(Job& job, std::span<const std::size_t> cells);
    void note_side_effects();
    Status remove_side_inserts();

    const Table& table_of(const Job& job) const { return bench_.schema.tables[*job.table]; }

    static void park(Job& job, std::string reason);

    Workbench bench_;
    Announcements& announcements_;
    std::vector<Job> jobs_;
    std::vector<std::vector<std::size_t>> by_table_;  ///< present rows
    std::vector<std::vector<std::size_t>> open_;      ///< those of them yet to be written
    std::vector<std::vector<std::size_t>> removals_;
    std::vector<std::vector<ChildLink>> children_;                  ///< by the parent's table
    std::vector<std::map<Bytes, std::size_t, std::less<>>> own_;    ///< held rows of this call
    PlaceSet going_;                                                ///< rows this call removes
    std::map<std::pair<std::size_t, Bytes>, std::size_t> written_;  ///< rows this call wrote
    std::vector<std::size_t> late_;  ///< removals that wait for children to be written
    std::vector<std::unordered_map<Sid, Assigned, SidHash>> assigned_;  ///< in this call
    std::vector<std::unordered_map<std::int64_t, Sid>> owners_;         ///< the same, by number
    std::vector<std::set<std::int64_t>> planned_;
    std::map<std::size_t, InsertPlan> plans_;
    RowReader reader_;
    SideEffects effects_;
    Cells cells_;
    Options options_;
    std::int64_t last_mark_ = 0;  ///< before this transaction: later ones are our own
    bool has_app_triggers_ = false;
    bool is_immediate_ = false;  ///< foreign keys are checked row by row
    bool has_side_effects_ = false;
    bool has_dangling_ = false;
    milliseconds worked_{0};
    std::string clash_;  ///< SQLite's reason for the last failed write
    bool is_unique_clash_ = false;
};

}  // namespace satchel::sources::sqlite
