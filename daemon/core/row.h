// A row as multi-value registers.
//
// Problem: several devices edit the same row without talking; nothing may be lost silently, and all
// must end with the same state whatever the order of delivery.
//
// Idea: a cell is the set of values nobody has replaced yet ("siblings"), each named by the dot of
// the op that wrote it. An op removes exactly the siblings its author had seen and adds its own.
// Two concurrent ops do not remove each other's, so both values stay: that is the conflict list. A
// delete removes what its author saw and adds nothing, so it needs no tombstone: an op's dot below
// the version vector and absent from the state was replaced.
//
// Why it is right: what an op removes is fixed by the op itself (its deps less its unseen dots),
// not by when it arrives; removing and adding named elements of concurrent ops commute; causal
// delivery makes every named element arrive before its remover. Hence equal op sets give equal
// rows.
//
// Cost: O(columns touched + siblings) per op. Siblings of a cell never outnumber devices.
#pragma once

#include "daemon/core/op.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace satchel::core {

/// The pseudo-column every row has from its first op on, so that a row of keys alone exists. Its
/// value is the origin's local integer key where there is one, else NULL; it is never a conflict.
inline constexpr ColumnId kRowMarker{0};
/// The pseudo-column of a row that one device deleted while another edited it: text that says who
/// deleted it, until a person decides; then NULL. Replicated, so that every device lists it.
inline constexpr ColumnId kRowNote{1};
/// Ids of real columns begin here.
inline constexpr ColumnId kFirstColumn{2};

/// One value of one cell that no op has replaced.
struct Sibling {
    ColumnId column{};
    Dot dot;
    Stamp stamp;
    std::uint64_t value_hash = 0;
    /// The source shows, or has been shown, a state that includes this sibling. False also when the
    /// source held the only copy here and dropped the column since.
    bool is_seen = false;
    /// Absent when the source itself holds the value: it is the shown one of a projected row, in a
    /// column the source has.
    std::optional<Value> value;
    /// This device wrote it because a policy said so. Known here only; it is not decided again.
    bool is_decision = false;

    bool operator==(const Sibling&) const = default;
};

/// Orders siblings of one cell by who is shown: the greatest (stamp, device, sequence).
bool shown_before(const Sibling& left, const Sibling& right);

/// The marker of a row whose first value is shown, not its newest: of files that never change.
Value first_wins_marker();

/// What the source holds of a row, as hashes: absent, or a hash per column.
struct Shadow {
    bool is_present = false;
    std::vector<std::pair<ColumnId, std::uint64_t>> hashes;  ///< ordered by column

    bool operator==(const Shadow&) const = default;
};

/// A row's replicated state, plus what of it the local source holds.
struct Row {
    std::vector<Sibling> siblings;  ///< ordered by (column, dot)
    /// Set while the source lags behind the state: what it held when we last read or wrote it.
    /// Empty means the source shows exactly the winners of `siblings`.
    std::optional<Shadow> lagging;

    [[nodiscard]] bool exists() const { return !siblings.empty(); }

    [[nodiscard]] bool is_pending() const { return lagging.has_value(); }

    /// False for what is left when a delete met a concurrent edit: only the edited cells stand,
    /// until the edit's author writes the rest again. Such a row is not shown.
    [[nodiscard]] bool is_whole() const {
        return !siblings.empty() && siblings.front().column == kRowMarker;
    }

    bool operator==(const Row&) const = default;
};

/// Where an op stands: its dot and what its author had applied.
struct OpContext {
    Dot dot;
    const VersionVector& deps;

    /// True when the op's author had applied the op `other`: by its deps, or because it is its own.
    [[nodiscard]] bool follows(const Dot& other) const {
        return other.device == dot.device ? other.seq < dot.seq : deps.covers(other);
    }
};

/// Applies a `set` or `remove`. The caller has checked that the op is the next of its device and
/// that its deps are covered. New siblings carry their values and are unseen. Returns false when
/// the op changed nothing. The siblings it took away are added to `replaced`, if given.
bool apply_op(Row& row,
              const Op& op,
              const OpContext& context,
              std::vector<Sibling>* replaced = nullptr);

/// True when one of those who made the row said that its first value is to be shown.
bool shows_first(const Row& row);
/// The same order for cells of this row: turned round where the first value is shown.
bool shown_before(const Row& row, const Sibling& left, const Sibling& right);
/// The shown sibling of each cell, ordered by column; pointers into `row`.
std::vector<const Sibling*> shown_siblings(const Row& row);
/// What the source would hold if it showed the row as it is.
Shadow wanted_shadow(const Row& row);
/// What the source holds, in the columns it had when it was last captured or shown the row.
Shadow held_shadow(const Row& row);
/// Notes which columns the source `holds` now, before it is compared with what it held: of a column
/// that appeared it has been shown nothing, so the row lags until it shows that value too, and of
/// one that it dropped the value is no longer here. Only for a row that the source has.
void follow_schema(Row& row, const std::function<bool(ColumnId)>& holds);
/// Notes that the source shows the row now: every sibling is seen, and the shown value of a column
/// that the source `holds` (its schema has the column) needs no copy here.
void mark_projected(Row& row, const std::function<bool(ColumnId)>& holds);
/// Gives siblings that have none the value of their column in `values` (ordered by column) where it
/// is theirs.
void fill_values(Row& row, std::span<const ColumnValue> values);
/// Notes that the source has nothing of the row and has not seen any of it.
void mark_absent(Row& row);
/// The dots received but not shown to the source, in the columns given (all columns if empty).
std::vector<Dot> unseen_dots(const Row& row, std::span<const ColumnValue> columns);

/// Bytes of the values that are here and not with the source.
std::size_t value_bytes(const Row& row);
/// One hash over a present row's content; 0 for an absent one.
std::uint64_t shadow_hash(const Shadow& shadow);

}  // namespace satchel::core
