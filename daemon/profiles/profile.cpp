#include "daemon/profiles/profile.h"

#include <algorithm>
#include <array>

namespace satchel::profiles {

namespace {

constexpr std::array<std::string_view, 8> kClassWords = {
    "opaque", "lines", "immutable", "archive", "json", "toml", "optional", "never"};

}  // namespace

std::span<const std::string_view> class_words() {
    return kClassWords;
}

std::optional<Profile> find_shipped(std::string_view name) {
    const auto texts = shipped_texts();
    const auto at = std::ranges::find(texts, name, &ShippedText::name);
    if (at == texts.end()) return std::nullopt;
    auto profile = parse_profile(at->text, name);
    if (!profile) return std::nullopt;  // a test reads them all
    return std::move(*profile);
}

}  // namespace satchel::profiles
