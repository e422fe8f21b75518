#include "daemon/sources/file_tree/line_codec.h"

#include "daemon/sources/file_tree/own_lines.h"
#include "daemon/sources/secret_mask.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace satchel::sources {

namespace {

constexpr std::string_view kProject = "satchel-project:";
constexpr std::string_view kHome = "satchel-home:";
constexpr std::string_view kLiteral = "satchel-literal:";

bool begins_with_word(std::string_view value) {
    return value.starts_with(kProject) || value.starts_with(kHome) || value.starts_with(kLiteral);
}

/// A whole path, or one that goes on below it.
bool is_boundary(std::string_view rest) {
    return rest.empty() || rest.starts_with('/') || rest.starts_with("\\\\");
}

/// Slashes become backslashes, which JSON writes twice, and the other way round; its own inverse.
std::string swap_separators(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '/') {
            out += "\\\\";
        } else if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
        } else {
            ++i;
            if (text[i] == '\\')
                out += '/';
            else
                out.append({'\\', text[i]});
        }
    }
    return out;
}

/// Behind the string that begins at `at`, which is its quote; npos when it does not end.
std::size_t string_end(std::string_view line, std::size_t at) {
    for (++at; at < line.size(); ++at) {
        if (line[at] == '\\')
            ++at;
        else if (line[at] == '"')
            return at + 1;
    }
    return std::string_view::npos;
}

std::size_t skip_blank(std::string_view line, std::size_t at) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    return at;
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | point >> 6);
        put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        put(0xe0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3f));
        put(0x80 | (point & 0x3f));
    } else {
        put(0xf0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3f));
        put(0x80 | (point >> 6 & 0x3f));
        put(0x80 | (point & 0x3f));
    }
}

/// The four digits behind \u, or nothing.
std::optional<std::uint32_t> hex_unit(std::string_view digits) {
    if (digits.size() < 4) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : digits.substr(0, 4)) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isxdigit(byte) == 0) return std::nullopt;
        const int digit = std::isdigit(byte) != 0 ? c - '0' : std::tolower(byte) - 'a' + 10;
        value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
}

std::string_view without_newline(ByteView line) {
    std::string_view text = as_text(line);
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text;
}

/// `line` with the bytes of `old` replaced.
Bytes with_value(ByteView line, std::string_view old, std::string_view value) {
    const auto* begin = reinterpret_cast<const Byte*>(old.data());
    Bytes out(line.data(), begin);
    out.insert(out.end(), value.begin(), value.end());
    out.insert(out.end(), begin + old.size(), line.data() + line.size());
    return out;
}

template <class Convert>
Bytes for_each_line(ByteView lines, const Convert& convert) {
    Bytes out;
    out.reserve(lines.size());
    while (!lines.empty()) {
        const auto newline = std::ranges::find(lines, Byte{'\n'});
        const auto size = static_cast<std::size_t>(newline - lines.begin());
        const ByteView line = lines.first(std::min(size + 1, lines.size()));
        lines = lines.subspan(line.size());
        const Bytes converted = convert(line);
        out.insert(out.end(), converted.begin(), converted.end());
    }
    return out;
}

}  // namespace

bool is_windows_path(std::string_view path) {
    const bool has_drive = path.size() > 2 && std::isalpha(static_cast<unsigned char>(path[0])) &&
                           path[1] == ':' && path[2] == '\\';
    return has_drive || path.starts_with("\\\\");
}

std::string_view find_field(std::string_view line, std::string_view quoted_key) {
    std::size_t at = skip_blank(line, 0);
    if (at >= line.size() || line[at] != '{') return {};
    std::size_t depth = 0;
    bool is_key = false;  // a string at this place would be a key of the outermost object
    while (at < line.size()) {
        const char c = line[at];
        if (c == '{' || c == '[') {
            ++depth;
            is_key = depth == 1;
            ++at;
        } else if (c == '}' || c == ']') {
            if (depth == 0 || --depth == 0) return {};
            ++at;
        } else if (c == ',') {
            is_key = depth == 1;
            ++at;
        } else if (c != '"') {
            ++at;
        } else {
            const std::size_t end = string_end(line, at);
            if (end == std::string_view::npos) return {};
            const bool is_ours = is_key && line.substr(at, end - at) == quoted_key;
            is_key = false;
            at = end;
            if (!is_ours) continue;
            at = skip_blank(line, at);
            if (at >= line.size() || line[at] != ':') return {};
            at = skip_blank(line, at + 1);
            if (at >= line.size() || line[at] != '"') continue;
            const std::size_t value_end = string_end(line, at);
            if (value_end == std::string_view::npos) return {};
            return line.substr(at + 1, value_end - at - 2);
        }
    }
    return {};
}

std::string escape_json(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        constexpr std::string_view kNamed = "\b\f\n\r\t";
        constexpr std::string_view kNames = "bfnrt";
        constexpr std::string_view kDigits = "0123456789abcdef";
        if (c == '"' || c == '\\') {
            out.append({'\\', c});
        } else if (byte >= 0x20) {
            out.push_back(c);
        } else if (const auto named = kNamed.find(c); named != std::string_view::npos) {
            out.append({'\\', kNames[named]});
        } else {
            out.append("\\u00").append({kDigits[byte >> 4], kDigits[byte & 15]});
        }
    }
    return out;
}

