// Files of lines: the extents that are known decide what a file shows (line_view.h). New lines at
// the end are appended in one write; anything else replaces the file.

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/extent_index.h"
#include "daemon/sources/file_tree/line_candidates.h"
#include "daemon/sources/file_tree/local_form.h"
#include "daemon/sources/file_tree/own_lines.h"
#include "daemon/sources/file_tree/project.h"
#include "shared/base/hash.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources {

namespace {

/// Goes to a file's end in one write. With a line that spans extents more may come at once.
constexpr std::uint64_t kAppendBytesMax = 16u << 20;

class LinesProjection {
  public:
    LinesProjection(const ProjectRun& run, const LinesJob& job)
        : run_(run), job_(job), plain_(run.context.codec_of(job.path)), codec_(plain_) {
        outcome_.extents.resize(job.extents.size());
    }

    Result<LinesOutcome> project() {
        outcome_.may_be_cut_off = job_.may_be_cut_off;
        if (job_.path.empty()) return settle_unknown();
        SATCHEL_TRY(current, look_at_current(run_, job_.path));
        current_ = std::move(current);
        if (!current_.is_current) return changed();
        if (current_.note && current_.note->file_class != FileClass::lines)
            return all(parked("it is not a file of lines on this device"));
        const bool is_wanted = job_.file_row != nullptr && job_.file_row->is_present;
        if (!current_.note && !is_wanted) return settle_unknown();
        note_ = current_.note.value_or(FileNote{});
        note_.file_class = FileClass::lines;
        const std::uint32_t rules = run_.context.secret_rules();
        if (current_.note && note_.rules != rules) return changed();  // a capture compares first
        note_.rules = rules;
        if (current_.stat && current_.stat->size > note_.captured)
            begun_ = current_.stat->size - note_.captured;
        SATCHEL_TRY(index, ExtentIndex::load(run_.memory, job_.file));
        index_ = std::move(index);
        SATCHEL_TRY(candidates, find_candidates(run_, job_, *index_, outcome_.extents));
        candidates_ = std::move(candidates);
        if (job_.file_row != nullptr) take_file_row();
        if (candidates_.empty() && note_.is_row_gone)
            return begun_ == 0 ? remove() : being_written();
        SATCHEL_TRY(result, show());
        return result;
    }

  private:
    LinesOutcome all(const ProjectedRow& row) {
        outcome_.file = row;
        std::ranges::fill(outcome_.extents, row);
        return outcome_;
    }

    LinesOutcome changed() {
        run_.dirty.insert(job_.path);
        return all(changed_meanwhile());
    }

    /// Somebody began a line: it is captured, whole or not, before anything stands behind it.
    LinesOutcome being_written() {
        run_.dirty.insert(job_.path);
        return all({Outcome::deferred, "a line of it is being written", std::nullopt, {}});
    }

    /// The file is not here: what should go is gone, what should come waits for the file's row.
    LinesOutcome settle_unknown() {
        for (std::size_t i = 0; i < job_.extents.size(); ++i)
            if (job_.extents[i]->is_present) outcome_.extents[i] = parked("waiting for its file");
        return outcome_;
    }

    void take_file_row() {
        const WantedRow& row = *job_.file_row;
        note_.is_row_gone = !row.is_present;
        if (!row.is_present) {
            // Lines that others wrote meanwhile survive, and with them the file: the next capture
            // says so to everybody.
            if (!candidates_.empty()) run_.dirty.insert(job_.path);
            return;
        }
        outcome_.file.key = to_bytes(as_bytes(job_.path));
        const core::Value* mode = find_column(row.columns, run_.context.file_columns.mode);
        if (mode != nullptr && mode->kind() == core::ValueKind::integer)
            note_.mode = (mode->as_integer() & 0100) != 0 ? 0700 : 0600;
    }

