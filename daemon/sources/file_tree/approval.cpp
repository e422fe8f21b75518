// What of other devices' changes can run code: settings that are not known to be harmless, and
// files that are scripts by their place, their mode or their text. The rules of this device decide,
// whatever the row says of its class.

#include "daemon/sources/file_tree/document_keys.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/notes.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <array>
#include <map>

namespace satchel::sources {

namespace {

constexpr std::size_t kTextBytesMax = 256u << 10;

/// Takes the first line off the front of `text`, without its end.
std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// True when a reader of YAML may see more than one line in it.
bool has_hidden_break(std::string_view line) {
    for (const std::string_view mark : {"\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"})
        if (line.find(mark) != std::string_view::npos) return true;
    return false;
}

/// True for a line of the head of a Markdown file that only describes it. Keys that are not known
/// may name hooks, tools or servers; so may anything written in an unusual way.
bool is_plain_head_line(std::string_view line, bool is_below_key) {
    constexpr std::array<std::string_view, 14> kKeys = {"name",
                                                        "description",
                                                        "title",
                                                        "tags",
                                                        "category",
                                                        "version",
                                                        "license",
                                                        "author",
                                                        "color",
                                                        "model",
                                                        "tools",
                                                        "argument-hint",
                                                        "globs",
                                                        "metadata"};
    if (has_hidden_break(line)) return false;
    if (line.empty() || line.front() == '#') return true;
    if (line.front() == ' ' || line.starts_with("- ")) return is_below_key;
    const auto colon = line.find(':');
    return colon != std::string_view::npos &&
           std::ranges::find(kKeys, line.substr(0, colon)) != kKeys.end();
}

/// True for Markdown that can name commands which run without being asked for.
bool is_scripted(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.find("!`") != std::string_view::npos || text.find("```!") != std::string_view::npos)
        return true;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (!text.starts_with("---")) return false;
    if (take_line(text) != "---") return true;
    bool is_below_key = false;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line == "---") return false;
        if (!is_plain_head_line(line, is_below_key)) return true;
        is_below_key = is_below_key || (!line.empty() && line.front() != '#');
    }
    return true;
}

/// The new content of an opaque file; nothing while it is not here whole, or is too large to read.
Result<std::optional<std::string>> new_text(const WantedRow& row,
                                            const core::Value& value,
                                            Memory& memory) {
    const auto manifest = Manifest::decode(value);
    std::string text;
    if (!manifest || manifest->size > kTextBytesMax) return std::optional<std::string>{};
    for (std::uint32_t i = 0; i < manifest->count_pieces(); ++i) {
        SATCHEL_TRY(piece, memory.piece(row.sid, manifest->content, i));
        if (!piece) return std::optional<std::string>{};
        text += as_text(*piece);
    }
    return std::optional<std::string>(std::move(text));
}

std::string path_of(const TreeContext& context, const WantedRow& row) {
    if (row.key) return std::string(as_text(*row.key));
    const core::Value* path = find_column(row.columns, context.file_columns.path);
    const bool is_text = path != nullptr && path->kind() == core::ValueKind::text;
    return is_text ? std::string(path->as_text()) : std::string();
}

std::string text_in(const WantedRow& row, ColumnId column) {
    const core::Value* value = find_column(row.columns, column);
    const bool is_text = value != nullptr && value->kind() == core::ValueKind::text;
    return is_text ? std::string(value->as_text()) : std::string();
}

/// What a row of a document is about; the path is empty when it is not known.
Result<KeyName> name_of(const TreeContext& context, const WantedRow& row, Memory& memory) {
    if (row.key) return KeyName::decode(*row.key).value_or(KeyName{});
    KeyName name;
    const core::Value* file = find_column(row.columns, context.key_columns.file);
    if (file == nullptr || file->kind() != core::ValueKind::reference) return name;
    SATCHEL_TRY(path, memory.note(path_note_name(file->as_reference())));
    if (path) name.path = as_text(*path);
    name.pointer = text_in(row, context.key_columns.pointer);
    if (key_sid(context, name) != row.sid) name.element = text_in(row, context.key_columns.value);
    return name;
}

Result<ApprovalNeed> judge_key(const TreeContext& context, const WantedRow& row, Memory& memory) {
    SATCHEL_TRY(name, name_of(context, row, memory));
    if (name.path.empty()) return row.is_present ? ApprovalNeed::unknown : ApprovalNeed::no;
    const FileRule* rule = find_rule(name.path, context.settings.rules);
    if (rule == nullptr) return ApprovalNeed::no;
    const std::string value = text_in(row, context.key_columns.value);
    // What stays here by the rules is refused with a better reason when it is written.
    const bool stays =
        row.is_present &&
        fate_of(rule->keys, context.settings.secret_exceptions, name.pointer, value) !=
            KeyFate::travels;
    if (stays) return ApprovalNeed::no;
    return is_active(rule->keys, name.pointer, value) ? ApprovalNeed::yes : ApprovalNeed::no;
}

