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

std::vector<std::string> named_files(const Profile& profile) {
    std::vector<std::string> names;
    for (const Rule& rule : profile.rules) {
        const bool is_name = rule.pattern.find_first_of("*?") == std::string::npos;
        if (is_name && rule.file_class != "never" && rule.file_class != "optional")
            names.push_back(rule.pattern);
    }
    return names;
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
