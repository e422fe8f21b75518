// Files of whole content: hash first, then pieces, so that every piece names the content it belongs
// to.

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/secret_policy.h"
#include "shared/base/limits.h"

namespace satchel::sources {

namespace {

constexpr std::size_t kPieceBytes = limits::kExtentBytesMax;

/// True when the file is of a kind that never changes and holds something else than it did.
bool is_held_first(const FoundFile& file, const Hash256& content) {
    return file.note && file.note->file_class == FileClass::immutable &&
           file.note->content != content;
}

/// The class it was first captured with, or the one that the rules give it now.
FileClass class_of(const TreeContext& context, const FoundFile& file) {
    if (file.note) return file.note->file_class;
    const FileClass now = classify(file.path, context.settings.rules);
    return is_whole_content(now) ? now : FileClass::opaque;
}

using TakePiece = std::function<Status(std::uint32_t index, Bytes bytes)>;

/// Hashes the file, handing on each piece; nothing when it is not `size` bytes long.
Result<std::optional<Hash256>> read_pieces(const CaptureRun& run,
                                           int fd,
                                           std::uint64_t size,
                                           const TakePiece& take) {
    ContentHash hasher(run.context.hash);
    std::uint32_t index = 0;
    for (std::uint64_t offset = 0; offset < size; offset += kPieceBytes) {
        if (run.sink.should_stop()) return Error{ErrorCode::interrupted, "capture a file"};
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, size - offset));
        SATCHEL_TRY(bytes, read_at(fd, offset, wanted));
        if (bytes.size() != wanted) return std::optional<Hash256>{};
        hasher.add(bytes);
        if (Status status = take(index++, std::move(bytes)); !status) return status.error();
    }
    return std::optional<Hash256>{hasher.finish()};
}

/// The content's hash, its pieces reported when it differs from the noted one; nothing when the
/// file changes under us, or holds a secret.
Result<std::optional<Hash256>> report_content(const CaptureRun& run,
                                              const FoundFile& file,
                                              bool& is_held) {
    SATCHEL_TRY(fd, run.root.open_file(file.path));
    Bytes only;  // a file of one piece is read once
    const bool is_small = file.stat.size <= kPieceBytes;
    const bool may_hold_secrets = run.context.settings.secrets == SecretPolicy::send;
    SecretScan scan;
    SATCHEL_TRY(content,
                read_pieces(run, fd.get(), file.stat.size, [&](std::uint32_t, Bytes bytes) {
                    if (!may_hold_secrets) scan.add(bytes);
                    if (is_small) only = std::move(bytes);
                    return ok();
                }));
    SATCHEL_TRY(after, stat_of(fd.get()));
    if (!content || !after.same_version(file.stat)) return std::optional<Hash256>{};
    if (file.note && file.note->content == *content) return content;
    if (is_held_first(file, *content)) return content;
    if (scan.has_found()) {
        is_held = true;
        return std::optional<Hash256>{};
    }

    const Sid sid = run.context.file_sid(file.path);
    const auto report = [&](std::uint32_t index, Bytes bytes) {
        return run.sink.piece({run.context.files, sid, *content, index, std::move(bytes)});
    };
    if (is_small) {
        if (only.empty()) return content;
        if (Status status = report(0, std::move(only)); !status) return status.error();
        return content;
    }
    SATCHEL_TRY(again, read_pieces(run, fd.get(), file.stat.size, report));
    SATCHEL_TRY(last, stat_of(fd.get()));
    if (again != content || !last.same_version(file.stat)) return std::optional<Hash256>{};
    return content;
}

}  // namespace

Result<CaptureOutcome> capture_opaque(const CaptureRun& run, const FoundFile& file) {
    const TreeContext& context = run.context;
    bool is_held = false;
    auto content = report_content(run, file, is_held);
    if (!content) {
        if (run.is_files_own(content.error())) return CaptureOutcome::unreadable;
        return std::move(content).error().at("capture " + file.path);
    }
    if (!*content) return is_held ? CaptureOutcome::held : CaptureOutcome::later;

    FileNote note;
    note.file_class = class_of(context, file);
    note.remember(file.stat);
    note.mode = travelling_mode(file.stat.mode);
    note.content = **content;
    // What never changes changed: the first version stands, the new one is this device's own.
    note.is_other = is_held_first(file, note.content);
    if (note.is_other) note.content = file.note->content;
    const bool is_same =
        file.note && file.note->content == note.content && file.note->mode == note.mode;
    if (!is_same && !note.is_other) {
        LocalRow row = file_row(context, file.path);
        row.is_present = true;
        if (note.file_class == FileClass::immutable) row.marker = core::first_wins_marker();
        row.edited_ms = file.stat.mtime_ns / 1'000'000;
        row.columns = in_column_order({
            {context.file_columns.path, core::Value::text(file.path)},
            {context.file_columns.file_class, core::Value::text(file_class_name(note.file_class))},
            {context.file_columns.content, Manifest{note.size, note.content}.encode()},
            {context.file_columns.mode, core::Value::integer(note.mode)},
        });
        if (Status status = run.sink.row(std::move(row)); !status) return status.error();
    }
    if (Status status = set_file_note(run.memory, file.path, note); !status) return status.error();
    if (Status status = run.sink.item_done(); !status) return status.error();
    return CaptureOutcome::done;
}

LocalRow file_row(const TreeContext& context, std::string_view path) {
    LocalRow row;
    row.collection = context.files;
    row.key = to_bytes(as_bytes(path));
    row.sid = context.file_sid(path);
    return row;
}

}  // namespace satchel::sources
