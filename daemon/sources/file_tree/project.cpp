// Which wanted rows concern which file, and what may not be written at all.

#include "daemon/sources/file_tree/project.h"

#include "daemon/sources/file_tree/begun_appends.h"
#include "daemon/sources/file_tree/document_keys.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/marks.h"
#include "daemon/sources/file_tree/tree_path.h"

#include <map>
#include <unordered_map>

namespace satchel::sources {

namespace {

constexpr const char* kSweptReason =
    "its file was deleted here and stays elsewhere; it comes back when the file does";

class Projection {
  public:
    Projection(const ProjectRun& run, std::span<const WantedRow> rows)
        : run_(run), rows_(rows), outcomes_(rows.size()) {}

    Result<std::vector<ProjectedRow>> project() {
        if (Status status = announce_appends(); !status) return status.error();
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (!is_place(i)) continue;
            if (Status status = take_place(i); !status) outcomes_[i] = outcome_of(status.error());
        }
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (is_place(i)) continue;
            const bool is_file = rows_[i].collection == run_.context.files;
            const bool is_lines = rows_[i].collection == run_.context.lines;
            const bool is_key = rows_[i].collection == run_.context.keys;
            if (!is_file && !is_lines && !is_key) outcomes_[i] = parked("not of this tree");
            // What is wrong with one item is that item's: others were written by now.
            Status status = ok();
            if (is_file) status = take_file(i);
            if (is_lines) status = take_extent(i);
            if (is_key) status = take_key(i);
            if (!status) outcomes_[i] = outcome_of(status.error());
        }
        for (Group& group : groups_) {
            const Status status = project_group(group);
            if (status) continue;
            if (group.file_index) outcomes_[*group.file_index] = outcome_of(status.error());
            for (const std::size_t i : group.extent_indexes)
                outcomes_[i] = outcome_of(status.error());
        }
        for (DocumentGroup& group : documents_) {
            const Status status = project_document_group(group);
            if (status) continue;
            if (group.file_index) outcomes_[*group.file_index] = outcome_of(status.error());
            for (const std::size_t i : group.part_indexes)
                outcomes_[i] = outcome_of(status.error());
        }
        return std::move(outcomes_);
    }

  private:
    struct Group {
        LinesJob job;
        std::optional<std::size_t> file_index;
        std::vector<std::size_t> extent_indexes;
    };

    struct DocumentGroup {
        DocumentJob job;
        std::optional<std::size_t> file_index;
        std::vector<std::size_t> part_indexes;
    };

    [[nodiscard]] bool is_place(std::size_t i) const {
        return run_.context.places.is_active() && rows_[i].collection == run_.context.projects;
    }

    Status announce_appends() {
        std::vector<Sid> files;
        for (const WantedRow& row : rows_) {
            if (row.collection != run_.context.lines || !row.is_present) continue;
            if (const auto file = file_of(row)) files.push_back(*file);
        }
        return appends_.announce(run_.memory, std::move(files));
    }

    /// Where others have a project: remembered for the day when it needs a place here.
    Status take_place(std::size_t i) {
        const WantedRow& row = rows_[i];
        Bytes key = row.key.value_or(Bytes());
        const auto& columns = run_.context.project_columns;
        const core::Value* identity = find_column(row.columns, columns.identity);
        const core::Value* place = find_column(row.columns, columns.place);
        const auto is_text = [](const core::Value* value) {
            return value != nullptr && value->kind() == core::ValueKind::text;
        };
        if (key.empty() && is_text(identity) && is_text(place))
            key = place_key(identity->as_text(), place->as_text());
        if (!row.is_present)
            return key.empty() ? ok() : run_.memory.erase_note(known_place_note_name(key));
        if (key.empty() || run_.context.ids.row(run_.context.projects, key) != row.sid) {
            outcomes_[i] = parked("its place is not understood");
            return ok();
        }
        outcomes_[i].key = key;
        return run_.memory.set_note(known_place_note_name(key), {});
    }

    /// True for what is not of the project that the run is limited to.
    [[nodiscard]] bool is_left(std::string_view path) const {
        if (run_.only.empty()) return false;
        const auto parts = run_.context.places.split(path);
        return !parts || parts->project != run_.only;
    }

