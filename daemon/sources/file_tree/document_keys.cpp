// See document_keys.h.
#include "daemon/sources/file_tree/document_keys.h"

#include "daemon/sources/file_tree/notes.h"
#include "shared/base/utf8.h"

namespace satchel::sources {

namespace {

const KeyRules kNoRules;
constexpr std::size_t kPage = 1'000;

std::string element_text(const std::string& element) {
    constexpr std::size_t kShown = 80;
    if (element.size() <= kShown) return element;
    return element.substr(0, kShown) + "...";
}

}  // namespace

Bytes KeyName::encode() const {
    Bytes key;
    ByteWriter writer(key);
    writer.sized(path);
    writer.sized(pointer);
    if (!element) return key;
    writer.u8(1);
    writer.sized(*element);
    return key;
}

std::optional<KeyName> KeyName::decode(ByteView key) {
    ByteReader in(key);
    KeyName name;
    name.path = as_text(in.sized());
    name.pointer = as_text(in.sized());
    if (in.remaining() > 0) {
        if (in.u8() != 1) return std::nullopt;
        name.element = std::string(as_text(in.sized()));
    }
    if (!in.finished()) return std::nullopt;
    return name;
}

std::string KeyName::to_display() const {
    const auto names = documents::parse_pointer(pointer);
    std::string text = path + ": " + (names ? documents::to_display(*names) : pointer);
    if (element) text += " " + element_text(*element);
    return escape_for_terminal(text);
}

DocumentKind document_kind(const TreeContext& context,
                           std::string_view path,
                           FileClass file_class) {
    const FileRule* rule = find_rule(path, context.settings.rules);
    return {file_class == FileClass::toml ? documents::Syntax::toml : documents::Syntax::json,
            rule == nullptr ? &kNoRules : &rule->keys};
}

Sid key_sid(const TreeContext& context, const KeyName& name) {
    return context.ids.row(context.keys, name.encode());
}

DocumentRows list_rows(const TreeContext& context,
                       const DocumentKind& kind,
                       std::string_view path,
                       const documents::Document& document) {
    DocumentRows found;
    const auto add = [&](KeyName name, const std::string& value) {
        const KeyFate fate =
            fate_of(*kind.rules, context.settings.secret_exceptions, name.pointer, value);
        const Sid sid = key_sid(context, name);
        const std::string whole(whole_of(*kind.rules, name.pointer));
        if (fate == KeyFate::local && !whole.empty()) found.staying.insert(whole);
        if (fate == KeyFate::travels)
            found.rows.insert_or_assign(sid, KeyValue{std::move(name), value});
        else
            found.held_back.insert_or_assign(sid, fate);
    };
    for (const documents::Leaf& leaf : document.leaves()) {
        const std::string pointer = documents::to_text(leaf.pointer);
        if (!leaf.is_array || !is_set(*kind.rules, pointer)) {
            add({std::string(path), pointer, std::nullopt}, leaf.value);
            continue;
        }
        for (const std::string& element : leaf.elements)
            add({std::string(path), pointer, element}, element);
    }
    std::erase_if(found.rows, [&](const auto& row) {
        const std::string whole(whole_of(*kind.rules, row.second.name.pointer));
        const bool stays = found.staying.contains(whole);
        if (stays) found.held_back.insert_or_assign(row.first, KeyFate::local);
        return stays;
    });
    return found;
}

std::vector<core::ColumnValue> key_columns_of(const TreeContext& context, const KeyValue& row) {
    const auto& columns = context.key_columns;
    return in_column_order({
        {columns.file, core::Value::reference(context.file_sid(row.name.path))},
        {columns.pointer, core::Value::text(row.name.pointer)},
        {columns.value, core::Value::text(row.value)},
    });
}

Result<std::map<Sid, KeyName>> list_noted_keys(Memory& memory, const Sid& file) {
    std::map<Sid, KeyName> found;
    const Bytes prefix = key_note_name(file);
    Bytes after = prefix;
    while (true) {
        SATCHEL_TRY(page, memory.notes(prefix, after, kPage));
        for (const auto& [name, value] : page) {
            const auto sid = Sid::from(ByteView(name).subspan(prefix.size()));
            auto key = KeyName::decode(value);
            if (!sid || !key)
                return Error{ErrorCode::corrupt, "read the notes of a document: malformed"};
            found.emplace(*sid, std::move(*key));
        }
        if (page.size() < kPage) return found;
        after = page.back().first;
    }
}

Result<std::string> read_document(const TreeDir& root, const std::string& path, FileStat& stat) {
    SATCHEL_TRY(file, root.open_file(path));
    SATCHEL_TRY(before, stat_of(file.get()));
    if (before.size > documents::kDocumentBytesMax)
        return Error{ErrorCode::too_large,
                     "it has " + std::to_string(before.size) + " bytes, settings may have " +
                         std::to_string(documents::kDocumentBytesMax)};
    SATCHEL_TRY(bytes, read_at(file.get(), 0, static_cast<std::size_t>(before.size)));
    SATCHEL_TRY(after, stat_of(file.get()));
    if (bytes.size() != before.size || !after.same_version(before))
        return Error{ErrorCode::busy, "read '" + path + "': it is being written"};
    stat = before;
    return std::string(as_text(bytes));
}

}  // namespace satchel::sources
