// What a tree tells of itself: single items, and how it is doing.

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/extent_index.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::sources {

Result<LocalRow> FileTree::read(CollectionId collection, ByteView key, Memory& memory) {
    SATCHEL_TRY(root, open_root(memory));
    if (collection == context_.projects) return read_project(key, memory);
    const bool is_extent = collection == context_.lines;
    std::string path(as_text(key));
    const auto file = is_extent && key.size() == 32 ? Sid::from(key.first(16)) : std::nullopt;
    if (is_extent) {
        if (!file) return Error{ErrorCode::invalid_argument, "read lines: not a key"};
        SATCHEL_TRY(name, memory.note(path_note_name(*file)));
        path = name ? std::string(as_text(*name)) : std::string();
    }
    LocalRow row = file_row(context_, path);
    row.collection = collection;
    row.key = to_bytes(key);
    SATCHEL_TRY(note, find_file_note(memory, path));
    if (is_extent) row.sid = Sid::from(key.subspan(16));
    if (!note) return row;
    row.edited_ms = note->mtime_ns / 1'000'000;
    const auto& columns = context_.file_columns;
    if (!is_extent) {
        row.is_present = true;
        row.columns = {{columns.path, core::Value::text(path)},
                       {columns.file_class, core::Value::text(file_class_name(note->file_class))},
                       {columns.mode, core::Value::integer(note->mode)}};
        if (is_whole_content(note->file_class))
            row.columns.push_back({columns.content, Manifest{note->size, note->content}.encode()});
        row.columns = in_column_order(std::move(row.columns));
        return row;
    }
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

std::string FileTree::describe(CollectionId collection, ByteView key) const {
    if (collection == context_.files)
        return escape_for_terminal(context_.places.local(as_text(key)));
    if (collection == context_.projects) {
        const auto end = std::ranges::find(key, Byte{0});
        return "place of project " + escape_for_terminal(as_text({key.begin(), end}));
    }
    if (key.size() != 32) return "lines";
    return "lines " + to_hex(key.subspan(16, 6)) + " of file " + to_hex(key.first(6));
}

void FileTree::recount_secrets(const TreeScan& scan,
                               const std::vector<std::pair<std::string, FileNote>>& notes) {
    secrets_ = 0;
    for (const auto& [path, note] : notes) secrets_ += note.secrets;
    std::erase_if(held_, [&](const auto& held) {
        return !std::ranges::binary_search(
            scan.files, held.first, {}, &std::pair<std::string, FileStat>::first);
    });
}

Status FileTree::count_secrets(const std::string& path, const FileNote* before, Memory& memory) {
    SATCHEL_TRY(after, find_file_note(memory, path));
    secrets_ += after ? after->secrets : 0;
    secrets_ -= std::min(secrets_, before != nullptr ? before->secrets : 0);
    return ok();
}

SourceHealth FileTree::health() {
    SourceHealth health;
    health.secrets_masked = secrets_;
    health.secrets_held = held_.size();
    health.backlog = dirty_.size() + hinted_.size();
    if (!context_.settings.trouble.empty())
        health.detail = context_.settings.trouble;
    else if (!suspects_.empty())
        health.detail = "'" + escape_for_terminal(context_.places.local(suspects_.begin()->first)) +
                        "' is gone or much shorter; waiting to see whether it stays so";
    else if (!unreadable_.empty())
        health.detail = std::to_string(unreadable_.size()) + " files cannot be read now, '" +
                        escape_for_terminal(context_.places.local(*unreadable_.begin())) +
                        "' among them";
    else if (!torn_.empty())
        health.detail = "'" + escape_for_terminal(context_.places.local(torn_.begin()->first)) +
                        "' ends inside a line; waiting to see whether more of it comes";
    else if (!others_.empty())
        health.detail =
            std::to_string(others_.size()) +
            " files that never change were changed here and keep that to themselves, '" +
            escape_for_terminal(context_.places.local(*others_.begin())) + "' among them";
    else if (skipped_count_ > 0)
        health.detail = std::to_string(skipped_count_) +
                        " files or folders are skipped: links, several names, or not readable";
    else if (!held_.empty())
        health.detail = std::to_string(held_.size()) +
                        " files stay on this device because they hold secrets, '" +
                        escape_for_terminal(context_.places.local(held_.begin()->first)) +
                        "' among them";
    else
        health.detail = project_trouble();
    return health;
}

SourceTraits FileTree::traits() const {
    SourceTraits traits;
    traits.collections.push_back({context_.files, "key", "scan", {"path"}});
    traits.collections.push_back({context_.lines, "content", "scan", {"file", "anchor", "bytes"}});
    if (context_.places.is_active())
        traits.collections.push_back({context_.projects, "key", "scan", {"identity", "place"}});
    for (const FileRule& rule : context_.settings.rules)
        traits.rules.emplace_back(rule.pattern, file_class_name(rule.file_class));
    for (const FileRule& rule : context_.settings.rules)
        if (rule.waits_for_closed) traits.gated.push_back(rule.pattern);
    if (!traits.gated.empty()) {
        traits.gate = gate_.word();
        traits.program = context_.settings.program_title;
    }
    if (skipped_count_ > 0)
        traits.left_out.push_back(
            std::to_string(skipped_count_) +
            " files or folders are skipped: links, several names, or not readable");
    constexpr std::size_t kNamesMax = 20;
    for (const auto& [path, stat] : held_) {
        if (traits.left_out.size() == kNamesMax) break;
        traits.left_out.push_back("'" + escape_for_terminal(context_.places.local(path)) +
                                  "' stays on this device: it holds what looks like a secret");
    }
    return traits;
}

}  // namespace satchel::sources
