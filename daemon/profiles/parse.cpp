// Strict on purpose: a misspelt key in a file that says what leaves a device must not be passed
// over.
#include "daemon/profiles/extend.h"
#include "daemon/profiles/profile.h"
#include "shared/base/edit_distance.h"
#include "shared/base/limits.h"
#include "shared/base/utf8.h"
#include "shared/json/value.h"

#include <algorithm>
#include <array>

namespace satchel::profiles {

namespace {

constexpr std::string_view kHint =
    "correct the file; docs/reference/profiles.md explains every key";
constexpr std::size_t kTextMax = 400;
constexpr std::size_t kListMax = 2'000;
constexpr std::size_t kDevicesMax = 64;
constexpr json::ParseLimits kLimits{limits::kConfigBytesMax, 8};

using Words = std::span<const std::string_view>;

/// A place in the document, for messages: "claude.json: rule 3".
class Place {
  public:
    explicit Place(std::string text) : text_(std::move(text)) {}

    [[nodiscard]] Place in(const std::string& part) const { return Place(text_ + ": " + part); }

    [[nodiscard]] Error wrong(const std::string& what) const {
        return {ErrorCode::bad_config, text_ + ": " + what, std::string(kHint)};
    }

    [[nodiscard]] Error unknown(std::string_view kind, std::string_view word, Words known) const {
        const std::string_view near = nearest_word(word, known);
        return wrong("unknown " + std::string(kind) + " '" + escape_for_terminal(word) + "'" +
                     (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
    }

  private:
    std::string text_;
};

Result<const json::Object*> object_of(const json::Value& value, const Place& place, Words keys) {
    if (!value.is_object()) return place.wrong("it must be an object");
    for (const auto& member : value.get_object()) {
        const std::string_view key(member.key().data(), member.key().size());
        if (std::ranges::find(keys, key) == keys.end()) return place.unknown("key", key, keys);
    }
    return &value.get_object();
}

Result<std::string> text_of(const json::Value& value, const Place& place) {
    if (!value.is_string()) return place.wrong("it must be text");
    const std::string_view text(value.get_string().data(), value.get_string().size());
    const bool is_printable = std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (text.empty() || text.size() > kTextMax || !is_printable)
        return place.wrong("it must be 1 to 400 printable characters");
    return std::string(text);
}

/// The text under `key`; empty when there is none.
Result<std::string> text_at(const json::Object& object, std::string_view key, const Place& place) {
    const json::Value* value = object.if_contains(key);
    if (value == nullptr) return std::string();
    return text_of(*value, place.in("'" + std::string(key) + "'"));
}

Result<std::string> needed_text(const json::Object& object,
                                std::string_view key,
                                const Place& place) {
    if (!object.contains(key)) return place.wrong("'" + std::string(key) + "' is missing");
    return text_at(object, key, place);
}

/// Two words: the first turns something on; absent means off.
Result<bool> word_at(const json::Object& object,
                     std::string_view key,
                     const std::array<std::string_view, 2>& words,
                     const Place& place) {
    SATCHEL_TRY(text, text_at(object, key, place));
    if (text.empty() || text == words[1]) return false;
    if (text != words[0]) return place.unknown("word for '" + std::string(key) + "'", text, words);
    return true;
}

/// Calls `take` with each element of the list under `key`, and its place.
template <class Take>
Status each(const json::Object& object,
            std::string_view key,
            std::string_view singular,
            const Place& place,
            Take take) {
    const json::Value* value = object.if_contains(key);
    if (value == nullptr) return ok();
    if (!value->is_array()) return place.wrong("'" + std::string(key) + "' must be a list");
    const json::Array& list = value->get_array();
    if (list.size() > kListMax) return place.wrong("'" + std::string(key) + "' is too long");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Place inside = place.in(std::string(singular) + " " + std::to_string(i + 1));
        if (Status status = take(list[i], inside); !status) return status;
    }
    return ok();
}

Status texts_at(const json::Object& object,
                std::string_view key,
                const Place& place,
                std::vector<std::string>& out) {
    return each(object, key, key, place, [&](const json::Value& value, const Place& at) -> Status {
        SATCHEL_TRY(text, text_of(value, at));
        out.push_back(std::move(text));
        return ok();
    });
}

/// A path that stays below where it begins.
bool is_relative(std::string_view path) {
    if (path.starts_with('/')) return false;
    while (true) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part.empty() || part == "." || part == "..") return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

Result<KeyLists> read_keys(const json::Object& rule, const Place& place) {
    KeyLists keys;
    const json::Value* value = rule.if_contains("keys");
    if (value == nullptr) return keys;
    const Place inside = place.in("'keys'");
    constexpr std::array<std::string_view, 8> kKeys = {
        "travel", "local", "paths", "secret", "sets", "active", "harmless", "whole"};
    SATCHEL_TRY(object, object_of(*value, inside, kKeys));
    const std::array<std::vector<std::string>*, 8> lists = {&keys.travel,
                                                            &keys.local,
                                                            &keys.paths,
                                                            &keys.secret,
                                                            &keys.sets,
                                                            &keys.active,
                                                            &keys.harmless,
                                                            &keys.whole};
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
        if (Status read = texts_at(*object, kKeys.at(i), inside, *lists.at(i)); !read)
            return std::move(read).error();
        for (const std::string& pointer : *lists.at(i))
            if (!pointer.starts_with('/'))
                return inside.wrong("'" + escape_for_terminal(pointer) +
                                    "' must begin with a slash");
    }
    return keys;
}

Result<Approve> read_approve(const json::Object& rule, const Place& place) {
    constexpr std::array<std::string_view, 4> kWords = {
        "nothing", "executables", "scripts", "always"};
    SATCHEL_TRY(word, text_at(rule, "approve", place));
    if (word.empty()) return Rule{}.approve;
    const auto at = std::ranges::find(kWords, word);
    if (at == kWords.end()) return place.unknown("word for 'approve'", word, kWords);
    return static_cast<Approve>(at - kWords.begin());
}

Result<Rule> read_rule(const json::Value& value, const Place& place) {
    constexpr std::array<std::string_view, 7> kKeys = {
        "pattern", "class", "why", "deletes", "gate", "approve", "keys"};
    SATCHEL_TRY(object, object_of(value, place, kKeys));
    Rule rule;
    SATCHEL_TRY(pattern, needed_text(*object, "pattern", place));
    if (!is_relative(pattern))
        return place.wrong("the pattern '" + escape_for_terminal(pattern) +
                           "' must be a path below the root");
    SATCHEL_TRY(file_class, needed_text(*object, "class", place));
    const Words classes = class_words();
    if (std::ranges::find(classes, file_class) == classes.end())
        return place.unknown("class", file_class, classes);
    SATCHEL_TRY(why, text_at(*object, "why", place));
    SATCHEL_TRY(keeps_deleted, word_at(*object, "deletes", {"stay", "travel"}, place));
    SATCHEL_TRY(waits_for_closed, word_at(*object, "gate", {"closed", "open"}, place));
    SATCHEL_TRY(approve, read_approve(*object, place));
    SATCHEL_TRY(keys, read_keys(*object, place));
    const bool is_document = file_class == "json" || file_class == "toml";
    if (!is_document && keys != KeyLists{})
        return place.wrong("'keys' are for the classes json and toml");
    rule.pattern = std::move(pattern);
    rule.file_class = std::move(file_class);
    rule.why = std::move(why);
    rule.keeps_deleted = keeps_deleted;
    rule.waits_for_closed = waits_for_closed;
    rule.approve = approve;
    rule.keys = std::move(keys);
    return rule;
}

Result<Root> read_root(const json::Value& value, const Place& place) {
    constexpr std::array<std::string_view, 3> kKeys = {"variable", "folder", "home"};
    SATCHEL_TRY(object, object_of(value, place, kKeys));
    Root root;
    SATCHEL_TRY(variable, text_at(*object, "variable", place));
    SATCHEL_TRY(folder, text_at(*object, "folder", place));
    SATCHEL_TRY(home, text_at(*object, "home", place));
    const bool is_one = variable.empty() != home.empty() && (folder.empty() || home.empty());
    if (!is_one) return place.wrong("give either 'home', or 'variable' with or without 'folder'");
    root.variable = std::move(variable);
    root.folder = home.empty() ? std::move(folder) : std::move(home);
    const bool is_home_itself = root.variable.empty() && root.folder == ".";
    if (!root.folder.empty() && !is_relative(root.folder) && !is_home_itself)
        return place.wrong("'" + escape_for_terminal(root.folder) + "' must be a relative path");
    const std::size_t star = root.folder.find('*');
    const bool is_last = root.folder == "*" || root.folder.ends_with("/*");
    if (star != std::string::npos && !(is_last && star + 1 == root.folder.size()))
        return place.wrong("'*' may only be the last part of '" + escape_for_terminal(root.folder) +
                           "'");
    return root;
}

Result<Outside> read_outside(const json::Value& value, const Place& place) {
    constexpr std::array<std::string_view, 2> kKeys = {"path", "why"};
    SATCHEL_TRY(object, object_of(value, place, kKeys));
    Outside outside;
    SATCHEL_TRY(path, needed_text(*object, "path", place));
    SATCHEL_TRY(why, needed_text(*object, "why", place));
    outside.path = std::move(path);
    outside.why = std::move(why);
    return outside;
}

/// Rules for files that nobody would look for.
Status check_named(const Profile& profile, const Place& place) {
    if (profile.is_walked) return ok();
    for (const Rule& rule : profile.rules)
        if (rule.file_class != "never" && rule.pattern.find_first_of("*?") != std::string::npos)
            return place.wrong("a folder that is not walked has no '" +
                               escape_for_terminal(rule.pattern) + "'; name the files");
    return ok();
}

/// Adds what `read` makes of each element.
template <class Made>
auto into(std::vector<Made>& list, Result<Made> (*read)(const json::Value&, const Place&)) {
    return [&list, read](const json::Value& value, const Place& place) -> Status {
        SATCHEL_TRY(made, read(value, place));
        list.push_back(std::move(made));
        return ok();
    };
}

/// `own` put over `base`; mistakes in its rules are told by their numbers in it.
Result<json::Value> extend_checked(const json::Object& own,
                                   const json::Object& base,
                                   const Place& place) {
    auto extended = extend(own, base);
    if (!extended) return place.wrong(extended.error().message);
    for (std::size_t i = 0; i < extended->changed.size(); ++i) {
        auto rule = read_rule(extended->changed[i], place.in("rule " + std::to_string(i + 1)));
        if (!rule) return std::move(rule).error();
    }
    return json::Value(std::move(extended->document));
}

/// The whole profile of a file that only says what is other than in a shipped one.
Result<json::Value> complete(json::Value document, const Place& place) {
    if (!document.is_object() || !document.get_object().contains("extends")) return document;
    const json::Object& own = document.get_object();
    SATCHEL_TRY(name, text_at(own, "extends", place));
    const auto texts = shipped_texts();
    const auto shipped = std::ranges::find(texts, name, &ShippedText::name);
    if (shipped == texts.end()) {
        std::vector<std::string_view> names;
        for (const ShippedText& one : texts) names.push_back(one.name);
        return place.unknown("profile to extend", name, names);
    }
    SATCHEL_TRY(base, json::parse(shipped->text, kLimits));
    return extend_checked(own, base.get_object(), place);
}

Result<Profile> read_profile(const json::Value& document, const Place& place) {
    constexpr std::array<std::string_view, 8> kKeys = {
        "profile", "title", "roots", "processes", "rules", "outside", "with", "walk"};
    SATCHEL_TRY(object, object_of(document, place, kKeys));
    Profile profile;
    SATCHEL_TRY(name, needed_text(*object, "profile", place));
    SATCHEL_TRY(title, needed_text(*object, "title", place));
    profile.name = std::move(name);
    profile.title = std::move(title);
    const Status read = [&]() -> Status {
        if (Status s = each(*object, "roots", "root", place, into(profile.roots, read_root)); !s)
            return s;
        if (Status s = texts_at(*object, "processes", place, profile.processes); !s) return s;
        if (Status s = each(*object, "rules", "rule", place, into(profile.rules, read_rule)); !s)
            return s;
        if (Status s = texts_at(*object, "with", place, profile.with); !s) return s;
        return each(*object, "outside", "outside", place, into(profile.outside, read_outside));
    }();
    if (!read) return read.error();
    if (profile.rules.empty()) return place.wrong("it has no rules");
    SATCHEL_TRY(is_not_walked, word_at(*object, "walk", {"never", "always"}, place));
    profile.is_walked = !is_not_walked;
    if (auto named = check_named(profile, place); !named) return std::move(named).error();
    return profile;
}

/// Takes "devices" out of the document: what is otherwise on the devices of these names.
Result<json::Object> take_devices(json::Value& document, const Place& place) {
    if (!document.is_object()) return json::Object();
    json::Value* const found = document.get_object().if_contains("devices");
    if (found == nullptr) return json::Object();
    if (!found->is_object()) return place.wrong("'devices' must be an object");
    json::Object devices = std::move(found->get_object());
    document.get_object().erase("devices");
    if (devices.size() > kDevicesMax) return place.wrong("'devices' names too many");
    return devices;
}

/// The profile with one device's exceptions in it, by the rules of "extends".
Result<Profile> read_exception(const json::Value& own,
                               const json::Value& document,
                               const Place& place) {
    constexpr std::array<std::string_view, 6> kKeys = {
        "roots", "processes", "rules", "outside", "with", "walk"};
    SATCHEL_TRY(object, object_of(own, place, kKeys));
    SATCHEL_TRY(extended, extend_checked(*object, document.get_object(), place));
    return read_profile(extended, place);
}

}  // namespace

Result<Profile> parse_profile(std::string_view text,
                              std::string_view where,
                              std::string_view device) {
    const Place place(escape_for_terminal(where));
    auto parsed = json::parse(text, kLimits);
    if (!parsed) return place.wrong(parsed.error().message);
    SATCHEL_TRY(document, complete(std::move(*parsed), place));
    SATCHEL_TRY(devices, take_devices(document, place));
    SATCHEL_TRY(profile, read_profile(document, place));
    // A mistake is told on every device, above all on the one where it is made.
    for (const auto& [name, own] : devices) {
        const std::string_view of(name.data(), name.size());
        const Place inside = place.in("device '" + escape_for_terminal(of) + "'");
        if (of.empty()) return inside.wrong("a device has a name");
        SATCHEL_TRY(exception, read_exception(own, document, inside));
        if (of == device) profile = std::move(exception);
    }
    return profile;
}

}  // namespace satchel::profiles
