// Settings documents: wanted values are spliced into the local text, whose comments, order and
// formatting stay. Each value is judged alone: what is a secret or local here is not written.

#include "daemon/sources/file_tree/document_keys.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/project.h"

#include <algorithm>

namespace satchel::sources {

namespace {

constexpr std::string_view kSecretStays = "it looks like a secret; secrets stay on each device";
constexpr std::string_view kLocalStays = "settings of this kind stay on each device";
constexpr std::string_view kSecretHere = "what this device has in its place is a secret";

class DocumentProjection {
  public:
    DocumentProjection(const ProjectRun& run, const DocumentJob& job) : run_(run), job_(job) {
        outcome_.parts.resize(job.parts.size());
    }

    Result<DocumentOutcome> project() {
        if (job_.path.empty()) return settle_unknown();
        SATCHEL_TRY(current, look_at_current(run_, job_.path));
        current_ = std::move(current);
        if (!current_.is_current) return changed();
        const FileClass here = classify(job_.path, run_.context.settings.rules);
        const FileClass file_class = current_.note ? current_.note->file_class : here;
        if (!is_document(file_class)) return all(parked("it is no settings document here"));
        note_ = current_.note.value_or(FileNote{});
        note_.file_class = file_class;
        kind_ = document_kind(run_.context, job_.path, file_class);
        std::string text;
        FileStat stat;
        if (current_.stat) {
            SATCHEL_TRY(read, read_document(run_.root, job_.path, stat));
            if (!stat.same_version(*current_.stat)) return changed();
            text = std::move(read);
        }
        auto document = documents::Document::parse(kind_.syntax, text);
        if (!document) return all({Outcome::deferred, document.error().message, {}, {}});
        document_ = std::move(*document);
        before_ = list_rows(run_.context, kind_, job_.path, *document_);
        return change(text);
    }

  private:
    struct Change {
        std::size_t part = 0;
        KeyName name;
        documents::Pointer pointer;
        std::optional<std::string> value;  ///< nothing: it shall go
    };

    DocumentOutcome all(const ProjectedRow& row) {
        outcome_.file = row;
        std::ranges::fill(outcome_.parts, row);
        return outcome_;
    }

    DocumentOutcome changed() {
        run_.dirty.insert(job_.path);
        return all(changed_meanwhile());
    }

    DocumentOutcome settle_unknown() {
        for (std::size_t i = 0; i < job_.parts.size(); ++i)
            if (job_.parts[i]->is_present) outcome_.parts[i] = parked("waiting for its file");
        return outcome_;
    }

    Result<DocumentOutcome> change(const std::string& text) {
        take_file_row();
        std::vector<Change> changes;
        for (std::size_t i = 0; i < job_.parts.size(); ++i)
            if (auto one = read_part(i)) changes.push_back(std::move(*one));
        // What goes makes room first; then outer values before inner ones, the same everywhere.
        std::ranges::stable_sort(changes, [](const Change& left, const Change& right) {
            if (left.value.has_value() != right.value.has_value()) return !left.value.has_value();
            return left.name.pointer < right.name.pointer;
        });
        for (const Change& one : changes) apply(one);
        after_ = list_rows(run_.context, kind_, job_.path, *document_);
        const bool has_changed = document_->text() != text;
        const bool shall_go = note_.is_row_gone && after_.rows.empty() && is_bare();
        const bool is_written = has_changed || (shall_go && current_.stat);
        if (const auto why = is_written ? run_.why_waiting(job_.path) : std::nullopt) {
            // Its values can be judged and told meanwhile.
            if (Status status = remember_path(); !status) return status.error();
            return all({Outcome::deferred, *why, std::nullopt, {}});
        }
        if (shall_go && current_.stat) return remove();
        if (note_.is_row_gone && !after_.rows.empty()) run_.dirty.insert(job_.path);
        if (has_changed) {
            SATCHEL_TRY(written, write());
            if (written.outcome != WriteOutcome::done) return all(outcome_of(written.outcome));
            note_.remember(written.stat);
            note_.mode = travelling_mode(written.stat.mode);
        }
        if (Status status = remember(has_changed); !status) return status.error();
        return outcome_;
    }

