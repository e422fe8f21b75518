// What devices tell each other: ops, grouped in batches that share what their author had seen.
#pragma once

#include "daemon/core/stamp.h"
#include "daemon/core/value.h"
#include "daemon/core/version_vector.h"

#include <cstdint>
#include <string>
#include <vector>

namespace satchel::core {

enum class OpKind : std::uint8_t {
    set = 1,     ///< columns of a row get new values
    remove = 2,  ///< a row is deleted
    piece = 3,   ///< a part of a file's content that a later `set` refers to; carries no state
    schema = 4,  ///< names behind a collection's ids, for people and for other schemas
};

/// One change to one row or file.
///
/// `set` and `remove` replace what their author had seen: of each cell they touch, the values whose
/// dot is covered by the batch's `deps` and is not in `unseen`.
struct Op {
    OpKind kind = OpKind::set;
    CollectionId collection{};
    Sid sid;
    Stamp stamp;
    /// set: ordered by column. piece: one blob under the piece's index.
    std::vector<ColumnValue> columns;
    /// Dots the author's replica had received but not yet shown to the application that made the
    /// change: the change must not count as having replaced them.
    std::vector<Dot> unseen;
    /// schema: table or tree name, then column names in the order of `columns`.
    std::vector<std::string> names;

    bool operator==(const Op&) const = default;
};

/// Ops captured in one step, numbered first_seq, first_seq + 1, …
struct Batch {
    std::uint64_t first_seq = 0;
    VersionVector deps;  ///< of the lane, everything its author had applied
    std::vector<Op> ops;

    bool operator==(const Batch&) const = default;
};

}  // namespace satchel::core
