// See key_rules.h.
#include "daemon/sources/file_tree/key_rules.h"

#include "daemon/documents/canonical.h"
#include "daemon/sources/file_tree/file_class.h"

#include <algorithm>

namespace satchel::sources {

namespace {

bool matches_any(const std::vector<std::string>& patterns, std::string_view pointer) {
    return std::ranges::any_of(
        patterns, [&](const std::string& pattern) { return matches_glob(pattern, pointer); });
}

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_listed(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::any_of(names, [&](const std::string& listed) {
        return std::ranges::equal(listed, name, {}, to_lower, to_lower);
    });
}

/// All strings and names in a value.
void collect_words(const documents::Node& node, std::vector<std::string>& words) {
    if (auto text = documents::string_of(node.value)) words.push_back(std::move(*text));
    for (const documents::Node& item : node.items) {
        if (!item.name.empty()) words.push_back(item.name);
        collect_words(item, words);
    }
}

/// Names of members inside a value that are those of secrets, with something in them.
bool has_secret_member(const documents::Node& node) {
    return std::ranges::any_of(node.items, [](const documents::Node& item) {
        const bool is_filled =
            !item.items.empty() || (item.value.size() > 2 && item.value != "null");
        return (is_filled && !item.name.empty() && is_secret_name(item.name)) ||
               has_secret_member(item);
    });
}

bool looks_secret(const documents::Node& node, const std::vector<std::string>& words) {
    if (has_secret_member(node)) return true;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (is_secret_value(words[i])) return true;
        // "--token", "abc": an option and what belongs to it.
        const bool is_option = words[i].starts_with('-') && i + 1 < words.size();
        if (is_option && is_secret_name(words[i])) return true;
    }
    return false;
}

bool has_absolute_path(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_start =
            i == 0 || std::string_view(" \t\"'=(:,").find(text[i - 1]) != std::string_view::npos;
        if (!is_start) continue;
        const std::string_view rest = text.substr(i);
        const bool is_letter = (rest[0] | 0x20) >= 'a' && (rest[0] | 0x20) <= 'z';
        const bool is_drive =
            rest.size() > 2 && is_letter && rest[1] == ':' && (rest[2] == '\\' || rest[2] == '/');
        const bool is_root = rest.size() > 1 && rest[0] == '/' && rest[1] != ' ';
        const bool is_url = rest.starts_with("//") && i > 0 && text[i - 1] == ':';
        if (is_drive || (is_root && !is_url)) return true;
    }
    return false;
}

/// The places and what lies below them.
std::vector<std::string> with_below(const std::vector<std::string>& places) {
    std::vector<std::string> patterns;
    for (const std::string& place : places) {
        patterns.push_back(place);
        if (!place.ends_with("**")) patterns.push_back(place + "/**");
    }
    return patterns;
}

}  // namespace

KeyRules key_rules_of(const profiles::KeyLists& lists) {
    KeyRules rules;
    rules.travel = with_below(lists.travel);
    rules.local = with_below(lists.local);
    rules.paths = with_below(lists.paths);
    rules.secrets = with_below(lists.secret);
    rules.sets = lists.sets;
    rules.active = with_below(lists.active);
    rules.passive = lists.harmless;
    rules.wholes = lists.whole;
    return rules;
}

KeyFate fate_of(const KeyRules& rules,
                const SecretExceptions& exceptions,
                std::string_view pointer,
                std::string_view value) {
    if (matches_any(rules.local, pointer)) return KeyFate::local;
    if (!rules.travel.empty() && !matches_any(rules.travel, pointer)) return KeyFate::local;
    const auto names = documents::parse_pointer(pointer);
    const auto node = documents::parse_canonical(value);
    if (!names || !node) return KeyFate::local;
    std::vector<std::string> words;
    collect_words(*node, words);
    const bool is_path =
        matches_any(rules.paths, pointer) && std::ranges::any_of(words, has_absolute_path);
    if (is_path) return KeyFate::local;
    const std::string name = documents::to_display(*names);
    if (is_listed(exceptions.keep, name)) return KeyFate::secret;
    if (is_listed(exceptions.send, name)) return KeyFate::travels;
    const bool is_empty = value == "\"\"" || value == "null" || value == "{}" || value == "[]";
    if (matches_any(rules.secrets, pointer)) return KeyFate::secret;
    if (!is_empty &&
        std::ranges::any_of(*names, [](const auto& one) { return is_secret_name(one); }))
        return KeyFate::secret;
    return looks_secret(*node, words) ? KeyFate::secret : KeyFate::travels;
}

bool is_set(const KeyRules& rules, std::string_view pointer) {
    return matches_any(rules.sets, pointer);
}

std::string_view whole_of(const KeyRules& rules, std::string_view pointer) {
    if (rules.wholes.empty()) return {};
    for (std::size_t end = 1; end < pointer.size(); ++end) {
        end = std::min(pointer.find('/', end), pointer.size());
        if (matches_any(rules.wholes, pointer.substr(0, end))) return pointer.substr(0, end);
    }
    return {};
}

bool is_active(const KeyRules& rules, std::string_view pointer, std::string_view value) {
    if (!matches_any(rules.active, pointer)) return false;
    const bool is_plain = !value.starts_with('[') && !value.starts_with('{');
    return !is_plain || !matches_any(rules.passive, pointer);
}

}  // namespace satchel::sources