    void take_file_row() {
        if (job_.file_row == nullptr) return;
        note_.is_row_gone = !job_.file_row->is_present;
        if (job_.file_row->is_present) outcome_.file.key = to_bytes(as_bytes(job_.path));
    }

    /// The change a row asks for; nothing when there is none, its outcome set.
    std::optional<Change> read_part(std::size_t i) {
        const WantedRow& row = *job_.parts[i];
        ProjectedRow& outcome = outcome_.parts[i];
        const auto& columns = run_.context.key_columns;
        const core::Value* value = find_column(row.columns, columns.value);
        Change change;
        change.part = i;
        const auto name = name_of(row);
        const auto pointer = name ? documents::parse_pointer(name->pointer) : std::nullopt;
        if (!pointer || pointer->empty()) {
            if (row.is_present) outcome = parked("its place in the document is not understood");
            return std::nullopt;
        }
        change.name = *name;
        change.pointer = *pointer;
        if (row.is_present) outcome.key = name->encode();
        if (row.is_present && value == nullptr) return std::nullopt;
        if (row.is_present) change.value = value->as_text();
        if (const auto why = find_objection(row.sid, change)) {
            outcome = parked(std::string(*why));
            return std::nullopt;
        }
        return change;
    }

    std::optional<KeyName> name_of(const WantedRow& row) {
        if (row.key) return KeyName::decode(*row.key);
        const auto& columns = run_.context.key_columns;
        const core::Value* pointer = find_column(row.columns, columns.pointer);
        const core::Value* value = find_column(row.columns, columns.value);
        const bool is_good = pointer != nullptr && value != nullptr &&
                             pointer->kind() == core::ValueKind::text &&
                             value->kind() == core::ValueKind::text;
        if (!is_good) return std::nullopt;
        KeyName name{job_.path, std::string(pointer->as_text()), std::nullopt};
        if (key_sid(run_.context, name) == row.sid) return name;
        name.element = value->as_text();
        if (key_sid(run_.context, name) == row.sid) return name;
        return std::nullopt;
    }

    /// Why the change is not made here.
    std::optional<std::string_view> find_objection(const Sid& sid, const Change& change) const {
        const bool is_set_here = is_set(*kind_.rules, change.name.pointer);
        if (change.name.path != job_.path) return "it belongs to another file";
        if (change.name.element && !is_set_here) return "it is no list of this kind here";
        if (change.name.element && change.value && change.value != change.name.element)
            return "its value does not match its identity";
        if (!change.name.element && is_set_here && change.value && change.value->starts_with('['))
            return "this list is merged by elements here";
        if (const auto held = before_.held_back.find(sid); held != before_.held_back.end())
            return held->second == KeyFate::secret ? kSecretHere : kLocalStays;
        if (before_.staying.contains(std::string(whole_of(*kind_.rules, change.name.pointer))))
            return kLocalStays;
        if (!change.value) return std::nullopt;
        const KeyFate fate = fate_of(*kind_.rules,
                                     run_.context.settings.secret_exceptions,
                                     change.name.pointer,
                                     *change.value);
        if (fate == KeyFate::secret) return kSecretStays;
        if (fate == KeyFate::local) return kLocalStays;
        return std::nullopt;
    }

    void apply(const Change& change) {
        Status status = ok();
        const auto& element = change.name.element;
        if (element && change.value)
            status = document_->add_element(change.pointer, *element);
        else if (element)
            status = document_->remove_element(change.pointer, *element);
        else if (change.value)
            status = document_->set(change.pointer, *change.value);
        else
            status = document_->remove(change.pointer);
        if (!status) {
            outcome_.parts[change.part] = parked(status.error().message);
            return;
        }
        const Sid& sid = job_.parts[change.part]->sid;
        const auto old = before_.rows.find(sid);
        if (old == before_.rows.end()) return;
        auto& displaced = outcome_.parts[change.part].displaced;
        if (!change.value)
            displaced = key_columns_of(run_.context, old->second);
        else if (old->second.value != *change.value)
            displaced = {{run_.context.key_columns.value, core::Value::text(old->second.value)}};
    }

