// A file that is gone takes its rows along: its extents or values, then its own.
#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/extent_index.h"

namespace satchel::sources {

Status capture_missing(const CaptureRun& run, std::string_view path, const FileNote& note) {
    const TreeContext& context = run.context;
    const UnixMs now_ms = context.clock.now_ms();
    if (note.file_class == FileClass::lines) {
        const Sid file = context.file_sid(path);
        SATCHEL_TRY(index, ExtentIndex::load(run.memory, file));
        for (const IndexEntry& entry : index.entries()) {
            LocalRow row;
            row.collection = context.lines;
            row.key = TreeContext::extent_key(file, entry.sid);
            row.sid = entry.sid;
            row.edited_ms = now_ms;
            if (Status status = run.sink.row(std::move(row)); !status) return status;
        }
        if (Status status = index.replace(run.memory, {}); !status) return status;
        if (Status status = run.memory.erase_note(path_note_name(file)); !status) return status;
    }
    if (is_document(note.file_class))
        if (Status status = capture_missing_keys(run, path); !status) return status;
    LocalRow row = file_row(context, path);
    row.edited_ms = now_ms;
    if (Status status = run.sink.row(std::move(row)); !status) return status;
    if (Status status = run.memory.erase_note(file_note_name(path)); !status) return status;
    return run.sink.item_done();
}

}  // namespace satchel::sources
