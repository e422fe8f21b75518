// Reading one row of a tree by its key, and what to call it.

#include "daemon/sources/file_tree/document_keys.h"
#include "daemon/sources/file_tree/extent_index.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/marks.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::sources {

Result<LocalRow> FileTree::read(CollectionId collection, ByteView key, Memory& memory) {
    if (collection == context_.lines) return read_extent(key, memory);
    if (collection == context_.keys) return read_key(key, memory);
    if (collection == context_.projects) return read_project(key, memory);
    if (collection == context_.marks) return read_mark(context_, key, memory);
    SATCHEL_TRY(root, open_root(memory));
    const std::string path(as_text(key));
    LocalRow row = file_row(context_, path);
    SATCHEL_TRY(note, find_file_note(memory, path));
    if (!note) return row;
    const bool is_rows = is_document(note->file_class);
    if (is_rows) {
        SATCHEL_TRY(noted, list_noted_keys(memory, *row.sid));
        if (noted.empty()) return row;
    }
    row.edited_ms = note->mtime_ns / 1'000'000;
    row.is_present = true;
    const auto& columns = context_.file_columns;
    row.columns = {{columns.path, core::Value::text(path)},
                   {columns.file_class, core::Value::text(file_class_name(note->file_class))},
                   {columns.mode, core::Value::integer(is_rows ? kDocumentMode : note->mode)}};
    if (is_whole_content(note->file_class))
        row.columns.push_back({columns.content, Manifest{note->size, note->content}.encode()});
    row.columns = in_column_order(std::move(row.columns));
    return row;
}

Result<LocalRow> FileTree::read_extent(ByteView key, Memory& memory) {
    SATCHEL_TRY(root, open_root(memory));
    const auto file = key.size() == 32 ? Sid::from(key.first(16)) : std::nullopt;
    if (!file) return Error{ErrorCode::invalid_argument, "read lines: not a key"};
    SATCHEL_TRY(name, memory.note(path_note_name(*file)));
    const std::string path = name ? std::string(as_text(*name)) : std::string();
    LocalRow row;
    row.collection = context_.lines;
    row.key = to_bytes(key);
    row.sid = Sid::from(key.subspan(16));
    SATCHEL_TRY(note, find_file_note(memory, path));
    if (!note) return row;
    row.edited_ms = note->mtime_ns / 1'000'000;
    SATCHEL_TRY(index, ExtentIndex::load(memory, *file));
    const auto position = index.find(*row.sid);
    if (!position) return row;
    SATCHEL_TRY(fd, root.open_file(path));
    SATCHEL_TRY(bytes, index.read(memory, fd.get(), *position, context_.codec_of(path)));
    const Anchor& anchor = index.entries()[*position].anchor;
    if (context_.extent_sid(path, anchor, bytes) != *row.sid)
        return Error{ErrorCode::busy, "read lines of '" + path + "': the file changed"};
    row.is_present = true;
    row.columns =
        in_column_order({{context_.line_columns.file, core::Value::reference(*file)},
                         {context_.line_columns.anchor, core::Value::blob(anchor.encode())},
                         {context_.line_columns.bytes, core::Value::blob(bytes)}});
    return row;
}

Result<LocalRow> FileTree::read_key(ByteView key, Memory& memory) {
    SATCHEL_TRY(root, open_root(memory));
    const auto name = KeyName::decode(key);
    if (!name) return Error{ErrorCode::invalid_argument, "read a setting: not a key"};
    LocalRow row;
    row.collection = context_.keys;
    row.key = to_bytes(key);
    row.sid = key_sid(context_, *name);
    SATCHEL_TRY(note, find_file_note(memory, name->path));
    if (!note || !is_document(note->file_class)) return row;
    row.edited_ms = note->mtime_ns / 1'000'000;
    FileStat stat;
    SATCHEL_TRY(text, read_document(root, name->path, stat));
    if (!note->describes(stat))
        return Error{ErrorCode::busy, "read '" + name->path + "': the file changed"};
    const DocumentKind kind = document_kind(context_, name->path, note->file_class);
    SATCHEL_TRY(document, documents::Document::parse(kind.syntax, text));
    const DocumentRows found = list_rows(context_, kind, name->path, document);
    const auto value = found.rows.find(*row.sid);
    if (value == found.rows.end()) return row;
    row.is_present = true;
    row.columns = key_columns_of(context_, value->second);
    return row;
}

std::string FileTree::describe(CollectionId collection, ByteView key) const {
    if (collection == context_.files)
        return escape_for_terminal(context_.places.local(as_text(key)));
    if (collection == context_.projects) {
        const auto end = std::ranges::find(key, Byte{0});
        return "place of project " + escape_for_terminal(as_text({key.begin(), end}));
    }
    if (collection == context_.marks)
        return "mark " + escape_for_terminal(as_text(key)) + " to stay";
    if (collection == context_.keys) {
        const auto name = KeyName::decode(key);
        return name ? name->to_display() : "setting";
    }
    if (key.size() != 32) return "lines";
    return "lines " + to_hex(key.subspan(16, 6)) + " of file " + to_hex(key.first(6));
}

}  // namespace satchel::sources
