// Short notation for rows and ops: devices are letters, columns numbers, values texts.
#pragma once

#include "daemon/core/row.h"

namespace satchel::core::test {

inline DeviceId device(char letter) {
    DeviceId id;
    id.bytes[0] = static_cast<Byte>(letter);
    return id;
}

inline VersionVector vector(std::initializer_list<std::pair<char, std::uint64_t>> entries) {
    VersionVector seen;
    for (const auto& [letter, seq] : entries) seen.raise(device(letter), seq);
    return seen;
}

inline ColumnValue cell(std::uint32_t column, std::string_view text) {
    return {ColumnId{column}, Value::text(text)};
}

inline Op set(std::uint64_t stamp, std::vector<ColumnValue> columns, std::vector<Dot> unseen = {}) {
    Op op;
    op.stamp = Stamp{stamp};
    op.columns = std::move(columns);
    op.unseen = std::move(unseen);
    return op;
}

inline Op remove(std::vector<Dot> unseen = {}) {
    Op op;
    op.kind = OpKind::remove;
    op.unseen = std::move(unseen);
    return op;
}

/// The texts standing in a column, in the order of their dots.
inline std::vector<std::string> standing(const Row& row, std::uint32_t column) {
    std::vector<std::string> texts;
    for (const Sibling& sibling : row.siblings)
        if (sibling.column == ColumnId{column})
            texts.emplace_back(sibling.value ? sibling.value->as_text() : "(held)");
    return texts;
}

inline bool holds_all(ColumnId column) {
    return column != kRowMarker;
}

}  // namespace satchel::core::test