    /// The path of a file's row, or nothing with the outcome set.
    Result<std::optional<std::string>> path_of(std::size_t i) {
        const WantedRow& row = rows_[i];
        const core::Value* name = find_column(row.columns, run_.context.file_columns.path);
        std::string path;
        if (row.key)
            path = as_text(*row.key);
        else if (name != nullptr && name->kind() == core::ValueKind::text)
            path = name->as_text();
        else if (row.is_present)
            outcomes_[i] = parked("waiting for its name");
        const std::optional<std::string> none;
        if (path.empty()) return none;
        if (const auto fault = find_path_fault(path))
            outcomes_[i] = parked(*fault);
        else if (run_.context.file_sid(path) != row.sid)
            outcomes_[i] = parked("its name does not match its identity");
        else if (classify(path, run_.context.settings.rules) == FileClass::never)
            outcomes_[i] = parked("files of this kind stay on each device");
        else if (is_left(path))
            outcomes_[i] = left();
        else if (row.is_present)
            return placed(i, path);
        else
            return std::optional<std::string>{path};
        return none;
    }

    Result<std::optional<std::string>> placed(std::size_t i, const std::string& path) {
        SATCHEL_TRY(fault, run_.places.place(path));
        if (!fault) return std::optional<std::string>{path};
        outcomes_[i] = parked(*fault);
        return std::optional<std::string>{};
    }

    /// Why a file that is not here is not written here.
    Result<std::optional<std::string>> why_kept(const WantedRow& row,
                                                const std::string& path,
                                                bool is_known) {
        std::optional<std::string> why;
        if (is_known) return why;
        const core::Value* word = find_column(row.columns, run_.context.file_columns.file_class);
        const bool is_archive = word != nullptr && word->kind() == core::ValueKind::text &&
                                word->as_text() == file_class_name(FileClass::archive);
        const FileClass by_rule = classify(path, run_.context.settings.rules);
        if (is_archive || by_rule == FileClass::archive)
            why = "kept in the archive; satchelctl source restore writes it out";
        SATCHEL_TRY(is_swept, is_swept_here(row.sid));
        if (is_swept) why = kSweptReason;
        return why;
    }

    /// True for a file that went here, is not back and stays elsewhere.
    Result<bool> is_swept_here(const Sid& file) {
        SATCHEL_TRY(path, run_.memory.note(swept_note_name(file)));
        if (!path) return false;
        SATCHEL_TRY(stat, run_.root.find(std::string(as_text(*path))));
        return !stat.has_value();
    }

    Status take_file(std::size_t i) {
        const WantedRow& row = rows_[i];
        SATCHEL_TRY(path, path_of(i));
        if (!path) return ok();
        SATCHEL_TRY(note, find_file_note(run_.memory, *path));
        SATCHEL_TRY(kept, why_kept(row, *path, note.has_value()));
        if (kept) {
            outcomes_[i] = row.is_present ? stored(*kept) : ProjectedRow{};
            return ok();
        }
        const core::Value* name = find_column(row.columns, run_.context.file_columns.file_class);
        const bool has_name = name != nullptr && name->kind() == core::ValueKind::text;
        const FileClass here =
            note ? note->file_class : classify(*path, run_.context.settings.rules);
        const auto there = has_name ? find_file_class(name->as_text()) : std::optional(here);
        // A document written whole would bring along what its rules keep out.
        const bool is_one_kind = there && is_document(*there) == is_document(here) &&
                                 (!is_document(here) || *there == here);
        if (!is_one_kind) {
            outcomes_[i] = parked("it is a file of another kind on this device");
            return ok();
        }
        if (is_document(here)) {
            DocumentGroup& group = document_of(row.sid);
            group.job.path = *path;
            group.job.file_row = &row;
            group.file_index = i;
            return ok();
        }
        if (const auto why = run_.why_waiting(*path)) {
            outcomes_[i] = {Outcome::deferred, *why, std::nullopt, {}};
            return ok();
        }
        bool is_lines = note && note->file_class == FileClass::lines;
        if (!note && has_name) is_lines = *there == FileClass::lines;
        if (is_lines) {
            Group& group = group_of(row.sid);
            group.job.path = *path;
            group.job.file_row = &row;
            group.file_index = i;
            return ok();
        }
        SATCHEL_TRY(outcome, project_opaque(run_, *path, row));
        outcomes_[i] = std::move(outcome);
        return ok();
    }

    /// The file that an extent belongs to.
    [[nodiscard]] std::optional<Sid> file_of(const WantedRow& extent) const {
        std::optional<Sid> file;
        const core::Value* value = find_column(extent.columns, run_.context.line_columns.file);
        if (extent.key && extent.key->size() == 2 * Sid::kSize)
            file = Sid::from(ByteView(*extent.key).first(Sid::kSize));
        else if (value != nullptr && value->kind() == core::ValueKind::reference)
            file = value->as_reference();
        return file;
    }

    Status take_extent(std::size_t i) {
        const WantedRow& row = rows_[i];
        const std::optional<Sid> file = file_of(row);
        if (!file) {
            if (row.is_present) outcomes_[i] = parked("its lines are not understood");
            return ok();
        }
        SATCHEL_TRY(is_swept, is_swept_here(*file));
        if (is_swept) {
            outcomes_[i] = row.is_present ? stored(kSweptReason) : ProjectedRow{};
            return appends_.skip(run_.memory, *file);
        }
        Group& group = group_of(*file);
        group.job.extents.push_back(&row);
        group.extent_indexes.push_back(i);
        return ok();
    }

