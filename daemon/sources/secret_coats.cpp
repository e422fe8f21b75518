#include "daemon/sources/secret_coats.h"

#include "daemon/sources/secret_forms.h"

#include <array>

namespace satchel::sources {

namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kZero = "\\u0000";
constexpr std::string_view kHexLower = "0123456789abcdef";
constexpr std::string_view kHexUpper = "0123456789ABCDEF";

int sextet(char c) {
    if (c == '-') c = '+';  // the alphabet for names of files and addresses
    if (c == '_') c = '/';
    const auto at = kBase64.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string hex_of(char c, std::string_view digits) {
    const auto byte = static_cast<unsigned char>(c);
    return {digits[byte >> 4], digits[byte & 15]};
}

/// The characters of base64 that `prefix`, `shift` bytes into a group, decides alone.
std::string base64_core(std::string_view prefix, std::size_t shift) {
    const std::size_t first_bit = shift * 8;
    const std::size_t end_bit = first_bit + prefix.size() * 8;
    std::string core;
    for (std::size_t bit = (first_bit + 5) / 6 * 6; bit + 6 <= end_bit; bit += 6) {
        unsigned value = 0;
        for (std::size_t k = bit; k < bit + 6; ++k) {
            const auto byte = static_cast<unsigned char>(prefix[(k - first_bit) / 8]);
            value = value << 1 | (byte >> (7 - (k - first_bit) % 8) & 1u);
        }
        core.push_back(kBase64[value]);
    }
    return core;
}

/// One character in its coat at `at`, or nothing when none is there.
struct Read {
    char character = 0;
    std::size_t size = 0;
};

std::optional<Read> read_hex(std::string_view text, std::size_t at) {
    if (at + 2 > text.size()) return std::nullopt;
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    return Read{static_cast<char>(high * 16 + low), 2};
}

std::optional<Read> read_one(std::string_view text, std::size_t at, Coat coat) {
    if (at >= text.size()) return std::nullopt;
    const char c = text[at];
    switch (coat) {
        case Coat::plain:
        case Coat::base64:
            return Read{c, 1};
        case Coat::hex:
            return read_hex(text, at);
        case Coat::percent: {
            if (c != '%') return Read{c, 1};
            auto read = read_hex(text, at + 1);
            if (read) read->size = 3;
            return read;
        }
        case Coat::escaped: {
            if (c != '\\') return Read{c, 1};
            if (!text.substr(at).starts_with("\\u00")) return std::nullopt;
            auto read = read_hex(text, at + 4);
            if (read) read->size = 6;
            return read;
        }
        case Coat::utf16_le:
            if (at + 1 >= text.size() || text[at + 1] != 0) return std::nullopt;
            return Read{c, 2};
        case Coat::utf16_be:
            if (at + 1 >= text.size() || c != 0) return std::nullopt;
            return Read{text[at + 1], 2};
        case Coat::wide:
            if (!text.substr(at + 1).starts_with(kZero)) return std::nullopt;
            return Read{c, 1 + kZero.size()};
    }
    return std::nullopt;
}

Undressed undress_base64(std::string_view text,
                         std::size_t at,
                         std::size_t shift,
                         std::size_t limit) {
    Undressed found;
    const std::size_t skipped = (shift * 8 + 5) / 6;  // characters of the group before the core
    if (at < skipped) return found;
    const std::size_t start = at - skipped;
    unsigned bits = 0;
    std::size_t count = 0, bytes = 0;
    for (std::size_t i = start; i < text.size() && found.token.size() < limit; ++i) {
        const int value = sextet(text[i]);
        if (value < 0) break;
        bits = bits << 6 | static_cast<unsigned>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        const char c = static_cast<char>(bits >> count & 0xff);
        if (bytes++ < shift) continue;
        if (!is_token_character(c)) break;
        found.token.push_back(c);
        const std::size_t first = start + (bytes - 1) * 8 / 6;
        found.places.push_back({first, i + 1 - first});
    }
    return found;
}

}  // namespace

std::vector<CoatedPrefix> dress(std::string_view prefix) {
    std::vector<CoatedPrefix> coats = {{Coat::plain, 0, std::string(prefix)}};
    for (std::uint8_t shift = 0; shift < 3; ++shift)
        coats.push_back({Coat::base64, shift, base64_core(prefix, shift)});
    for (const std::string_view digits : {kHexLower, kHexUpper}) {
        std::string hex, percent, escaped;
        for (const char c : prefix) {
            hex += hex_of(c, digits);
            percent += "%" + hex_of(c, digits);
            escaped += "\\u00" + hex_of(c, digits);
        }
        const bool is_new = digits == kHexLower || hex != coats[4].text;
        if (!is_new) break;
        coats.push_back({Coat::hex, 0, hex});
        coats.push_back({Coat::percent, 0, percent});
        coats.push_back({Coat::escaped, 0, escaped});
    }
    std::string little, big, wide;
    for (const char c : prefix) {
        little += {c, '\0'};
        big += {'\0', c};
        wide.append(1, c).append(kZero);
    }
    coats.push_back({Coat::wide, 0, wide});
    coats.push_back({Coat::utf16_le, 0, little});
    coats.push_back({Coat::utf16_be, 0, big});
    return coats;
}

Undressed undress(std::string_view text,
                  std::size_t at,
                  const CoatedPrefix& prefix,
                  std::size_t limit) {
    if (prefix.coat == Coat::base64) return undress_base64(text, at, prefix.shift, limit);
    Undressed found;
    while (found.token.size() < limit) {
        const auto read = read_one(text, at, prefix.coat);
        if (!read || !is_token_character(read->character)) break;
        found.token.push_back(read->character);
        found.places.push_back({at, read->size});
        at += read->size;
    }
    return found;
}

}  // namespace satchel::sources