    Result<LinesOutcome> remove() {
        if (current_.stat) {
            if (Status status = run_.context.backup(run_.root.local(job_.path)); !status)
                return all(outcome_of(status.error()));
            SATCHEL_TRY(written, remove_file(run_.root, job_.path, *current_.stat));
            if (written.outcome != WriteOutcome::done) return all(outcome_of(written.outcome));
        }
        if (Status status = index_->replace(run_.memory, {}); !status) return status.error();
        for (const Bytes& name : {path_note_name(job_.file), file_note_name(job_.path)})
            if (Status status = run_.memory.erase_note(name); !status) return status.error();
        if (Status status = prune_parents(run_, job_.path); !status) return status.error();
        return outcome_;
    }

    Result<LinesOutcome> show() {
        platform::UniqueFd file;
        if (current_.stat) {
            SATCHEL_TRY(opened, run_.root.open_file(job_.path));
            file = std::move(opened);
        }
        SATCHEL_TRY(is_simple, append_in_order(file.get()));
        if (!is_simple) {
            std::vector<ViewExtent> extents;
            for (const Candidate& candidate : candidates_) extents.push_back(candidate.extent);
            const KnownContent known{note_.travelling, note_.chain};
            SATCHEL_TRY(view, make_line_view(extents, known, [&](std::size_t i) {
                            return read(file.get(), i);
                        }));
            view_ = std::move(view);
            keep_waiting();
            if (Status status = own_.collect(run_.memory, *index_, file.get(), plain_); !status)
                return status.error();
            if (!own_.is_empty()) codec_.use_own(own_);
            for (const PlacedExtent& placed : view_.placed)
                if (Status status = measure(file.get(), placed); !status) return status.error();
            if (Status status = check_extends(file.get()); !status) return status.error();
        }
        SATCHEL_TRY(is_ours, goes_on_from_begun(file.get()));
        if (!is_ours) return being_written();
        SATCHEL_TRY(written, write(file.get()));
        if (written.outcome != WriteOutcome::done) return all(outcome_of(written.outcome));
        outcome_.may_be_cut_off = false;
        if (Status status = remember(file.get(), written.stat); !status) return status.error();
        return outcome_;
    }

    Result<Bytes> read(int file, std::size_t candidate) {
        const Candidate& one = candidates_[candidate];
        if (one.position) return index_->read(run_.memory, file, *one.position, codec_);
        return to_bytes(one.bytes);
    }

    /// What an extent shows, as it stands in the file.
    Result<Bytes> read_local(int file, const PlacedExtent& placed) {
        SATCHEL_TRY(bytes, read(file, placed.index));
        return local_form(codec_, placed, as_extent(placed, bytes));
    }

    [[nodiscard]] ExtentBytes as_extent(const PlacedExtent& placed, ByteView bytes) const {
        return {bytes, candidates_[placed.index].extent.anchor.continues};
    }

    /// Notes what an extent is in the file, and whether it can be had from there again.
    Status measure(int file, const PlacedExtent& placed) {
        if (placed.shown == 0) {
            in_file_.push_back({0, hash64({}), true, 0});
            return ok();
        }
        SATCHEL_TRY(bytes, read(file, placed.index));
        const ExtentBytes extent = as_extent(placed, bytes);
        in_file_.push_back(measure_extent(codec_, plain_, placed, extent));
        local_size_ += in_file_.back().size;
        return ok();
    }

    /// The view goes on from the file only when the file is what the view's beginning is here.
    Status check_extends(int file) {
        std::uint64_t shown = 0;
        std::uint64_t local = 0;
        for (std::size_t i = 0; i < view_.placed.size() && shown < note_.travelling; ++i) {
            const PlacedExtent& placed = view_.placed[i];
            const std::uint64_t left = note_.travelling - shown;
            shown += placed.shown;
            local += in_file_[i].size;
            if (placed.shown <= left) continue;
            SATCHEL_TRY(bytes, read(file, placed.index));
            const Bytes part = local_form(codec_, placed, as_extent(placed, bytes), left);
            local += part.size() - in_file_[i].size;
        }
        view_.extends_known = view_.extends_known && local == note_.captured;
        return ok();
    }

    [[nodiscard]] std::size_t size_of(const Candidate& one) const {
        return one.position ? index_->entries()[*one.position].size : one.bytes.size();
    }