    /// True when nothing is left that anybody would miss.
    [[nodiscard]] bool is_bare() const {
        return document_->leaves().empty() &&
               document_->text().find_first_not_of("{} \t\r\n") == std::string::npos;
    }

    Result<DocumentOutcome> remove() {
        if (Status status = run_.context.backup(run_.root.local(job_.path)); !status)
            return all(outcome_of(status.error()));
        SATCHEL_TRY(written, remove_file(run_.root, job_.path, *current_.stat));
        if (written.outcome != WriteOutcome::done) return all(outcome_of(written.outcome));
        if (Status status = remember_keys(); !status) return status.error();
        for (const Bytes& name : {path_note_name(job_.file), file_note_name(job_.path)})
            if (Status status = run_.memory.erase_note(name); !status) return status.error();
        if (Status status = prune_parents(run_, job_.path); !status) return status.error();
        return outcome_;
    }

    Result<Written> write() {
        if (current_.stat) {
            if (Status status = run_.context.backup(run_.root.local(job_.path)); !status)
                return status.error();
        } else if (Status status = make_parents(run_, job_.path); !status) {
            return status.error();
        }
        core::Stamp latest;
        for (const WantedRow* row : job_.parts) latest = std::max(latest, row->stamp);
        const UnixMs now_ms = run_.context.clock.now_ms();
        UnixMs mtime_ms = std::min(latest.time_ms(), now_ms);
        // Never older than it was: programs look at the time to see a change.
        if (current_.stat) mtime_ms = std::max(mtime_ms, current_.stat->mtime_ns / 1'000'000 + 1);
        const FileLook look{current_.stat ? travelling_mode(current_.stat->mode) : 0600, mtime_ms};
        return write_file(run_.root,
                          job_.path,
                          current_.stat,
                          look,
                          [&](const std::function<Status(ByteView)>& put) {
                              return put(as_bytes(document_->text()));
                          });
    }

    /// Notes which values the document holds now.
    Status remember_keys() {
        for (const auto& [sid, row] : after_.rows)
            if (!before_.rows.contains(sid))
                if (Status status =
                        run_.memory.set_note(key_note_name(job_.file, &sid), row.name.encode());
                    !status)
                    return status;
        for (const auto& [sid, row] : before_.rows) {
            const bool stays = after_.rows.contains(sid) || after_.held_back.contains(sid);
            if (stays) continue;
            if (Status status = run_.memory.erase_note(key_note_name(job_.file, &sid)); !status)
                return status;
        }
        return ok();
    }

    Status remember_path() {
        return run_.memory.set_note(path_note_name(job_.file), as_bytes(job_.path));
    }

    Status remember(bool has_changed) {
        if (Status status = remember_path(); !status) return status;
        if (!current_.stat && !has_changed) return ok();  // its values are still to come
        if (Status status = remember_keys(); !status) return status;
        return set_file_note(run_.memory, job_.path, note_);
    }

    const ProjectRun& run_;
    const DocumentJob& job_;
    DocumentOutcome outcome_;
    CurrentFile current_;
    FileNote note_;
    DocumentKind kind_;
    std::optional<documents::Document> document_;
    DocumentRows before_;
    DocumentRows after_;
};

}  // namespace

Result<DocumentOutcome> project_document(const ProjectRun& run, const DocumentJob& job) {
    auto result = DocumentProjection(run, job).project();
    if (result) return result;
    DocumentOutcome outcome;
    outcome.file = outcome_of(result.error());
    outcome.parts.assign(job.parts.size(), outcome.file);
    return outcome;
}

}  // namespace satchel::sources
