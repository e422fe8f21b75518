// Showing files of whole content: one sibling of it.
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/project.h"
#include "daemon/sources/file_tree/tree_path.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources {

namespace {

class OpaqueProjection {
  public:
    OpaqueProjection(const ProjectRun& run, const std::string& path, const WantedRow& row)
        : run_(run), path_(path), row_(row) {}

    Result<ProjectedRow> project() {
        SATCHEL_TRY(current, look_at_current(run_, path_));
        current_ = std::move(current);
        if (!current_.is_current) {
            run_.dirty.insert(path_);
            return changed_meanwhile();
        }
        return row_.is_present ? write() : remove();
    }

  private:
    Result<ProjectedRow> remove() {
        if (!current_.note) return ProjectedRow{};
        if (Status status = run_.context.backup(run_.root.local(path_)); !status)
            return outcome_of(status.error());
        SATCHEL_TRY(written, remove_file(run_.root, path_, *current_.stat));
        if (written.outcome != WriteOutcome::done) return outcome_of(written.outcome);
        if (Status status = run_.memory.erase_note(file_note_name(path_)); !status)
            return status.error();
        if (Status status = prune_parents(run_, path_); !status) return status.error();
        ProjectedRow result;
        result.displaced = held_values();
        return result;
    }

    Result<ProjectedRow> write() {
        FileNote next = current_.note.value_or(FileNote{});
        const core::Value* mode = find_column(row_.columns, run_.context.file_columns.mode);
        if (mode != nullptr && mode->kind() == core::ValueKind::integer)
            next.mode = (mode->as_integer() & 0100) != 0 ? 0700 : 0600;
        const core::Value* value = find_column(row_.columns, run_.context.file_columns.content);
        std::optional<Manifest> manifest;
        if (value != nullptr) manifest = Manifest::decode(*value);
        if (value != nullptr && !manifest) return parked("its content is not understood");
        if (!manifest && !current_.note) return parked("waiting for its content");
        const bool is_new_content =
            manifest && (!current_.note || manifest->content != current_.note->content);

        const FileLook look{next.mode, std::min(row_.stamp.time_ms(), run_.context.clock.now_ms())};
        auto written = is_new_content ? write_content(*manifest, look)
                                      : set_file_mode(run_.root, path_, *current_.stat, next.mode);
        if (!written) return outcome_of(written.error());
        if (written->outcome != WriteOutcome::done) return outcome_of(written->outcome);
        if (is_new_content) {
            next.content = manifest->content;
            next.is_other = false;
        }
        next.file_class = file_class();
        next.remember(written->stat);
        if (Status status = set_file_note(run_.memory, path_, next); !status) return status.error();
        ProjectedRow result;
        result.key = to_bytes(as_bytes(path_));
        if (current_.note) result.displaced = held_values();
        std::erase_if(result.displaced, [&](const core::ColumnValue& cell) {
            const core::Value* wanted = find_column(row_.columns, cell.column);
            return wanted == nullptr || *wanted == cell.value;
        });
        return result;
    }

    /// As the note says; of a new file, as the row says.
    [[nodiscard]] FileClass file_class() const {
        if (current_.note) return current_.note->file_class;
        const core::Value* word = find_column(row_.columns, run_.context.file_columns.file_class);
        std::optional<FileClass> named;
        if (word != nullptr && word->kind() == core::ValueKind::text)
            named = find_file_class(word->as_text());
        return named && is_whole_content(*named) ? *named : FileClass::opaque;
    }

    Result<Written> write_content(const Manifest& manifest, const FileLook& look) {
        // A look at all pieces first, so that nothing is written in vain.
        for (std::uint32_t i = 0; i < manifest.count_pieces(); ++i) {
            SATCHEL_TRY(piece, run_.memory.piece(row_.sid, manifest.content, i));
            if (!piece) return Error{ErrorCode::not_found, "waiting for its content"};
        }
        if (current_.stat) {
            if (Status status = run_.context.backup(run_.root.local(path_)); !status)
                return status.error();
            if (Status status = keep_conflicting_content(); !status) return status.error();
        } else if (Status status = make_parents(run_, path_); !status) {
            return status.error();
        }
        const auto content = [&](const std::function<Status(ByteView)>& write) {
            return copy_pieces(manifest, write);
        };
        return write_file(run_.root, path_, current_.stat, look, content);
    }

    /// The content about to go is the other side of a conflict when the state still has it. Mostly
    /// the engine had it kept, durable, before it let us write; see keep_content().
    Status keep_conflicting_content() {
        const auto row = run_.memory.find_row(run_.context.files, row_.sid);
        if (!row) return row.error();
        const Manifest old{current_.note->size, current_.note->content};
        const std::uint64_t hash = old.encode().hash();
        const bool is_sibling =
            *row && std::ranges::any_of((*row)->siblings, [&](const core::Sibling& sibling) {
                return sibling.column == run_.context.file_columns.content &&
                       sibling.value_hash == hash;
            });
        if (!is_sibling || current_.note->is_other) return ok();
        return keep_file(run_.context, run_.root, path_, *current_.note, run_.memory);
    }

