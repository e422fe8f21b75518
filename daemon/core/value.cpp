#include "daemon/core/value.h"

#include "shared/base/assert.h"
#include "shared/base/hash.h"
#include "shared/base/utf8.h"

#include <bit>
#include <charconv>

namespace satchel::core {

namespace {

std::string tagged(ValueKind kind, std::string_view payload) {
    std::string encoded;
    encoded.reserve(1 + payload.size());
    encoded.push_back(static_cast<char>(kind));
    encoded.append(payload);
    return encoded;
}

bool is_well_formed(ByteView encoded) {
    if (encoded.empty()) return false;
    ByteReader payload(encoded.subspan(1));
    switch (static_cast<ValueKind>(encoded[0])) {
        case ValueKind::null:
            return payload.remaining() == 0;
        case ValueKind::integer:
            payload.zigzag();
            return payload.finished();
        case ValueKind::real:
            return payload.remaining() == 8;
        case ValueKind::text:
        case ValueKind::blob:
            return true;
        case ValueKind::reference:
            return payload.remaining() == Sid::kSize;
    }
    return false;
}

}  // namespace

Value Value::integer(std::int64_t number) {
    // Ten varint bytes at most: written in place, this runs once per cell of every scanned row.
    char buffer[11];
    std::size_t size = 0;
    buffer[size++] = static_cast<char>(ValueKind::integer);
    auto bits = (static_cast<std::uint64_t>(number) << 1) ^ (number < 0 ? ~std::uint64_t{0} : 0);
    while (bits >= 0x80) {
        buffer[size++] = static_cast<char>(bits | 0x80);
        bits >>= 7;
    }
    buffer[size++] = static_cast<char>(bits);
    Value value;
    value.encoded_.assign(buffer, size);
    return value;
}

Value Value::real(double number) {
    Bytes payload;
    ByteWriter(payload).u64(std::bit_cast<std::uint64_t>(number));
    Value value;
    value.encoded_ = tagged(ValueKind::real, satchel::as_text(payload));
    return value;
}

Value Value::text(std::string_view text) {
    Value value;
    value.encoded_ = tagged(ValueKind::text, text);
    return value;
}

Value Value::blob(ByteView bytes) {
    Value value;
    value.encoded_ = tagged(ValueKind::blob, satchel::as_text(bytes));
    return value;
}

Value Value::reference(const Sid& sid) {
    Value value;
    value.encoded_ = tagged(ValueKind::reference, satchel::as_text(sid.view()));
    return value;
}

Result<Value> Value::decode(ByteView encoded) {
    if (!is_well_formed(encoded)) return Error{ErrorCode::corrupt, "decode value: malformed bytes"};
    Value value;
    value.encoded_.assign(satchel::as_text(encoded));
    return value;
}

std::int64_t Value::as_integer() const {
    SATCHEL_ASSERT(kind() == ValueKind::integer);
    return ByteReader(encoded().subspan(1)).zigzag();
}

double Value::as_real() const {
    SATCHEL_ASSERT(kind() == ValueKind::real);
    return std::bit_cast<double>(ByteReader(encoded().subspan(1)).u64());
}

std::string_view Value::as_text() const {
    SATCHEL_ASSERT(kind() == ValueKind::text || kind() == ValueKind::blob);
    return std::string_view(encoded_).substr(1);
}

Sid Value::as_reference() const {
    SATCHEL_ASSERT(kind() == ValueKind::reference);
    return *Sid::from(encoded().subspan(1));
}

std::uint64_t Value::hash() const {
    return hash64(encoded());
}

std::string Value::to_display() const {
    constexpr std::size_t kLongest = 200;
    switch (kind()) {
        case ValueKind::null:
            return "NULL";
        case ValueKind::integer:
            return std::to_string(as_integer());
        case ValueKind::real: {
            char buffer[32];
            const auto end = std::to_chars(buffer, buffer + sizeof buffer, as_real()).ptr;
            return {buffer, end};
        }
        case ValueKind::text: {
            const std::string_view text = as_text();
            std::string shown = "\"" + escape_for_terminal(text.substr(0, kLongest)) + "\"";
            return text.size() > kLongest ? shown + "…" : shown;
        }
        case ValueKind::blob: {
            const ByteView bytes = as_bytes(as_text());
            const auto count = std::min<std::size_t>(bytes.size(), 16);
            return "x'" + to_hex(bytes.first(count)) + (bytes.size() > count ? "…'" : "'");
        }
        case ValueKind::reference:
            return "→" + as_reference().text();
    }
    return {};
}

}  // namespace satchel::core
