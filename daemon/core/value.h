// A cell's value in its canonical form: one tag byte, then bytes. Storage class is part of the
// value, so text 'a' and blob 'a' differ, and -0.0, infinities and malformed UTF-8 come back bit
// for bit.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/ids.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string>

namespace satchel::core {

enum class ValueKind : std::uint8_t {
    null = 0,
    integer = 1,  ///< zig-zag varint
    real = 2,     ///< IEEE 754, 8 bytes big-endian
    text = 3,     ///< bytes as they are, not necessarily UTF-8
    blob = 4,
    reference = 5,  ///< the 16-byte sid of another row, where the source holds a local key
};

/// One immutable value; compares by its canonical bytes.
class Value {
  public:
    /// NULL.
    Value() : encoded_(1, '\0') {}

    static Value integer(std::int64_t number);
    static Value real(double number);
    static Value text(std::string_view text);
    static Value blob(ByteView bytes);
    static Value reference(const Sid& sid);
    /// Checks canonical bytes from outside; `corrupt` when they are not exactly one value.
    static Result<Value> decode(ByteView encoded);

    [[nodiscard]] ValueKind kind() const { return static_cast<ValueKind>(encoded_[0]); }

    [[nodiscard]] bool is_null() const { return kind() == ValueKind::null; }

    /// Only for the kind named; asserts otherwise.
    [[nodiscard]] std::int64_t as_integer() const;
    [[nodiscard]] double as_real() const;
    /// Bytes of a text or blob; a view into this value.
    [[nodiscard]] std::string_view as_text() const;
    [[nodiscard]] Sid as_reference() const;

    [[nodiscard]] ByteView encoded() const { return as_bytes(encoded_); }

    [[nodiscard]] std::uint64_t hash() const;
    /// For people: NULL, 42, 1.5, "text" cut to 200 characters, x'0a0b…', →sid.
    [[nodiscard]] std::string to_display() const;

    bool operator==(const Value&) const = default;

  private:
    std::string encoded_;  // small values live inside the string itself
};

/// A column with its value.
struct ColumnValue {
    ColumnId column;
    Value value;

    bool operator==(const ColumnValue&) const = default;
};

}  // namespace satchel::core
