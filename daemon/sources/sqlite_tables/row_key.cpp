// Encoding and decoding of local keys.
#include "daemon/sources/sqlite_tables/row_key.h"

#include <cmath>

namespace satchel::sources::sqlite {

namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

core::Value canonical_real(const core::Value& value) {
    const double number = value.as_real();
    // 2^63 itself is no int64, -2^63 is.
    const bool fits = number >= -0x1p63 && number < 0x1p63 && std::floor(number) == number;
    return fits ? core::Value::integer(static_cast<std::int64_t>(number)) : value;
}

}  // namespace

std::array<Byte, 8> integer_key(std::int64_t number) {
    const std::uint64_t bits = static_cast<std::uint64_t>(number) ^ kSignBit;
    std::array<Byte, 8> key;
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<Byte>(bits >> (56 - 8 * i));
    return key;
}

std::optional<std::int64_t> integer_of_key(ByteView key) {
    if (key.size() != 8) return std::nullopt;
    return static_cast<std::int64_t>(ByteReader(key).u64() ^ kSignBit);
}

core::Value canonical_key_value(const core::Value& value, Collation collation) {
    if (value.kind() == core::ValueKind::real) return canonical_real(value);
    if (value.kind() != core::ValueKind::text || collation == Collation::binary) return value;
    std::string text(value.as_text());
    if (collation == Collation::nocase) {
        for (char& c : text)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    } else {
        while (!text.empty() && text.back() == ' ') text.pop_back();
    }
    return core::Value::text(text);
}

std::optional<Bytes> encode_key(const Table& table, std::span<const core::Value> values) {
    if (table.has_rowid_identity()) {
        if (values[0].kind() != core::ValueKind::integer) return std::nullopt;
        const auto key = integer_key(values[0].as_integer());
        return to_bytes(key);
    }
    Bytes out;
    ByteWriter writer(out);
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        if (values[i].is_null()) return std::nullopt;
        const core::Value canonical = canonical_key_value(values[i], table.key[i].collation);
        if (table.key.size() == 1)
            writer.raw(canonical.encoded());
        else
            writer.sized(canonical.encoded());
    }
    return out;
}

std::optional<Bytes> read_key(const Table& table, const Query& row, int first) {
    if (table.has_rowid_identity()) {
        if (row.type(first) != SQLITE_INTEGER) return std::nullopt;
        const auto key = integer_key(row.integer(first));
        return to_bytes(key);
    }
    std::vector<core::Value> values;
    values.reserve(table.key.size());
    for (std::size_t i = 0; i < table.key.size(); ++i)
        values.push_back(row.value(first + static_cast<int>(i)));
    return encode_key(table, values);
}

std::optional<std::vector<core::Value>> decode_key(const Table& table, ByteView key) {
    std::vector<core::Value> values;
    if (table.has_rowid_identity()) {
        const auto number = integer_of_key(key);
        if (!number) return std::nullopt;
        values.push_back(core::Value::integer(*number));
        return values;
    }
    ByteReader reader(key);
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        const ByteView part =
            table.key.size() == 1 ? reader.raw(reader.remaining()) : reader.sized();
        auto value = core::Value::decode(part);
        if (!value || value->is_null()) return std::nullopt;
        values.push_back(std::move(*value));
    }
    if (!reader.finished()) return std::nullopt;
    return values;
}

void bind_key(Query& query, int first, std::span<const core::Value> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        query.bind(first + static_cast<int>(i), values[i]);
}

}  // namespace satchel::sources::sqlite