    /// The common case, without reading the file: what is new follows its end. False when it is not
    /// that simple.
    Result<bool> append_in_order(int file) {
        const std::vector<IndexEntry>& held = index_->entries();
        const KnownContent known{note_.travelling, note_.chain};
        SATCHEL_TRY(view, follow_in_order(candidates_, held, known, [&](std::size_t i) {
                        return read(file, i);
                    }));
        if (!view) return false;
        view_ = std::move(*view);
        for (const PlacedExtent& placed : view_.placed) {
            const std::size_t i = placed.index;
            if (i >= held.size() || placed.shown != held[i].shown) {
                if (Status status = measure(file, placed); !status) return status.error();
                continue;
            }
            const IndexEntry& entry = held[i];
            local_size_ += entry.local;
            in_file_.push_back({entry.local, entry.content, entry.is_kept, entry.secrets});
        }
        return true;
    }

    /// Parts of a line that is not complete are kept, unseen: the others may come in another call,
    /// however many they are.
    void keep_waiting() {
        for (const std::size_t i : view_.waiting)
            view_.placed.push_back({i, {}, 0, false, view_.chain});
    }

    [[nodiscard]] UnixMs mtime() const {
        // A file made empty because its lines came later has no time of its own yet.
        const bool has_lines = current_.stat && current_.stat->size > 0;
        UnixMs latest = has_lines ? current_.stat->mtime_ns / 1'000'000 : 0;
        for (const Candidate& one : candidates_)
            if (!one.position) latest = std::max(latest, one.extent.order.stamp.time_ms());
        return std::min(latest, run_.context.clock.now_ms());
    }

    /// True when nothing stands behind the captured end, or an append of ours that a crash cut off
    /// and that is finished now: it is how the rest of the view begins. A line that a program has
    /// begun here may well begin alike.
    Result<bool> goes_on_from_begun(int file) {
        if (begun_ == 0) return true;
        if (!job_.may_be_cut_off || !view_.extends_known) return false;
        if (local_size_ < note_.captured + begun_) return false;  // perhaps the rest comes later
        std::uint64_t at = note_.captured;
        const std::uint64_t end = at + begun_;
        bool is_same = true;
        const auto compare = [&](ByteView bytes) -> Status {
            const auto size = std::min<std::uint64_t>(bytes.size(), end - at);
            if (!is_same || size == 0) return ok();
            SATCHEL_TRY(there, read_at(file, at, size));
            is_same = std::ranges::equal(there, bytes.first(static_cast<std::size_t>(size)));
            at += size;
            return ok();
        };
        if (Status status = copy_view(file, at, compare); !status) return status.error();
        outcome_.may_be_cut_off = is_same;
        return is_same;
    }

    Result<Written> write(int file) {
        if (!current_.stat) {
            if (Status status = make_parents(run_, job_.path); !status) return status.error();
            return replace(file);
        }
        if (!view_.extends_known) {
            if (Status status = run_.context.backup(run_.root.local(job_.path)); !status)
                return status.error();
            return replace(file);
        }
        if (local_size_ > note_.captured + kAppendBytesMax) return replace(file, note_.captured);
        FileStat known = *current_.stat;
        const std::uint64_t there = note_.captured + begun_;
        if (local_size_ > there) {
            Bytes tail;
            tail.reserve(static_cast<std::size_t>(local_size_ - there));
            const auto keep = [&](ByteView bytes) {
                tail.insert(tail.end(), bytes.begin(), bytes.end());
                return ok();
            };
            if (Status status = copy_view(file, there, keep); !status) return status.error();
            SATCHEL_TRY(written, append_file(run_.root, job_.path, known, mtime(), tail));
            if (written.outcome != WriteOutcome::done) return written;
            known = written.stat;
        }
        if (travelling_mode(known.mode) == note_.mode) return Written{WriteOutcome::done, known};
        return set_file_mode(run_.root, job_.path, known, note_.mode);
    }

