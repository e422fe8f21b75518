#include "shared/base/bytes.h"

namespace satchel {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const Byte byte : bytes) {
        text.push_back(kHexDigits[byte >> 4]);
        text.push_back(kHexDigits[byte & 15]);
    }
    return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<Byte>(high << 4 | low));
    }
    return bytes;
}

bool equal_constant_time(ByteView left, ByteView right) {
    if (left.size() != right.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i)
        difference |= static_cast<unsigned>(left[i] ^ right[i]);
    return difference == 0;
}

void ByteWriter::u16(std::uint16_t value) {
    const std::array<Byte, 2> raw = {static_cast<Byte>(value >> 8), static_cast<Byte>(value)};
    out_.insert(out_.end(), raw.begin(), raw.end());
}

void ByteWriter::u32(std::uint32_t value) {
    std::array<Byte, 4> raw{};
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<Byte>(value >> (24 - 8 * i));
    out_.insert(out_.end(), raw.begin(), raw.end());
}

void ByteWriter::u64(std::uint64_t value) {
    std::array<Byte, 8> raw{};
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<Byte>(value >> (56 - 8 * i));
    out_.insert(out_.end(), raw.begin(), raw.end());
}

void ByteWriter::varint(std::uint64_t value) {
    while (value >= 0x80) {
        u8(static_cast<Byte>(value | 0x80));
        value >>= 7;
    }
    u8(static_cast<Byte>(value));
}

void ByteWriter::zigzag(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    varint((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::sized(ByteView bytes) {
    varint(bytes.size());
    raw(bytes);
}

std::uint8_t ByteReader::u8() {
    if (in_.empty()) {
        fail();
        return 0;
    }
    const Byte first = in_.front();
    in_ = in_.subspan(1);
    return first;
}

template <class Number>
Number ByteReader::big_endian() {
    Number number = 0;
    for (const Byte byte : raw(sizeof(Number))) number = static_cast<Number>(number << 8 | byte);
    return number;
}

std::uint16_t ByteReader::u16() {
    return big_endian<std::uint16_t>();
}

std::uint32_t ByteReader::u32() {
    return big_endian<std::uint32_t>();
}

std::uint64_t ByteReader::u64() {
    return big_endian<std::uint64_t>();
}

std::uint64_t ByteReader::varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const std::uint64_t byte = u8();
        if (failed_) return 0;
        if (shift == 63 && byte > 1) break;
        value |= (byte & 0x7f) << shift;
        // One encoding for one number: a padded form would let two byte strings mean the same.
        if (byte < 0x80) return byte == 0 && shift > 0 ? (fail(), 0) : value;
    }
    fail();
    return 0;
}

std::int64_t ByteReader::zigzag() {
    const std::uint64_t bits = varint();
    return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

ByteView ByteReader::raw(std::size_t count) {
    if (failed_ || count > in_.size()) {
        fail();
        return {};
    }
    const ByteView taken = in_.first(count);
    in_ = in_.subspan(count);
    return taken;
}

ByteView ByteReader::sized() {
    const std::uint64_t count = varint();
    if (count > in_.size()) {
        fail();
        return {};
    }
    return raw(static_cast<std::size_t>(count));
}

}  // namespace satchel
