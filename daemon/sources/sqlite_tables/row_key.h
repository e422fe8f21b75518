// Local keys: the bytes under which a row of a table is known here, and back to values.
//
// Integer keys are 8 bytes, big-endian with the sign bit flipped, so byte order is number order.
// Other keys are the canonical values of the key columns: one alone as it is, several each with its
// length. NOCASE text is folded, RTRIM text cut, and a real without a fraction becomes an integer,
// because SQLite takes those for equal. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/database.h"
#include "daemon/sources/sqlite_tables/schema.h"

#include <optional>
#include <span>
#include <vector>

namespace satchel::sources::sqlite {

/// The key of an integer.
std::array<Byte, 8> integer_key(std::int64_t number);
/// The integer of a key, or nothing when it is not 8 bytes.
std::optional<std::int64_t> integer_of_key(ByteView key);

/// `value` as it appears in keys.
core::Value canonical_key_value(const core::Value& value, Collation collation);
/// The key of a table from the values of its key columns, in order; nothing when one is NULL.
std::optional<Bytes> encode_key(const Table& table, std::span<const core::Value> values);
/// The same from result columns `first`, `first` + 1, ….
std::optional<Bytes> read_key(const Table& table, const Query& row, int first);
/// The values of a key, or nothing when the bytes are no key of the table.
std::optional<std::vector<core::Value>> decode_key(const Table& table, ByteView key);

/// Binds a key's values to parameters `first`, `first` + 1, …; they outlive the steps.
void bind_key(Query& query, int first, std::span<const core::Value> values);

}  // namespace satchel::sources::sqlite
