// SQLite's own rules about columns and keys.
#include "daemon/sources/sqlite_tables/schema_keys.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace satchel::sources::sqlite {

Affinity affinity_of(std::string_view declared) {
    const std::string type = upper(declared);
    const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
    if (has("INT")) return Affinity::integer;
    if (has("CHAR") || has("CLOB") || has("TEXT")) return Affinity::text;
    if (type.empty() || has("BLOB") || type == "ANY") return Affinity::none;
    if (has("REAL") || has("FLOA") || has("DOUB")) return Affinity::real;
    return Affinity::numeric;
}

core::Value stored_as(const core::Value& value, Affinity affinity) {
    using core::ValueKind;
    if (affinity == Affinity::none || value.is_null() || value.kind() == ValueKind::blob)
        return value;
    if (affinity == Affinity::text) {
        return value.kind() == ValueKind::integer
                   ? core::Value::text(std::to_string(value.as_integer()))
                   : value;
    }
    double number = 0;
    if (value.kind() == ValueKind::integer) {
        if (affinity != Affinity::real) return value;
        number = static_cast<double>(value.as_integer());
    } else if (value.kind() == ValueKind::real) {
        number = value.as_real();
    } else {
        const std::string_view text = value.as_text();
        std::int64_t integer = 0;
        const auto whole = std::from_chars(text.data(), text.data() + text.size(), integer);
        const bool is_whole =
            !text.empty() && whole.ec == std::errc() && whole.ptr == text.data() + text.size();
        if (is_whole && affinity != Affinity::real) return core::Value::integer(integer);
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
            return value;
    }
    const bool is_integer = number >= -0x1p53 && number <= 0x1p53 && std::floor(number) == number;
    if (affinity != Affinity::real && is_integer)
        return core::Value::integer(static_cast<std::int64_t>(number));
    return core::Value::real(number);
}

std::vector<const RawColumn*> primary_key(const RawTable& table) {
    std::vector<const RawColumn*> key;
    for (const RawColumn& column : table.columns)
        if (column.primary > 0) key.push_back(&column);
    std::ranges::sort(key, {}, &RawColumn::primary);
    return key;
}

std::string integer_key_of(const RawTable& table) {
    const auto key = primary_key(table);
    const bool has_index = std::ranges::any_of(
        table.indexes, [](const RawIndex& index) { return index.origin == "pk"; });
    if (key.size() != 1 || table.is_without_rowid || has_index) return {};
    return upper(key.front()->type) == "INTEGER" ? key.front()->name : std::string{};
}

std::string free_rowid_name(const RawTable& table) {
    for (const char* name : {"rowid", "_rowid_", "oid"})
        if (table.find(name) == nullptr) return name;
    return {};
}

const RawIndex* best_key_index(const RawTable& table) {
    const RawIndex* best = nullptr;
    int best_rank = 0;
    for (const RawIndex& index : table.indexes) {
        if (!index.is_unique || !index.is_plain || index.columns.empty()) continue;
        const bool is_never_null = std::ranges::all_of(index.columns, [&](const KeyColumn& column) {
            const RawColumn* raw = table.find(column.name);
            return raw != nullptr && raw->is_not_null;
        });
        int rank = index.origin == "pk" ? 8 : index.origin == "u" ? 2 : 1;
        if (is_never_null) rank += 4;
        if (rank > best_rank) {
            best = &index;
            best_rank = rank;
        }
    }
    return best;
}

}  // namespace satchel::sources::sqlite
