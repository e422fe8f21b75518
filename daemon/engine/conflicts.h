// What waits for a person's decision: cells with several values, rows deleted and edited at the
// same time, rows hidden by a constraint of their table or with a parent that is gone.
#pragma once

#include "daemon/core/conflict.h"
#include "daemon/engine/explain.h"

#include <string>
#include <string_view>
#include <vector>

namespace satchel::engine {

enum class ConflictKind : std::uint8_t {
    cell,      ///< several values of one cell
    deletion,  ///< deleted by one device, edited by another: the row stands
    unique,    ///< hidden: another row claimed a unique value earlier
    orphan,    ///< hidden: the row it belongs to was deleted
};

/// Something to decide, named for people.
struct Conflict {
    std::string id;  ///< the same on every device
    ConflictKind kind = ConflictKind::cell;
    CollectionId collection{};
    Sid sid;
    ColumnId column{};           ///< cell only
    std::optional<Sid> against;  ///< unique: the row that is shown; orphan: the one that is gone
    std::string source;
    std::string item;
    std::string column_name;
    std::vector<Version> versions;  ///< the shown one first
};

/// What a person decides.
struct Resolution {
    std::size_t take = 0;              ///< a version, counted from 1; 0: not by taking one
    bool is_both = false;              ///< cell of text: all versions, one below the other
    std::optional<core::Value> value;  ///< cell: something else
};

/// All conflicts of a source, or of every source when `source` is empty; at most `limit`.
Result<std::vector<Conflict>> list_conflicts(Replica& replica,
                                             std::string_view source,
                                             std::size_t limit);
/// How many rows have something to decide; cheap.
Result<std::uint64_t> count_conflicts(Replica& replica);
/// How many list_conflicts() would list without a limit.
Result<std::uint64_t> count_listed(Replica& replica, std::string_view source);
/// The one whose id starts with `prefix`; not_found, or invalid_argument when there are several.
Result<Conflict> find_conflict(Replica& replica, std::string_view prefix);
/// The value of a cell's version, whole; busy when the item changed since it was found.
Result<core::Value> version_value(Replica& replica, const Conflict& conflict, std::size_t number);
/// Carries the decision out: an ordinary change that replaces every version and travels. What it
/// displaces can be had back by undo.
Status resolve_conflict(Replica& replica, const Conflict& conflict, const Resolution& resolution);

}  // namespace satchel::engine
