#include "daemon/profiles/extend.h"

#include <algorithm>
#include <optional>
#include <string>

namespace satchel::profiles {

namespace {

Error misplaced(std::size_t rule, const std::string& what) {
    return {ErrorCode::bad_config, "rule " + std::to_string(rule + 1) + ": " + what};
}

const json::Object* object_at(const json::Object& object, std::string_view key) {
    const json::Value* value = object.if_contains(key);
    return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

json::Array array_at(const json::Object& object, std::string_view key) {
    const json::Value* value = object.if_contains(key);
    return value != nullptr && value->is_array() ? value->get_array() : json::Array();
}

/// Members of `own` in place of those of `base`.
void replace_members(json::Object& base, const json::Object& own) {
    for (const auto& member : own) base[member.key()] = member.value();
}

/// The shipped rule, empty for a new one, with what a person's rule says.
json::Object change_rule(json::Object rule, const json::Object& own) {
    json::Object keys =
        object_at(rule, "keys") == nullptr ? json::Object() : *object_at(rule, "keys");
    json::Object changes = own;
    changes.erase("add");
    if (const json::Object* lists = object_at(own, "keys")) {
        replace_members(keys, *lists);
        changes.erase("keys");
    }
    if (const json::Object* lists = object_at(own, "add"))
        for (const auto& member : *lists) {
            json::Array list = array_at(keys, member.key());
            for (const json::Value& place : array_at(*lists, member.key())) list.push_back(place);
            keys[member.key()] = std::move(list);
        }
    if (!keys.empty()) rule["keys"] = std::move(keys);
    replace_members(rule, changes);
    return rule;
}

std::optional<std::size_t> find_rule(const json::Array& rules, const json::Value& pattern) {
    const auto at = std::ranges::find_if(rules, [&](const json::Value& rule) {
        const json::Value* other =
            rule.is_object() ? rule.get_object().if_contains("pattern") : nullptr;
        return other != nullptr && *other == pattern;
    });
    if (at == rules.end()) return std::nullopt;
    return static_cast<std::size_t>(at - rules.begin());
}

}  // namespace

Result<Extended> extend(const json::Object& own, const json::Object& shipped) {
    Extended result{shipped, {}};
    json::Array rules = array_at(shipped, "rules");
    json::Array first;
    const json::Value* changes = own.if_contains("rules");
    if (changes != nullptr && !changes->is_array())
        return Error{ErrorCode::bad_config, "'rules' must be a list"};
    const json::Array list = array_at(own, "rules");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const json::Value& one = list[i];
        const json::Value* pattern =
            one.is_object() ? one.get_object().if_contains("pattern") : nullptr;
        if (pattern == nullptr) return misplaced(i, "'pattern' is missing");
        const auto at = find_rule(rules, *pattern);
        json::Object changed =
            change_rule(at ? rules[*at].get_object() : json::Object(), one.get_object());
        result.changed.emplace_back(changed);
        if (at)
            rules[*at] = std::move(changed);
        else
            first.emplace_back(std::move(changed));
    }
    for (json::Value& rule : rules) first.push_back(std::move(rule));
    replace_members(result.document, own);
    result.document.erase("extends");
    result.document["rules"] = std::move(first);
    return result;
}

}  // namespace satchel::profiles
