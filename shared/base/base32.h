// RFC 4648 base32 in lower case without padding: safe on file systems that ignore case.
#pragma once

#include "shared/base/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace satchel {

/// Lower-case base32 without padding.
std::string to_base32(ByteView bytes);
/// The bytes `text` stands for; nothing when a character is foreign, upper case, or when the unused
/// bits of the last character are not zero (one text for one byte string).
std::optional<Bytes> from_base32(std::string_view text);

}  // namespace satchel
