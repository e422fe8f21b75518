#include "shared/base/base32.h"

namespace satchel {

namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

int digit_value(char digit) {
    if (digit >= 'a' && digit <= 'z') return digit - 'a';
    if (digit >= '2' && digit <= '7') return digit - '2' + 26;
    return -1;
}

}  // namespace

std::string to_base32(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const Byte byte : bytes) {
        buffer = buffer << 8 | byte;
        for (bits += 8; bits >= 5; bits -= 5) text.push_back(kAlphabet[buffer >> (bits - 5) & 31]);
    }
    if (bits > 0) text.push_back(kAlphabet[buffer << (5 - bits) & 31]);
    return text;
}

std::optional<Bytes> from_base32(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size() * 5 / 8);
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char digit : text) {
        const int value = digit_value(digit);
        if (value < 0) return std::nullopt;
        buffer = buffer << 5 | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<Byte>(buffer >> bits));
        }
    }
    const bool is_canonical = bits < 5 && (buffer & ((1u << bits) - 1)) == 0;
    if (!is_canonical) return std::nullopt;
    return bytes;
}

}  // namespace satchel
