#include "daemon/config/mistake.h"

#include "shared/base/limits.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::config {

namespace {

constexpr std::string_view kCorrectHint =
    "correct the line; the daemon keeps its earlier settings until then";
constexpr std::string_view kReplaceHint =
    "replace the file by what `satchelctl init-config` writes";
constexpr std::string_view kKeyHint =
    "remove the line, and take the key for known to others if they could read the file; "
    "`satchelctl "
    "sync setup` asks for join strings, and keys never stand in settings";

// The library takes tables apart by recursion, one level per dot in `a.b.c`; deeper than this could
// overflow the stack. A commented file of ours has some thirty dots.
constexpr std::ptrdiff_t kDotsMax = 1'000;

bool continues_character(char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0) == 0x80;
}

std::string_view line_at(std::string_view text, std::size_t line) {
    for (std::size_t i = 1; i < line; ++i) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    std::string_view found = text.substr(0, text.find('\n'));
    if (found.ends_with('\r')) found.remove_suffix(1);
    return found;
}

/// The line and a caret below its `column`, both moved in by two; long lines are cut around it.
std::string excerpt(std::string_view line, std::size_t column) {
    constexpr std::size_t kBefore = 60;
    constexpr std::size_t kShown = 90;
    std::size_t at = 0;
    for (std::size_t passed = 1; at < line.size() && passed < column; ++passed) {
        ++at;
        while (at < line.size() && continues_character(line[at])) ++at;
    }
    std::size_t from = at > kBefore ? at - kBefore : 0;
    while (from > 0 && from < at && continues_character(line[from])) ++from;
    std::size_t to = std::min(line.size(), from + kShown);
    while (to < line.size() && continues_character(line[to])) ++to;
    const std::string before = escape_for_terminal(line.substr(from, at - from));
    const std::string after = escape_for_terminal(line.substr(at, to - std::min(at, to)));
    const auto width = static_cast<std::size_t>(
        std::ranges::count_if(before, [](char letter) { return !continues_character(letter); }));
    return "\n  " + before + after + "\n  " + std::string(width, ' ') + "^";
}

/// Offset of the first byte that is in no character.
std::optional<std::size_t> find_bad_byte(std::string_view text) {
    if (is_utf8(text)) return std::nullopt;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto first = static_cast<unsigned char>(text[at]);
        const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (!is_utf8(text.substr(at, length))) return at;
        at += length;
    }
    return text.size();
}

/// Offset of something like satchel_jn1_…
std::optional<std::size_t> find_key(std::string_view text) {
    constexpr std::string_view kBrand = "satchel_";
    for (std::size_t at = text.find(kBrand); at != std::string_view::npos;
         at = text.find(kBrand, at + 1)) {
        const std::string_view rest = text.substr(at + kBrand.size());
        const bool is_key = rest.size() >= 8 && rest[2] >= '0' && rest[2] <= '9' && rest[3] == '_';
        if (is_key) return at;
    }
    return std::nullopt;
}

Error misfit(const NamedText& file, const std::string& what) {
    return {ErrorCode::bad_config, std::string(file.name) + ": " + what, std::string(kReplaceHint)};
}

}  // namespace

Error mistake_at(const NamedText& file, Place place, const std::string& what) {
    return {ErrorCode::bad_config,
            std::string(file.name) + ":" + std::to_string(place.line) + ":" +
                std::to_string(place.column) + ": " + what +
                excerpt(line_at(file.text, place.line), place.column),
            std::string(kCorrectHint)};
}

Place place_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto is_first = [](char letter) { return !continues_character(letter); };
    return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
            static_cast<std::size_t>(std::ranges::count_if(before.substr(start), is_first)) + 1};
}

std::optional<Error> find_misfit(const NamedText& file) {
    const std::string_view text = file.text;
    if (text.size() > limits::kConfigBytesMax) return misfit(file, "is larger than 1 MiB");
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return misfit(file, "is UTF-16 text; it must be UTF-8 text");
    if (const auto bad = find_bad_byte(text))
        return misfit(file, "is not UTF-8 text: the byte at offset " + std::to_string(*bad));
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return misfit(file, "is not UTF-8 text: a NUL byte at offset " + std::to_string(nul));
    if (std::ranges::count(text, '.') > kDotsMax) return misfit(file, "has more than 1000 dots");
    if (const auto key = find_key(text)) {
        const Place place = place_of(text, *key);
        return Error{ErrorCode::bad_config,
                     std::string(file.name) + ":" + std::to_string(place.line) + ":" +
                         std::to_string(place.column) + ": a key or join string of Satchel's",
                     std::string(kKeyHint)};
    }
    return std::nullopt;
}

}  // namespace satchel::config
