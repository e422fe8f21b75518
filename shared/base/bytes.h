// Byte strings, and the one way to write and read binary formats: ByteWriter appends, ByteReader
// takes from hostile input without ever reading past its end.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace satchel {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;
using Hash256 = std::array<Byte, 32>;

/// The bytes of `text`, not copied.
inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

/// `bytes` seen as text, not copied and not checked.
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A copy that owns its bytes.
inline Bytes to_bytes(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);
/// The bytes that lower- or upper-case hexadecimal `text` stands for, or nothing.
std::optional<Bytes> from_hex(std::string_view text);

/// True when both are equal; the time taken depends on the lengths only.
bool equal_constant_time(ByteView left, ByteView right);

/// Appends to a byte string. Integers are big-endian; `varint` is LEB128, `zigzag` a signed varint.
class ByteWriter {
  public:
    explicit ByteWriter(Bytes& out) : out_(out) {}

    void u8(std::uint8_t value) { out_.push_back(value); }

    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void varint(std::uint64_t value);
    void zigzag(std::int64_t value);

    void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

    /// A varint length, then the bytes.
    void sized(ByteView bytes);

    void sized(std::string_view text) { sized(as_bytes(text)); }

  private:
    Bytes& out_;
};

/// Reads what ByteWriter wrote, from bytes that may be anything. After the first read past the end
/// or malformed number every read returns zero or empty and `failed()` stays true, so a decoder
/// checks once at its end (and wherever it loops or allocates by a count it read).
class ByteReader {
  public:
    explicit ByteReader(ByteView in) : in_(in) {}

    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    std::uint64_t varint();
    std::int64_t zigzag();
    /// The next `count` bytes, a view into the input.
    ByteView raw(std::size_t count);
    /// A varint length and that many bytes, a view into the input.
    ByteView sized();

    /// Fills `out` from the next bytes.
    template <std::size_t N>
    void fill(std::array<Byte, N>& out) {
        const ByteView bytes = raw(N);
        if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), out.begin());
    }

    [[nodiscard]] std::size_t remaining() const { return in_.size(); }

    [[nodiscard]] bool failed() const { return failed_; }

    /// All input was read and every read was good.
    [[nodiscard]] bool finished() const { return !failed_ && in_.empty(); }

    void fail() {
        failed_ = true;
        in_ = {};
    }

  private:
    template <class Number>
    Number big_endian();

    ByteView in_;
    bool failed_ = false;
};

}  // namespace satchel
