// See canonical.h.
#include "daemon/documents/canonical.h"

#include "daemon/documents/json_parser.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::documents {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

void add_unit(unsigned unit, std::string& out) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(unit >> shift) & 15];
}

/// The code unit that the three bytes at `at` stand for when they are half of a surrogate pair.
std::optional<unsigned> lone_surrogate(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size()) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    if (byte(0) != 0xED || byte(1) < 0xA0) return std::nullopt;
    return 0xD000u | ((byte(1) & 0x3Fu) << 6) | (byte(2) & 0x3Fu);
}

}  // namespace

std::string quote(std::string_view text) {
    constexpr std::string_view kShort = "\b\t\n\f\r\"\\";
    constexpr std::string_view kLetters = "btnfr\"\\";
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto place = kShort.find(c);
        if (place != std::string_view::npos) {
            out += '\\';
            out += kLetters[place];
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            add_unit(static_cast<unsigned char>(c), out);
        } else if (const auto unit = lone_surrogate(text, i)) {
            add_unit(*unit, out);
            i += 2;
        } else {
            out += c;
        }
    }
    return out + '"';
}

bool is_bare_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

std::string canonical(const Node& node) {
    if (node.kind == NodeKind::scalar) return node.value;
    std::vector<const Node*> items;
    for (const Node& item : node.items) items.push_back(&item);
    if (node.is_object()) std::ranges::sort(items, {}, [](const Node* item) { return item->name; });
    std::string out(1, node.is_object() ? '{' : '[');
    for (const Node* item : items) {
        if (out.size() > 1) out += ',';
        if (node.is_object()) out += quote(item->name) + ':';
        out += canonical(*item);
    }
    out += node.is_object() ? '}' : ']';
    return out;
}

Result<Node> parse_canonical(std::string_view text) {
    auto parsed = parse_json_value(text);
    if (!parsed || !is_utf8(text) || canonical(*parsed) != text)
        return Error{ErrorCode::invalid_argument, "read a setting: its value is not understood"};
    return parsed;
}

std::optional<std::string> string_of(std::string_view canonical_text) {
    if (!canonical_text.starts_with('"')) return std::nullopt;
    return decode_json_string(canonical_text);
}

}  // namespace satchel::documents