    Status take_key(std::size_t i) {
        const WantedRow& row = rows_[i];
        std::optional<Sid> file;
        const core::Value* value = find_column(row.columns, run_.context.key_columns.file);
        const auto name = row.key ? KeyName::decode(*row.key) : std::nullopt;
        if (name)
            file = run_.context.file_sid(name->path);
        else if (value != nullptr && value->kind() == core::ValueKind::reference)
            file = value->as_reference();
        if (!file) {
            if (row.is_present) outcomes_[i] = parked("its document is not understood");
            return ok();
        }
        SATCHEL_TRY(is_swept, is_swept_here(*file));
        if (is_swept) {
            outcomes_[i] = row.is_present ? stored(kSweptReason) : ProjectedRow{};
            return ok();
        }
        DocumentGroup& group = document_of(*file);
        group.job.parts.push_back(&row);
        group.part_indexes.push_back(i);
        return ok();
    }

    DocumentGroup& document_of(const Sid& file) {
        const auto [at, is_new] = document_at_.try_emplace(file, documents_.size());
        if (is_new) documents_.emplace_back().job.file = file;
        return documents_[at->second];
    }

    Status project_document_group(DocumentGroup& group) {
        if (group.job.path.empty()) {
            SATCHEL_TRY(path, run_.memory.note(path_note_name(group.job.file)));
            if (path) group.job.path = as_text(*path);
        }
        SATCHEL_TRY(outcome, project_document(run_, group.job));
        if (group.file_index) outcomes_[*group.file_index] = std::move(outcome.file);
        for (std::size_t i = 0; i < group.part_indexes.size(); ++i)
            outcomes_[group.part_indexes[i]] = std::move(outcome.parts[i]);
        return ok();
    }

    Group& group_of(const Sid& file) {
        const auto [at, is_new] = group_at_.try_emplace(file, groups_.size());
        if (is_new) {
            groups_.emplace_back();
            groups_.back().job.file = file;
        }
        return groups_[at->second];
    }

    Status project_group(Group& group) {
        if (group.job.path.empty()) {
            SATCHEL_TRY(path, run_.memory.note(path_note_name(group.job.file)));
            if (path) group.job.path = as_text(*path);
        }
        // Lines whose file is not known here wait for it anyway.
        if (!run_.only.empty() && (group.job.path.empty() || is_left(group.job.path))) {
            if (group.file_index) outcomes_[*group.file_index] = left();
            for (const std::size_t i : group.extent_indexes) outcomes_[i] = left();
            return appends_.skip(run_.memory, group.job.file);
        }
        group.job.may_be_cut_off = appends_.was_left_open(group.job.file);
        SATCHEL_TRY(outcome, project_lines(run_, group.job));
        if (!outcome.may_be_cut_off) {
            if (Status status = appends_.close(run_.memory, group.job.file); !status) return status;
        }
        if (group.file_index) outcomes_[*group.file_index] = std::move(outcome.file);
        for (std::size_t i = 0; i < group.extent_indexes.size(); ++i)
            outcomes_[group.extent_indexes[i]] = std::move(outcome.extents[i]);
        return ok();
    }

    const ProjectRun& run_;
    std::span<const WantedRow> rows_;
    std::vector<ProjectedRow> outcomes_;
    BegunAppends appends_;
    std::vector<Group> groups_;
    std::unordered_map<Sid, std::size_t> group_at_;
    std::vector<DocumentGroup> documents_;
    std::unordered_map<Sid, std::size_t> document_at_;
};

}  // namespace

Result<std::vector<ProjectedRow>> FileTree::project(std::span<const WantedRow> rows,
                                                    Memory& memory) {
    // A folder that lost everything may be the place of a disk that is not there: nothing is put
    // into it before a capture has understood.
    SATCHEL_TRY(root, open_filled_root(memory));
    PlaceFinder places(context_, root, memory);
    const ProjectRun run{context_, root, memory, dirty_, places, gate_, only_};
    // Marks first: they say what else is written.
    std::map<std::size_t, ProjectedRow> marked;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].collection != context_.marks) continue;
        SATCHEL_TRY(outcome, project_mark(context_, rows[i], memory));
        marked.emplace(i, std::move(outcome));
    }
    if (Status status = load_marks(memory); !status) return status.error();
    SATCHEL_TRY(outcomes, Projection(run, rows).project());
    for (auto& [i, outcome] : marked) outcomes[i] = std::move(outcome);
    return outcomes;
}

}  // namespace satchel::sources