std::string unescape_json(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text[0] != '\\') {
            out.push_back(text[0]);
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 2) return {};
        const char kind = text[1];
        text.remove_prefix(2);
        if (kind != 'u') {
            constexpr std::string_view kNames = "\"\\/bfnrt";
            constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
            const auto at = kNames.find(kind);
            if (at == std::string_view::npos) return {};
            out.push_back(kMeanings[at]);
            continue;
        }
        auto point = hex_unit(text);
        if (!point) return {};
        text.remove_prefix(4);
        if (*point >= 0xd800 && *point < 0xdc00 && text.starts_with("\\u")) {
            const auto low = hex_unit(text.substr(2));
            if (low && *low >= 0xdc00 && *low < 0xe000) {
                point = 0x10000 + ((*point - 0xd800) << 10) + (*low - 0xdc00);
                text.remove_prefix(6);
            }
        }
        if (*point >= 0xd800 && *point < 0xe000) point = 0xfffd;
        append_utf8(out, *point);
    }
    return out;
}

LineCodec::LineCodec(std::string_view field, const Roots& roots)
    : key_("\"" + std::string(field) + "\"") {
    prefixes_[0] = {escape_json(roots.project), kProject, is_windows_path(roots.project)};
    prefixes_[1] = {escape_json(roots.home), kHome, is_windows_path(roots.home)};
    // A root that ends in a separator is the root of everything: nothing to tell relative to.
    for (Prefix& prefix : prefixes_)
        if (prefix.text.ends_with('/') || prefix.text.ends_with('\\')) prefix.text.clear();
}

std::string LineCodec::encode_value(std::string_view value) const {
    if (begins_with_word(value)) return std::string(kLiteral).append(value);
    for (const Prefix& prefix : prefixes_) {
        if (prefix.text.empty() || !value.starts_with(prefix.text)) continue;
        const std::string_view rest = value.substr(prefix.text.size());
        if (!is_boundary(rest)) continue;
        std::string out(prefix.word);
        return prefix.has_backslashes ? out + swap_separators(rest) : out.append(rest);
    }
    return std::string(value);
}

std::string LineCodec::decode_value(std::string_view value) const {
    if (value.starts_with(kLiteral)) {
        const std::string_view rest = value.substr(kLiteral.size());
        return std::string(begins_with_word(rest) ? rest : value);
    }
    for (const Prefix& prefix : prefixes_) {
        if (prefix.text.empty() || !value.starts_with(prefix.word)) continue;
        const std::string_view rest = value.substr(prefix.word.size());
        if (!is_boundary(rest)) continue;
        std::string out = prefix.text;
        return prefix.has_backslashes ? out + swap_separators(rest) : out.append(rest);
    }
    return std::string(value);
}

Bytes LineCodec::rename(ByteView line) const {
    const std::string_view text = without_newline(line);
    const std::string_view value = key_.empty() ? std::string_view() : find_field(text, key_);
    if (value.data() == nullptr) return to_bytes(line);
    const std::string travelling = encode_value(value);
    const std::size_t size = text.size() - value.size() + travelling.size();
    if (travelling == value || size >= limits::kExtentBytesMax) return to_bytes(line);
    return with_value(line, value, travelling);
}

Bytes LineCodec::encode(ByteView line, std::size_t* secrets) const {
    Bytes travelling = rename(line);
    mask(travelling, secrets);
    return travelling;
}

void LineCodec::mask(Bytes& line, std::size_t* secrets) const {
    if (!is_masking_) return;
    const std::size_t count = mask_secrets(line);
    if (secrets != nullptr) *secrets += count;
}

std::optional<Bytes> LineCodec::find_own(ByteView line) const {
    const Bytes* own = own_ == nullptr ? nullptr : own_->find(line);
    if (own == nullptr) return std::nullopt;
    Bytes found = *own;
    if (line.back() == '\n') found.push_back('\n');
    return found;
}

Bytes LineCodec::decode(ByteView line) const {
    if (auto own = find_own(line)) return std::move(*own);
    const std::string_view text = without_newline(line);
    const bool is_left = key_.empty() || text.size() >= limits::kExtentBytesMax;
    const std::string_view value = is_left ? std::string_view() : find_field(text, key_);
    if (value.data() == nullptr) return to_bytes(line);
    return with_value(line, value, decode_value(value));
}

Bytes LineCodec::encode_all(ByteView lines, bool continues) const {
    if (is_identity()) return to_bytes(lines);
    return for_each_line(lines, [&](ByteView line) {
        if (!std::exchange(continues, false)) return encode(line);
        Bytes rest = to_bytes(line);
        mask(rest, nullptr);
        return rest;
    });
}

Bytes LineCodec::decode_all(ByteView lines, bool continues) const {
    if (is_identity()) return to_bytes(lines);
    return for_each_line(lines, [&](ByteView line) {
        if (!std::exchange(continues, false)) return decode(line);
        return find_own(line).value_or(to_bytes(line));
    });
}

}  // namespace satchel::sources
