#include "daemon/sources/file_tree/file_class.h"

#include "daemon/sources/file_tree/deny_list.h"

#include <algorithm>

namespace satchel::sources {

namespace {

constexpr std::string_view kHideSuffix = "/**";

bool hides(const FileRule& rule) {
    return rule.file_class == FileClass::never && rule.pattern.ends_with(kHideSuffix);
}

// Settings files are absent on purpose: they hold secrets and commands, and need a merge by key.
std::vector<FileRule> claude_rules() {
    using enum FileClass;
    return {
        {"plugins/**", never},
        {"backups/**", never},
        {"debug/**", never},
        {"file-history/**", never},
        {"projects/*/*.jsonl", lines},
        {"projects/*/*/subagents/**.jsonl", lines},
        {"history.jsonl", lines},
        {"projects/*/*/tool-results/**", opaque},
        {"projects/*/*/subagents/**.meta.json", opaque},
        {"projects/*/*/workflows/**", opaque},
        {"projects/*/memory/**", opaque},
        {"plans/**", opaque},
        {"todos/**", opaque},
        {"tasks/**", opaque},
        {"CLAUDE.md", opaque},
        {"rules/**", opaque},
        {"agents/**", opaque},
        {"commands/**", opaque},
        {"skills/**", opaque},
        {"output-styles/**", opaque},
        {"workflows/**", opaque},
        {"themes/**", opaque},
        {"keybindings.json", opaque},
        {"agent-memory/**", opaque},
        {"scheduled-tasks/**", opaque},
        {"**", never},
    };
}

std::vector<FileRule> codex_rules() {
    using enum FileClass;
    return {
        {"skills/.system/**", never},
        {"log/**", never},
        {"plugins/**", never},
        {"sessions/**.jsonl", lines},
        {"archived_sessions/**.jsonl", lines},
        {"history.jsonl", lines},
        {"session_index.jsonl", lines},
        {"sessions/**.jsonl.zst", opaque},
        {"archived_sessions/**.jsonl.zst", opaque},
        {"AGENTS.md", opaque},
        {"prompts/**", opaque},
        {"skills/**", opaque},
        {"rules/**", opaque},
        {"agents/**", opaque},
        {"memories/**", opaque},
        {"themes/**", opaque},
        {"**", never},
    };
}

}  // namespace

std::string_view file_class_name(FileClass file_class) {
    switch (file_class) {
        case FileClass::opaque:
            return "opaque";
        case FileClass::lines:
            return "lines";
        case FileClass::never:
            return "never";
    }
    return "never";
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

std::vector<FileRule> profile_rules(std::string_view profile) {
    if (profile == "claude") return claude_rules();
    if (profile == "codex") return codex_rules();
    return {{"**.jsonl", FileClass::lines}, {"**", FileClass::opaque}};
}

FileClass classify(std::string_view path, const std::vector<FileRule>& rules) {
    return is_denied(path) ? FileClass::never : class_by_rules(path, rules);
}

FileClass class_by_rules(std::string_view path, const std::vector<FileRule>& rules) {
    for (const FileRule& rule : rules)
        if (hides(rule) && matches_glob(rule.pattern, path)) return FileClass::never;
    for (const FileRule& rule : rules)
        if (matches_glob(rule.pattern, path)) return rule.file_class;
    return FileClass::opaque;
}

bool is_hidden_folder(std::string_view path, const std::vector<FileRule>& rules) {
    if (is_denied(path)) return true;
    const std::string inside = std::string(path) + "/x";
    return std::ranges::any_of(rules, [&](const FileRule& rule) {
        return hides(rule) && matches_glob(rule.pattern, inside);
    });
}

}  // namespace satchel::sources
