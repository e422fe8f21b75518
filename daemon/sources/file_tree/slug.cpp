#include "daemon/sources/file_tree/slug.h"

#include "daemon/sources/file_tree/compositions.h"

#include <algorithm>
#include <cstdint>

namespace satchel::sources {

namespace {

constexpr std::size_t kPlainMax = 200;
constexpr char32_t kReplacement = 0xfffd;

/// Takes one code point from the front of `text`.
char32_t take_code_point(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    const std::size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    char32_t value = size == 1 ? first : first & (0x7fu >> size);
    bool is_good = first < 0x80 || (first >= 0xc2 && first <= 0xf4 && text.size() >= size);
    for (std::size_t i = 1; is_good && i < size; ++i) {
        is_good = (byte(i) & 0xc0) == 0x80;
        value = value << 6 | (byte(i) & 0x3f);
    }
    is_good = is_good && value >= kLeast[size] && value <= 0x10ffff &&
              !(value >= 0xd800 && value <= 0xdfff);
    text.remove_prefix(is_good ? size : 1);
    return is_good ? value : kReplacement;
}

const Compositions* find_mark(char32_t mark) {
    const auto all = compositions();
    const auto at = std::ranges::lower_bound(all, mark, {}, &Compositions::mark);
    return at != all.end() && at->mark == mark ? &*at : nullptr;
}

/// What `base` and `next` are together, or 0.
char32_t compose_pair(char32_t base, char32_t next) {
    constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kTail = 0x11a7, kSyllable = 0xac00;
    constexpr char32_t kVowels = 21, kTails = 28, kLeads = 19;
    if (base >= kLead && base < kLead + kLeads && next >= kVowel && next < kVowel + kVowels)
        return kSyllable + ((base - kLead) * kVowels + (next - kVowel)) * kTails;
    const bool is_open = base >= kSyllable && base < kSyllable + kLeads * kVowels * kTails &&
                         (base - kSyllable) % kTails == 0;
    if (is_open && next > kTail && next < kTail + kTails) return base + (next - kTail);
    const Compositions* mark = find_mark(next);
    if (mark == nullptr) return 0;
    for (std::size_t i = 0; i + 1 < mark->pairs.size(); i += 2)
        if (mark->pairs[i] == base) return mark->pairs[i + 1];
    return 0;
}

bool is_kept(char32_t unit) {
    return (unit >= '0' && unit <= '9') || (unit >= 'A' && unit <= 'Z') ||
           (unit >= 'a' && unit <= 'z');
}

std::u16string to_units(std::u32string_view text) {
    std::u16string units;
    for (const char32_t point : text) {
        if (point < 0x10000) {
            units.push_back(static_cast<char16_t>(point));
            continue;
        }
        units.push_back(static_cast<char16_t>(0xd800 + ((point - 0x10000) >> 10)));
        units.push_back(static_cast<char16_t>(0xdc00 + ((point - 0x10000) & 0x3ff)));
    }
    return units;
}

/// The vendor's library ends long names so: h = 31 h + unit in 32 bits, its size in base 36.
std::string hash_text(std::u16string_view units) {
    std::uint32_t hash = 0;
    for (const char16_t unit : units) hash = hash * 31 + unit;
    if ((hash >> 31) != 0) hash = 0u - hash;
    std::string text;
    do {
        text.insert(text.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[hash % 36]);
        hash /= 36;
    } while (hash > 0);
    return text;
}

}  // namespace

std::u32string compose_text(std::string_view text) {
    std::u32string out;
    std::size_t starter = std::u32string::npos;  // what a mark may join
    unsigned last_order = 0;                     // of the marks kept behind it
    while (!text.empty()) {
        const char32_t point = take_code_point(text);
        const Compositions* mark = find_mark(point);
        const unsigned order = mark == nullptr ? 0 : mark->order;
        const bool is_next = starter != std::u32string::npos && starter + 1 == out.size();
        const bool is_free = is_next || (order > last_order && last_order > 0);
        if (starter != std::u32string::npos && is_free) {
            if (const char32_t whole = compose_pair(out[starter], point); whole != 0) {
                out[starter] = whole;
                continue;
            }
        }
        if (order == 0) starter = out.size();
        last_order = order;
        out.push_back(point);
    }
    return out;
}

std::string slug_of(std::string_view path) {
    const std::u16string units = to_units(compose_text(path));
    std::string slug;
    for (const char16_t unit : units) slug.push_back(is_kept(unit) ? static_cast<char>(unit) : '-');
    if (slug.size() <= kPlainMax) return slug;
    slug.resize(kPlainMax);
    return slug + '-' + hash_text(units);
}

bool is_slug_of(std::string_view slug, std::string_view path) {
    const std::string own = slug_of(path);
    if (own == slug) return true;
    const auto mine = long_slug_prefix(own);
    return mine && mine == long_slug_prefix(slug);
}

std::optional<std::string_view> long_slug_prefix(std::string_view slug) {
    if (slug.size() <= kPlainMax + 1 || slug[kPlainMax] != '-') return std::nullopt;
    return slug.substr(0, kPlainMax + 1);
}

}  // namespace satchel::sources
