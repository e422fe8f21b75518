#include "daemon/sources/file_tree/notes.h"

namespace satchel::sources {

namespace {

constexpr std::uint8_t kNoteVersion = 3;
constexpr std::size_t kPage = 1'000;

Bytes name_of(char kind, ByteView first, ByteView second = {}) {
    Bytes name{static_cast<Byte>(kind)};
    name.insert(name.end(), first.begin(), first.end());
    name.insert(name.end(), second.begin(), second.end());
    return name;
}

Bytes encode_note(const FileNote& note) {
    Bytes out;
    ByteWriter writer(out);
    writer.u8(kNoteVersion);
    writer.u8(static_cast<std::uint8_t>(note.file_class));
    writer.varint(note.size);
    writer.zigzag(note.mtime_ns);
    writer.varint(note.inode);
    writer.zigzag(note.mode);
    if (is_whole_content(note.file_class)) {
        writer.raw(note.content);
        if (note.is_other) writer.u8(1);
        return out;
    }
    if (is_document(note.file_class)) {
        writer.u8(note.is_row_gone ? 1 : 0);
        return out;
    }
    writer.varint(note.captured);
    writer.u64(note.fingerprint);
    writer.varint(note.travelling);
    note.chain.encode(writer);
    writer.varint(note.extents);
    writer.u8(note.is_row_gone ? 1 : 0);
    writer.varint(note.secrets);
    writer.varint(note.rules);
    return out;
}

Result<FileNote> decode_note(ByteView bytes) {
    ByteReader in(bytes);
    FileNote note;
    const std::uint8_t version = in.u8();
    const std::uint8_t file_class = in.u8();
    note.file_class = static_cast<FileClass>(file_class);
    note.size = in.varint();
    note.mtime_ns = in.zigzag();
    note.inode = in.varint();
    note.mode = in.zigzag();
    if (is_whole_content(note.file_class)) {
        in.fill(note.content);
        note.is_other = !in.finished() && in.u8() == 1;
    } else if (is_document(note.file_class)) {
        note.is_row_gone = in.u8() == 1;
    } else {
        note.captured = in.varint();
        note.fingerprint = in.u64();
        note.travelling = version == 1 ? note.captured : in.varint();
        note.chain = Chain::decode(in);
        note.extents = static_cast<std::uint32_t>(in.varint());
        note.is_row_gone = in.u8() == 1;
        note.secrets = version < 3 ? 0 : in.varint();
        note.rules = version < 3 ? 0 : static_cast<std::uint32_t>(in.varint());
    }
    const bool is_class = is_whole_content(note.file_class) ||
                          note.file_class == FileClass::lines || is_document(note.file_class);
    if (version == 0 || version > kNoteVersion || !is_class || !in.finished())
        return Error{ErrorCode::corrupt, "read the note of a file: it is malformed"};
    return note;
}

/// Adds all notes on files whose name begins so.
Status list_notes(Memory& memory,
                  const Bytes& start,
                  std::vector<std::pair<std::string, FileNote>>& found) {
    Bytes after = start;
    while (true) {
        SATCHEL_TRY(page, memory.notes(start, after, kPage));
        for (const auto& [name, value] : page) {
            SATCHEL_TRY(note, decode_note(value));
            found.emplace_back(as_text(ByteView(name).subspan(1)), note);
        }
        if (page.size() < kPage) return ok();
        after = page.back().first;
    }
}

}  // namespace

bool FileNote::describes(const FileStat& stat) const {
    return size == stat.size && mtime_ns == stat.mtime_ns && inode == stat.inode;
}

void FileNote::remember(const FileStat& stat) {
    size = stat.size;
    mtime_ns = stat.mtime_ns;
    inode = stat.inode;
}

Bytes file_note_name(std::string_view path) {
    return name_of('f', as_bytes(path));
}

Result<std::optional<FileNote>> find_file_note(Memory& memory, std::string_view path) {
    SATCHEL_TRY(bytes, memory.note(file_note_name(path)));
    if (!bytes) return std::optional<FileNote>{};
    SATCHEL_TRY(note, decode_note(*bytes));
    return std::optional<FileNote>{note};
}

Status set_file_note(Memory& memory, std::string_view path, const FileNote& note) {
    return memory.set_note(file_note_name(path), encode_note(note));
}

Result<std::vector<std::pair<std::string, FileNote>>> list_file_notes(Memory& memory,
                                                                      std::string_view prefix) {
    std::vector<std::pair<std::string, FileNote>> found;
    if (!prefix.empty()) {
        SATCHEL_TRY(exact, find_file_note(memory, prefix));
        if (exact) found.emplace_back(prefix, *exact);
    }
    const std::string folder = prefix.empty() ? std::string() : std::string(prefix) + "/";
    if (Status status = list_notes(memory, file_note_name(folder), found); !status)
        return status.error();
    return found;
}

Bytes path_note_name(const Sid& file) {
    return name_of('p', file.view());
}

Bytes index_note_name(const Sid& file, std::uint32_t position) {
    Bytes name = name_of('x', file.view());
    ByteWriter(name).u32(position);
    return name;
}

Bytes hidden_note_name(const Sid& file, const Sid& extent) {
    return name_of('h', file.view(), extent.view());
}

Bytes key_note_name(const Sid& file, const Sid* row) {
    return row == nullptr ? name_of('k', file.view()) : name_of('k', file.view(), row->view());
}

Bytes folder_note_name(std::string_view path) {
    return name_of('d', as_bytes(path));
}

Bytes swept_note_name() {
    return name_of('w', {});
}

Bytes swept_note_name(const Sid& file) {
    return name_of('w', file.view());
}

Bytes append_note_name(const Sid& file) {
    return name_of('a', file.view());
}

Bytes place_note_name(std::string_view identity) {
    return name_of('s', as_bytes(identity));
}

Bytes link_note_name(std::string_view identity) {
    return name_of('l', as_bytes(identity));
}

Bytes known_place_note_name(ByteView key) {
    return name_of('g', key);
}

Bytes mark_note_name(std::string_view pattern) {
    return name_of('m', as_bytes(pattern));
}

Status set_leftover_note(Memory& memory, std::string_view path, const FileNote& note) {
    return memory.set_note(name_of('r', as_bytes(path)), encode_note(note));
}

Status erase_leftover_note(Memory& memory, std::string_view path) {
    return memory.erase_note(name_of('r', as_bytes(path)));
}

Result<std::vector<std::pair<std::string, FileNote>>> list_leftover_notes(Memory& memory) {
    std::vector<std::pair<std::string, FileNote>> found;
    if (Status status = list_notes(memory, name_of('r', {}), found); !status) return status.error();
    return found;
}

Bytes encode_entry(const IndexEntry& entry) {
    Bytes out;
    ByteWriter writer(out);
    writer.raw(entry.sid.view());
    writer.sized(entry.anchor.encode());
    writer.varint(entry.size);
    writer.varint(entry.shown);
    entry.chain.encode(writer);
    writer.varint(entry.local);
    writer.u64(entry.content);
    writer.u8(entry.is_kept ? 1 : 0);
    writer.varint(entry.secrets);
    return out;
}

Result<IndexEntry> decode_entry(ByteView bytes) {
    ByteReader in(bytes);
    IndexEntry entry;
    in.fill(entry.sid.bytes);
    const auto anchor = Anchor::decode(in.sized());
    entry.size = static_cast<std::uint32_t>(in.varint());
    entry.shown = static_cast<std::uint32_t>(in.varint());
    entry.chain = Chain::decode(in);
    if (in.remaining() == 0) {  // as noted before lines had another form on their way
        entry.local = entry.shown;
        entry.is_kept = !entry.is_whole();
    } else {
        entry.local = static_cast<std::uint32_t>(in.varint());
        entry.content = in.u64();
        entry.is_kept = in.u8() == 1;
        if (in.remaining() > 0) entry.secrets = static_cast<std::uint32_t>(in.varint());
    }
    if (!in.finished() || !anchor)
        return Error{ErrorCode::corrupt, "read the index of a file of lines: it is malformed"};
    entry.anchor = *anchor;
    return entry;
}

}  // namespace satchel::sources
