#include "daemon/sources/file_tree/file_class.h"

#include "daemon/sources/file_tree/deny_list.h"

#include <algorithm>
#include <array>

namespace satchel::sources {

namespace {

constexpr std::string_view kHideSuffix = "/**";

constexpr std::array kClassNames = std::to_array<std::pair<FileClass, std::string_view>>({
    {FileClass::opaque, "opaque"},
    {FileClass::lines, "lines"},
    {FileClass::never, "never"},
    {FileClass::json, "json"},
    {FileClass::toml, "toml"},
    {FileClass::immutable, "immutable"},
    {FileClass::archive, "archive"},
});

Approval approval_of(profiles::Approve word) {
    switch (word) {
        case profiles::Approve::nothing:
            return Approval::none;
        case profiles::Approve::executables:
            return Approval::if_executable;
        case profiles::Approve::scripts:
            return Approval::if_scripted;
        case profiles::Approve::always:
            return Approval::always;
    }
    return Approval::always;
}

bool hides(const FileRule& rule) {
    return rule.file_class == FileClass::never && !rule.is_optional &&
           rule.pattern.ends_with(kHideSuffix);
}

}  // namespace

std::string_view file_class_name(FileClass file_class) {
    for (const auto& [known, name] : kClassNames)
        if (known == file_class) return name;
    return "never";
}

std::optional<FileClass> find_file_class(std::string_view word) {
    for (const auto& [known, name] : kClassNames)
        if (name == word) return known;
    return std::nullopt;
}

bool matches_glob(std::string_view pattern, std::string_view path) {
    // Two points to come back to: after the last `*`, and after the last `**`.
    constexpr auto kNone = std::string_view::npos;
    std::size_t p = 0, s = 0;
    std::size_t star = kNone, star_at = 0, deep = kNone, deep_at = 0;
    while (true) {
        if (pattern.substr(p).starts_with("**")) {
            p += 2;
            deep = p;
            deep_at = s;
            star = kNone;
            continue;
        }
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            star_at = s;
            continue;
        }
        if (s == path.size() && p == pattern.size()) return true;
        const bool fits = s < path.size() && p < pattern.size() &&
                          (pattern[p] == path[s] || (pattern[p] == '?' && path[s] != '/'));
        if (fits) {
            ++p;
            ++s;
        } else if (star != kNone && star_at < path.size() && path[star_at] != '/') {
            p = star;
            s = ++star_at;
        } else if (deep != kNone && deep_at < path.size()) {
            star = kNone;
            p = deep;
            s = ++deep_at;
        } else {
            return false;
        }
    }
}

std::vector<FileRule> rules_of(const profiles::Profile& profile) {
    std::vector<FileRule> rules;
    for (const profiles::Rule& one : profile.rules) {
        FileRule rule;
        rule.pattern = one.pattern;
        rule.file_class = find_file_class(one.file_class).value_or(FileClass::never);
        rule.is_optional = one.file_class == "optional";
        rule.keeps_deleted = one.keeps_deleted;
        rule.waits_for_closed = one.waits_for_closed;
        rule.approval = approval_of(one.approve);
        rule.keys = key_rules_of(one.keys);
        rules.push_back(std::move(rule));
    }
    return rules;
}

std::vector<FileRule> profile_rules(std::string_view profile) {
    auto shipped = profiles::find_shipped(profile);
    if (!shipped) shipped = profiles::find_shipped("tree");
    return shipped ? rules_of(*shipped) : std::vector<FileRule>{{"**", FileClass::never}};
}

FileClass classify(std::string_view path, const std::vector<FileRule>& rules) {
    if (!is_denied(path)) return class_by_rules(path, rules);
    const FileRule* rule = is_denied_in_part(path) ? find_rule(path, rules) : nullptr;
    const bool has_list =
        rule != nullptr && is_document(rule->file_class) && !rule->keys.travel.empty();
    return has_list ? rule->file_class : FileClass::never;
}

const FileRule* find_rule(std::string_view path, const std::vector<FileRule>& rules) {
    for (const FileRule& rule : rules)
        if (hides(rule) && matches_glob(rule.pattern, path)) return &rule;
    for (const FileRule& rule : rules)
        if (matches_glob(rule.pattern, path)) return &rule;
    return nullptr;
}

FileClass class_by_rules(std::string_view path, const std::vector<FileRule>& rules) {
    const FileRule* rule = find_rule(path, rules);
    return rule == nullptr ? FileClass::opaque : rule->file_class;
}

bool is_hidden_folder(std::string_view path, const std::vector<FileRule>& rules) {
    if (is_denied(path)) return true;
    const std::string inside = std::string(path) + "/x";
    return std::ranges::any_of(rules, [&](const FileRule& rule) {
        return hides(rule) && matches_glob(rule.pattern, inside);
    });
}

}  // namespace satchel::sources
