// Bytes and ids to and from SQLite columns. Private to the store's files.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/ids.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

namespace satchel::hub {

/// Binds without a copy: `bytes` must live until the statement has run.
inline void bind_bytes(SQLite::Statement& statement, int index, ByteView bytes) {
    // A null pointer would bind NULL; an empty byte string is not NULL.
    static constexpr Byte kNothing = 0;
    const void* data = bytes.empty() ? &kNothing : bytes.data();
    statement.bindNoCopy(index, data, static_cast<int>(bytes.size()));
}

template <class Tag>
void bind_id(SQLite::Statement& statement, int index, const Id<Tag>& id) {
    bind_bytes(statement, index, id.view());
}

inline void bind_number(SQLite::Statement& statement, int index, std::uint64_t value) {
    statement.bind(index, static_cast<std::int64_t>(value));
}

inline Bytes column_bytes(SQLite::Statement& statement, int index) {
    const SQLite::Column column = statement.getColumn(index);
    const auto* data = static_cast<const Byte*>(column.getBlob());
    return {data, data + column.getBytes()};
}

inline std::uint64_t column_number(SQLite::Statement& statement, int index) {
    return static_cast<std::uint64_t>(statement.getColumn(index).getInt64());
}

/// Zeros when the column does not have the right size, which our own file always has.
template <std::size_t N>
std::array<Byte, N> column_array(SQLite::Statement& statement, int index) {
    std::array<Byte, N> out{};
    const Bytes bytes = column_bytes(statement, index);
    if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

}  // namespace satchel::hub
