// Settings documents: each value that travels is a row. A document that does not parse says
// nothing: a person is editing it, and what is missing from it is not deleted.

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/document_keys.h"

namespace satchel::sources {

namespace {

class DocumentCapture {
  public:
    DocumentCapture(const CaptureRun& run, const FoundFile& file, FileClass file_class)
        : run_(run),
          file_(file),
          file_class_(file_class),
          sid_(run.context.file_sid(file.path)),
          edited_ms_(file.stat.mtime_ns / 1'000'000) {}

    Status run(const documents::Document& document) {
        const TreeContext& context = run_.context;
        const DocumentKind kind = document_kind(context, file_.path, file_class_);
        const DocumentRows found = list_rows(context, kind, file_.path, document);
        SATCHEL_TRY(noted, list_noted_keys(run_.memory, sid_));
        if (found.rows.empty() && !noted.empty() && keeps_deleted()) return forget(noted);
        if (Status status = report_file(!found.rows.empty()); !status) return status;
        for (const auto& [sid, row] : found.rows) {
            if (Status status = report(sid, &row, row.name); !status) return status;
            if (noted.contains(sid)) continue;
            const Bytes name = key_note_name(sid_, &sid);
            if (Status status = run_.memory.set_note(name, row.name.encode()); !status)
                return status;
        }
        for (const auto& [sid, name] : noted) {
            // A value that became a secret stays here as it is, and elsewhere as it was.
            if (found.rows.contains(sid) || found.held_back.contains(sid)) continue;
            if (Status status = report(sid, nullptr, name); !status) return status;
            if (Status status = run_.memory.erase_note(key_note_name(sid_, &sid)); !status)
                return status;
        }
        return save();
    }

  private:
    [[nodiscard]] bool keeps_deleted() const {
        const FileRule* rule = find_rule(file_.path, run_.context.settings.rules);
        return rule != nullptr && rule->keeps_deleted;
    }

    /// A program that makes its settings anew deletes nobody else's: as for a file that is gone.
    Status forget(const std::map<Sid, KeyName>& noted) {
        const Bytes swept = swept_note_name(sid_);
        if (Status status = run_.memory.set_note(swept, as_bytes(file_.path)); !status)
            return status;
        for (const auto& [sid, name] : noted)
            if (Status status = run_.memory.erase_note(key_note_name(sid_, &sid)); !status)
                return status;
        return save();
    }

    /// A document that has nothing to tell is no item of others.
    Status report_file(bool has_rows) {
        const auto& columns = run_.context.file_columns;
        LocalRow row = file_row(run_.context, file_.path);
        row.is_present = has_rows;
        row.edited_ms = edited_ms_;
        if (has_rows)
            row.columns = in_column_order({
                {columns.path, core::Value::text(file_.path)},
                {columns.file_class, core::Value::text(file_class_name(file_class_))},
                {columns.mode, core::Value::integer(kDocumentMode)},
            });
        return run_.sink.row(std::move(row));
    }

    Status report(const Sid& sid, const KeyValue* value, const KeyName& name) {
        LocalRow row;
        row.collection = run_.context.keys;
        row.key = name.encode();
        row.sid = sid;
        row.edited_ms = edited_ms_;
        row.is_present = value != nullptr;
        if (value != nullptr) row.columns = key_columns_of(run_.context, *value);
        return run_.sink.row(std::move(row));
    }

    Status save() {
        FileNote note;
        note.file_class = file_class_;
        note.remember(file_.stat);
        note.mode = travelling_mode(file_.stat.mode);
        if (Status status = set_file_note(run_.memory, file_.path, note); !status) return status;
        const Bytes name = path_note_name(sid_);
        if (Status status = run_.memory.set_note(name, as_bytes(file_.path)); !status)
            return status;
        return run_.sink.item_done();
    }

    const CaptureRun& run_;
    const FoundFile& file_;
    FileClass file_class_;
    Sid sid_;
    UnixMs edited_ms_;
};

}  // namespace

Result<CaptureOutcome> capture_document(const CaptureRun& run,
                                        const FoundFile& file,
                                        FileClass file_class) {
    FileStat stat;
    auto text = read_document(run.root, file.path, stat);
    if (text && !stat.same_version(file.stat)) return CaptureOutcome::later;
    const bool is_too_large = !text && text.error().code == ErrorCode::too_large;
    if (!text && !is_too_large) {
        if (!run.is_files_own(text.error())) return std::move(text).error().at("capture");
        return text.error().code == ErrorCode::busy ? CaptureOutcome::later
                                                    : CaptureOutcome::unreadable;
    }
    const DocumentKind kind = document_kind(run.context, file.path, file_class);
    auto document = text ? documents::Document::parse(kind.syntax, *text)
                         : Result<documents::Document>(std::move(text).error());
    if (!document) {
        run.unparsed.insert_or_assign(file.path, document.error().message);
        return CaptureOutcome::done;
    }
    run.unparsed.erase(file.path);
    if (Status status = DocumentCapture(run, file, file_class).run(*document); !status)
        return std::move(status).error().at("capture " + file.path);
    return CaptureOutcome::done;
}

Status capture_missing_keys(const CaptureRun& run, std::string_view path) {
    const Sid file = run.context.file_sid(path);
    SATCHEL_TRY(noted, list_noted_keys(run.memory, file));
    for (const auto& [sid, name] : noted) {
        LocalRow row;
        row.collection = run.context.keys;
        row.key = name.encode();
        row.sid = sid;
        row.edited_ms = run.context.clock.now_ms();
        if (Status status = run.sink.row(std::move(row)); !status) return status;
        if (Status status = run.memory.erase_note(key_note_name(file, &sid)); !status)
            return status;
    }
    return run.memory.erase_note(path_note_name(file));
}

}  // namespace satchel::sources
