// CRC-32 by table, written as base62.
#include "shared/protocol/wire/check_text.h"

namespace satchel::wire {

namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1) != 0 ? 0xedb88320u ^ (value >> 1) : value >> 1;
        table[i] = value;
    }
    return table;
}

constexpr auto kCrcTable = make_crc_table();

}  // namespace

std::uint32_t crc32(ByteView bytes) {
    std::uint32_t crc = 0xffffffffu;
    for (const Byte byte : bytes) crc = kCrcTable[(crc ^ byte) & 0xff] ^ (crc >> 8);
    return ~crc;
}

std::array<char, kCheckChars> check_text(std::string_view text) {
    std::array<char, kCheckChars> check{};
    std::uint32_t rest = crc32(as_bytes(text));
    for (std::size_t i = kCheckChars; i-- > 0; rest /= 62) check[i] = kBase62[rest % 62];
    return check;
}

std::optional<std::string_view> without_check(std::string_view text) {
    if (text.size() < kCheckChars) return std::nullopt;
    const std::string_view body = text.substr(0, text.size() - kCheckChars);
    const auto expected = check_text(body);
    if (text.substr(body.size()) != std::string_view(expected.data(), expected.size()))
        return std::nullopt;
    return body;
}

std::optional<unsigned> base62_value(char digit) {
    const std::size_t value = kBase62.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    return static_cast<unsigned>(value);
}

}  // namespace satchel::wire