    /// Writes the file anew, piece by piece; its first `same` bytes stay as they are.
    Result<Written> replace(int file, std::uint64_t same = 0) {
        const auto content = [&](const std::function<Status(ByteView)>& write) -> Status {
            for (std::uint64_t at = 0; at < same; at += limits::kExtentBytesMax) {
                const auto size = std::min<std::uint64_t>(same - at, limits::kExtentBytesMax);
                SATCHEL_TRY(bytes, read_at(file, at, static_cast<std::size_t>(size)));
                if (Status status = write(bytes); !status) return status;
            }
            return copy_view(file, same, write);
        };
        return write_file(run_.root, job_.path, current_.stat, {note_.mode, mtime()}, content);
    }

    /// Hands on the file's bytes from `from` on.
    Status copy_view(int file, std::uint64_t from, const std::function<Status(ByteView)>& take) {
        std::uint64_t end = 0;
        for (std::size_t i = 0; i < view_.placed.size(); ++i) {
            const std::uint64_t begin = end;
            end += in_file_[i].size;
            if (end == begin || end <= from) continue;
            SATCHEL_TRY(local, read_local(file, view_.placed[i]));
            const auto skip = static_cast<std::size_t>(from > begin ? from - begin : 0);
            if (Status status = take(ByteView(local).subspan(skip)); !status) return status;
        }
        return ok();
    }

    Status remember(int old_file, const FileStat& stat) {
        std::vector<IndexEntry> next;
        note_.secrets = 0;
        for (std::size_t i = 0; i < view_.placed.size(); ++i) {
            const PlacedExtent& placed = view_.placed[i];
            const Candidate& one = candidates_[placed.index];
            IndexEntry entry{one.extent.sid, one.extent.anchor, 0, 0, placed.chain};
            entry.shown = static_cast<std::uint32_t>(placed.shown);
            entry.size = static_cast<std::uint32_t>(size_of(one));
            entry.local = static_cast<std::uint32_t>(in_file_[i].size);
            entry.content = in_file_[i].content;
            entry.is_kept = in_file_[i].is_kept;
            entry.secrets = in_file_[i].secrets;
            note_.secrets += entry.secrets;
            const bool was_kept = one.position && index_->entries()[*one.position].is_kept;
            if (entry.is_kept && !was_kept) {
                SATCHEL_TRY(bytes, read(old_file, placed.index));
                const Bytes name = hidden_note_name(job_.file, one.extent.sid);
                if (Status status = run_.memory.set_note(name, bytes); !status) return status;
            }
            next.push_back(entry);
        }
        note_.extents = static_cast<std::uint32_t>(next.size());
        if (Status status = index_->replace(run_.memory, std::move(next)); !status) return status;
        note_.captured = local_size_;
        note_.travelling = view_.size;
        note_.chain = view_.chain;
        note_.remember(stat);
        SATCHEL_TRY(file, run_.root.open_file(job_.path));
        SATCHEL_TRY(mark, fingerprint(file.get(), note_.captured));
        note_.fingerprint = mark;
        if (Status status = set_file_note(run_.memory, job_.path, note_); !status) return status;
        return run_.memory.set_note(path_note_name(job_.file), as_bytes(job_.path));
    }

    const ProjectRun& run_;
    const LinesJob& job_;
    LineCodec plain_;  // as if nothing were kept
    LineCodec codec_;
    OwnLines own_;
    LinesOutcome outcome_;
    CurrentFile current_;
    FileNote note_;
    std::uint64_t begun_ = 0;  // bytes behind the captured end
    std::optional<ExtentIndex> index_;
    std::vector<Candidate> candidates_;  // first those of the index, in its order
    LineView view_;
    std::vector<LocalExtent> in_file_;  // of each placed extent
    std::uint64_t local_size_ = 0;
};

}  // namespace

Result<LinesOutcome> project_lines(const ProjectRun& run, const LinesJob& job) {
    auto result = LinesProjection(run, job).project();
    if (result) return result;
    LinesOutcome outcome;
    outcome.may_be_cut_off = true;
    outcome.file = outcome_of(result.error());
    outcome.extents.assign(job.extents.size(), outcome.file);
    return outcome;
}

}  // namespace satchel::sources
