// Keys and tickets as text: a typed prefix, a body, and six base62 characters of CRC-32 over all
// before them. The checksum finds typing mistakes offline; it is no protection against anyone.
#pragma once

#include "shared/base/bytes.h"

#include <optional>
#include <string_view>

namespace satchel::wire {

/// Length of the checksum in characters.
inline constexpr std::size_t kCheckChars = 6;

/// Digits 0-9, A-Z, a-z in this order.
inline constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// CRC-32 (IEEE 802.3) of `bytes`.
std::uint32_t crc32(ByteView bytes);
/// The checksum that stands after `text`.
std::array<char, kCheckChars> check_text(std::string_view text);
/// `text` without its checksum, or nothing when the checksum does not match.
std::optional<std::string_view> without_check(std::string_view text);
/// Value of a base62 digit, or nothing.
std::optional<unsigned> base62_value(char digit);

}  // namespace satchel::wire