    Status copy_pieces(const Manifest& manifest, const std::function<Status(ByteView)>& write) {
        ContentHash hasher(run_.context.hash);
        for (std::uint32_t i = 0; i < manifest.count_pieces(); ++i) {
            SATCHEL_TRY(piece, run_.memory.piece(row_.sid, manifest.content, i));
            if (!piece) return Error{ErrorCode::not_found, "waiting for its content"};
            hasher.add(*piece);
            if (Status status = write(*piece); !status) return status;
        }
        if (hasher.finish() != manifest.content)
            return Error{ErrorCode::corrupt, "its content does not match its hash"};
        return ok();
    }

    [[nodiscard]] std::vector<core::ColumnValue> held_values() const {
        const auto& columns = run_.context.file_columns;
        const FileNote& note = *current_.note;
        return in_column_order({
            {columns.path, core::Value::text(path_)},
            {columns.file_class, core::Value::text(file_class_name(note.file_class))},
            {columns.content, Manifest{note.size, note.content}.encode()},
            {columns.mode, core::Value::integer(note.mode)},
        });
    }

    const ProjectRun& run_;
    const std::string& path_;
    const WantedRow& row_;
    CurrentFile current_;
};

}  // namespace

Status keep_file(const TreeContext& context,
                 const TreeDir& root,
                 const std::string& path,
                 const FileNote& note,
                 Memory& memory) {
    const Manifest manifest{note.size, note.content};
    const Sid sid = context.file_sid(path);
    SATCHEL_TRY(file, root.open_file(path));
    SATCHEL_TRY(stat, stat_of(file.get()));
    if (!note.describes(stat)) return Error{ErrorCode::busy, "keep '" + path + "': it changed"};
    for (std::uint32_t i = 0; i < manifest.count_pieces(); ++i) {
        SATCHEL_TRY(kept, memory.piece(sid, manifest.content, i));
        if (kept) continue;
        const std::uint64_t offset = std::uint64_t{i} * limits::kExtentBytesMax;
        SATCHEL_TRY(bytes, read_at(file.get(), offset, limits::kExtentBytesMax));
        const Piece piece{context.files, sid, manifest.content, i, std::move(bytes)};
        if (Status status = memory.keep_piece(piece); !status) return status;
    }
    return ok();
}

Status FileTree::keep_content(CollectionId collection, ByteView key, Memory& memory) {
    if (collection != context_.files) return ok();
    const std::string path(as_text(key));
    SATCHEL_TRY(note, find_file_note(memory, path));
    if (!note || !is_whole_content(note->file_class) || note->is_other) return ok();
    SATCHEL_TRY(root, open_root(memory));
    return keep_file(context_, root, path, *note, memory);
}

Result<bool> FileTree::is_intact(CollectionId collection, ByteView key, Memory& memory) {
    if (collection != context_.files) return true;
    const std::string path(as_text(key));
    SATCHEL_TRY(note, find_file_note(memory, path));
    if (!note || !is_whole_content(note->file_class) || note->is_other) return true;
    SATCHEL_TRY(root, open_root(memory));
    SATCHEL_TRY(file, root.open_file(path));
    ContentHash hasher(context_.hash);
    std::uint64_t size = 0;
    while (true) {
        SATCHEL_TRY(bytes, read_at(file.get(), size, limits::kExtentBytesMax));
        if (bytes.empty()) break;
        hasher.add(bytes);
        size += bytes.size();
    }
    return size == note->size && hasher.finish() == note->content;
}

Result<ProjectedRow> project_opaque(const ProjectRun& run,
                                    const std::string& path,
                                    const WantedRow& row) {
    auto result = OpaqueProjection(run, path, row).project();
    if (result) return result;
    return outcome_of(result.error());
}

Result<CurrentFile> look_at_current(const ProjectRun& run, const std::string& path) {
    CurrentFile current;
    SATCHEL_TRY(note, find_file_note(run.memory, path));
    SATCHEL_TRY(stat, run.root.find(path));
    if (stat && stat->kind != FileKind::regular)
        return Error{ErrorCode::refused, "a folder or link has its name"};
    if (stat && (!stat->is_ours || !stat->is_single))
        return Error{ErrorCode::refused, "the file has several names or another owner"};
    current.is_current = note.has_value() == stat.has_value() && (!note || note->describes(*stat));
    current.note = std::move(note);
    current.stat = stat;
    return current;
}

Status make_parents(const ProjectRun& run, const std::string& path) {
    SATCHEL_TRY(made, make_folders(run.root, split_path(path).first));
    for (const std::string& folder : made)
        if (Status status = run.memory.set_note(folder_note_name(folder), {}); !status)
            return status;
    return ok();
}

Status prune_parents(const ProjectRun& run, const std::string& path) {
    std::string folder(split_path(path).first);
    while (!folder.empty()) {
        SATCHEL_TRY(is_ours, run.memory.note(folder_note_name(folder)));
        if (!is_ours || !remove_empty_folder(run.root, folder)) break;
        if (Status status = run.memory.erase_note(folder_note_name(folder)); !status) return status;
        folder = std::string(split_path(folder).first);
    }
    return ok();
}

ProjectedRow outcome_of(const Error& error) {
    const bool can_help_later = error_row(error.code).retry == Retry::later;
    return {can_help_later ? Outcome::deferred : Outcome::parked, error.message, std::nullopt, {}};
}

ProjectedRow outcome_of(WriteOutcome outcome) {
    if (outcome == WriteOutcome::open)
        return {Outcome::deferred, "another program has it open", std::nullopt, {}};
    return changed_meanwhile();
}

}  // namespace satchel::sources
