#include "shared/base/utf8.h"

#include <cstdint>
#include <cstdio>
#include <optional>

namespace satchel {

namespace {

struct CodePoint {
    std::uint32_t value;
    std::size_t size;
};

std::optional<CodePoint> first_code_point(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = at(0);
    if (lead < 0x80) return CodePoint{lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return std::nullopt;
    std::uint32_t value = lead & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xc0) != 0x80) return std::nullopt;
        value = value << 6 | (at(i) & 0x3f);
    }
    const bool is_overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    if (is_overlong || is_surrogate || value > 0x10ffff) return std::nullopt;
    return CodePoint{value, size};
}

bool is_unsafe(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xe0000 && c <= 0xe007f);
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (!point) return false;
        text.remove_prefix(point->size);
    }
    return true;
}

std::string escape_for_terminal(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    char escaped[16];
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (point && !is_unsafe(point->value)) {
            out.append(text.substr(0, point->size));
        } else if (point && point->value > 0x7f) {
            std::snprintf(escaped, sizeof escaped, "\\u{%x}", point->value);
            out += escaped;
        } else {
            std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(text[0]));
            out += escaped;
        }
        text.remove_prefix(point ? point->size : 1);
    }
    return out;
}

}  // namespace satchel