Result<ApprovalNeed> judge_file(const TreeContext& context, const WantedRow& row, Memory& memory) {
    const std::string path = path_of(context, row);
    if (path.empty()) return row.is_present ? ApprovalNeed::unknown : ApprovalNeed::no;
    const FileRule* rule = find_rule(path, context.settings.rules);
    // A document's own row writes nothing: its values are judged one by one.
    if (rule == nullptr || is_document(rule->file_class)) return ApprovalNeed::no;
    if (rule->approval == Approval::none) return ApprovalNeed::no;
    if (rule->approval == Approval::always) return ApprovalNeed::yes;
    if (!row.is_present) return ApprovalNeed::no;
    SATCHEL_TRY(note, find_file_note(memory, path));
    const core::Value* mode = find_column(row.columns, context.file_columns.mode);
    const bool is_number = mode != nullptr && mode->kind() == core::ValueKind::integer;
    const std::int64_t bits = is_number ? mode->as_integer() : note ? note->mode : 0;
    if ((bits & 0100) != 0) return ApprovalNeed::yes;
    const core::Value* content = find_column(row.columns, context.file_columns.content);
    if (rule->approval != Approval::if_scripted || content == nullptr) return ApprovalNeed::no;
    SATCHEL_TRY(text, new_text(row, *content, memory));
    if (text) return is_scripted(*text) ? ApprovalNeed::yes : ApprovalNeed::no;
    const auto manifest = Manifest::decode(*content);
    const bool is_large = manifest && manifest->size > kTextBytesMax;
    return is_large ? ApprovalNeed::yes : ApprovalNeed::unknown;
}

/// The values of a settings file that can run code, by their names; nothing when it does not parse.
std::optional<std::map<std::string, std::string>> active_values(const DocumentKind& kind,
                                                                std::string_view text) {
    const auto document = documents::Document::parse(kind.syntax, std::string(text));
    if (!document) return std::nullopt;
    std::map<std::string, std::string> values;
    for (documents::Leaf& leaf : document->leaves())
        if (is_active(*kind.rules, documents::to_text(leaf.pointer), leaf.value))
            values.emplace(documents::to_display(leaf.pointer), std::move(leaf.value));
    return values;
}

std::vector<std::string> active_differences(const DocumentKind& kind,
                                            std::string_view before,
                                            std::string_view after) {
    const auto now = active_values(kind, before).value_or(std::map<std::string, std::string>{});
    auto then = active_values(kind, after);
    if (!then) return {"it cannot be read as settings"};
    std::vector<std::string> names;
    for (const auto& [name, value] : *then) {
        const auto same = now.find(name);
        if (same == now.end() || same->second != value) names.push_back(escape_for_terminal(name));
    }
    for (const auto& [name, value] : now)
        if (!then->contains(name)) names.push_back(escape_for_terminal(name));
    return names;
}

}  // namespace

std::vector<std::string> FileTree::active_changes(const std::string& path,
                                                  std::string_view before,
                                                  std::optional<std::string_view> after,
                                                  bool is_executable) const {
    const FileRule* rule = find_rule(path, context_.settings.rules);
    if (rule == nullptr || (after && *after == before)) return {};
    if (is_document(rule->file_class)) {
        if (!after) return {"it is too large to look at"};
        return active_differences(document_kind(context_, path, rule->file_class), before, *after);
    }
    const bool may_be_scripted = rule->approval == Approval::if_scripted;
    const bool is_active_file = rule->approval == Approval::always ||
                                (rule->approval != Approval::none && is_executable) ||
                                (may_be_scripted && (!after || is_scripted(*after)));
    if (!is_active_file) return {};
    return {escape_for_terminal(path)};
}

bool FileTree::has_approvals() const {
    return std::ranges::any_of(context_.settings.rules, [](const FileRule& rule) {
        return rule.approval != Approval::none || !rule.keys.active.empty();
    });
}

Result<ApprovalNeed> FileTree::needs_approval(const WantedRow& row, Memory& memory) {
    if (row.collection == context_.keys) return judge_key(context_, row, memory);
    if (row.collection == context_.files) return judge_file(context_, row, memory);
    return ApprovalNeed::no;
}

Result<ChangeText> FileTree::show_change(const WantedRow& row, Memory& memory) {
    ChangeText text;
    if (row.collection == context_.keys) {
        if (row.key) {
            SATCHEL_TRY(local, read_key(*row.key, memory));
            const core::Value* value = find_column(local.columns, context_.key_columns.value);
            if (value != nullptr) text.before = value->as_text();
        }
        if (row.is_present) text.after = text_in(row, context_.key_columns.value);
        return text;
    }
    const std::string path = path_of(context_, row);
    SATCHEL_TRY(root, open_root(memory));
    SATCHEL_TRY(stat, root.find(path));
    if (stat && stat->kind == FileKind::regular) {
        SATCHEL_TRY(file, root.open_file(path));
        SATCHEL_TRY(bytes, read_at(file.get(), 0, kTextBytesMax));
        text.before = as_text(bytes);
    }
    if (!row.is_present) return text;
    const core::Value* content = find_column(row.columns, context_.file_columns.content);
    if (content == nullptr) {
        text.after = text.before + "(its mode changes)\n";
        return text;
    }
    SATCHEL_TRY(after, new_text(row, *content, memory));
    text.after = after ? *after : "(its content is too large to show, or is not here yet)";
    return text;
}

Result<std::string> FileTree::describe_wanted(const WantedRow& row, Memory& memory) {
    if (row.key) return describe(row.collection, *row.key);
    if (row.collection == context_.files)
        return escape_for_terminal(context_.places.local(path_of(context_, row)));
    if (row.collection != context_.keys) return std::string();
    SATCHEL_TRY(name, name_of(context_, row, memory));
    return name.path.empty() ? std::string() : name.to_display();
}

}  // namespace satchel::sources
