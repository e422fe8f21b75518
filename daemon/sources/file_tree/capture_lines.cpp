// Files of lines: an append ships its new lines only; anything else is compared with the index and
// reported from the first difference on.
//
// A last line without a newline is held back while somebody may be writing it. Once the file is
// quiet it is an extent of its own, the tail; when the line goes on, the tail gives way to the
// whole line, so that lines have the same names whenever they were read.

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/extent_index.h"
#include "daemon/sources/file_tree/line_window.h"
#include "daemon/sources/file_tree/local_form.h"
#include "shared/base/hash.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources {

namespace {

/// A new file is noted part by part, so that a crash does not begin anew.
constexpr std::size_t kPauseBytes = 2 * limits::kExtentBytesMax;

/// Rows wait in memory until the file has been looked at once more, so that a file that changes
/// under us reports nothing; only a rewrite beyond kHeldBytesMax reports earlier.
class LineCapture {
  public:
    LineCapture(const CaptureRun& run, const FoundFile& file)
        : run_(run),
          file_(file),
          sid_(run.context.file_sid(file.path)),
          codec_(run.context.codec_of(file.path)),
          edited_ms_(file.stat.mtime_ns / 1'000'000) {
        if (file.note) note_ = *file.note;
        note_.file_class = FileClass::lines;
    }

    Status run() {
        SATCHEL_TRY(fd, run_.root.open_file(file_.path));
        SATCHEL_TRY(before, stat_of(fd.get()));
        if (!before.same_version(file_.stat)) return busy();
        hold_file_row();
        if (file_.former) {
            SATCHEL_TRY(former, ExtentIndex::load(run_.memory, former_sid()));
            former_ = former.entries();
        }
        SATCHEL_TRY(is_append, has_only_grown(fd.get()));
        if (Status status = is_append ? append(fd.get()) : compare(fd.get()); !status)
            return status;
        return save(fd.get(), file_.stat.size);
    }

    /// The file ends with a line that was held back.
    [[nodiscard]] bool is_torn() const { return note_.captured < file_.stat.size; }

    [[nodiscard]] bool is_held() const { return is_held_; }

    /// Something was reported though the capture failed: the engine has to forget it.
    [[nodiscard]] bool has_leaked() const { return has_leaked_; }

  private:
    static constexpr std::size_t kHeldBytesMax = 16u << 20;

    static Error busy() { return {ErrorCode::busy, "capture a file: it is changing"}; }

    /// Reports the rows held back and notes that the file was captured; `size` is what the note
    /// says of its size.
    Status save(int fd, std::uint64_t size) {
        SATCHEL_TRY(mark, fingerprint(fd, note_.captured));
        SATCHEL_TRY(after, stat_of(fd));
        if (after.size < std::max(size, note_.captured)) return busy();
        note_.fingerprint = mark;
        note_.rules = run_.context.secret_rules();
        note_.remember(file_.stat);
        note_.size = size;
        if (Status status = report_held(); !status) return status;
        if (Status status = save_index(); !status) return status;
        if (Status status = set_file_note(run_.memory, file_.path, note_); !status) return status;
        return run_.sink.item_done();
    }

    Status save_index() {
        note_.extents += static_cast<std::uint32_t>(fresh_.size());
        if (index_) {
            std::vector<IndexEntry> next = std::move(same_);
            next.insert(next.end(), fresh_.begin(), fresh_.end());
            if (Status status = index_->replace(run_.memory, std::move(next)); !status)
                return status;
            index_.reset();
        } else {
            auto position = note_.extents - static_cast<std::uint32_t>(fresh_.size());
            for (const IndexEntry& entry : fresh_) {
                const Bytes name = index_note_name(sid_, position++);
                if (Status status = run_.memory.set_note(name, encode_entry(entry)); !status)
                    return status;
            }
        }
        fresh_.clear();
        for (const Bytes& name : gone_)
            if (Status status = run_.memory.erase_note(name); !status) return status;
        gone_.clear();
        if (Status status = save_hidden(); !status) return status;
        return run_.memory.set_note(path_note_name(sid_), as_bytes(file_.path));
    }

    Status save_hidden() {
        for (const auto& [name, bytes] : hidden_)
            if (Status status = run_.memory.set_note(name, bytes); !status) return status;
        hidden_.clear();
        return ok();
    }

    Status report_held() {
        for (LocalRow& row : held_)
            if (Status status = run_.sink.row(std::move(row)); !status) return status;
        held_.clear();
        held_bytes_ = 0;
        return ok();
    }

    void hold_file_row() {
        const std::int64_t mode = travelling_mode(file_.stat.mode);
        if (file_.note && note_.mode == mode && !note_.is_row_gone) return;
        note_.mode = mode;
        note_.is_row_gone = false;
        const TreeContext& context = run_.context;
        LocalRow row = file_row(context, file_.path);
        row.is_present = true;
        row.edited_ms = edited_ms_;
        row.columns = in_column_order({
            {context.file_columns.path, core::Value::text(file_.path)},
            {context.file_columns.file_class, core::Value::text(file_class_name(FileClass::lines))},
            {context.file_columns.mode, core::Value::integer(mode)},
        });
        held_.push_back(std::move(row));
    }

    Result<bool> has_only_grown(int fd) {
        if (!file_.note) return true;
        if (note_.rules != run_.context.secret_rules()) return false;
        if (file_.stat.inode != note_.inode || file_.stat.size < note_.size) return false;
        const bool is_same_size = file_.stat.size == note_.size;
        if (is_same_size && file_.stat.mtime_ns != note_.mtime_ns) return false;
        SATCHEL_TRY(mark, fingerprint(fd, note_.captured));
        return mark == note_.fingerprint;
    }

    Status append(int fd) {
        SATCHEL_TRY(end, find_end(fd, note_.captured));
        if (end == note_.captured) return ok();
        if (note_.extents > 0) {
            SATCHEL_TRY(last, entry_at(note_.extents - 1));
            SATCHEL_TRY(is_whole_line, ends_line(fd, note_.captured));
            if (!is_whole_line && last.shown == 0) return compare(fd);  // unseen parts behind it
            if (Status status = follow(last.sid); !status) return status;
            if (!is_whole_line && is_tail(last))
                if (Status status = take_back(last); !status) return status;
        }
        return read_lines(fd, end, true);
    }

    /// The tail gives way to the line that it has become.
    Status take_back(const IndexEntry& tail) {
        hold_gone(tail.sid);
        if (tail.is_kept) gone_.push_back(hidden_note_name(sid_, tail.sid));
        --note_.extents;
        note_.captured -= tail.local;
        note_.travelling -= tail.shown;
        note_.secrets -= std::min<std::uint64_t>(note_.secrets, tail.secrets);
        note_.chain = {};
        if (note_.extents == 0) return ok();
        SATCHEL_TRY(before, entry_at(note_.extents - 1));
        note_.chain = before.chain;
        return ok();
    }

    Result<IndexEntry> entry_at(std::uint32_t position) {
        SATCHEL_TRY(bytes, run_.memory.note(index_note_name(sid_, position)));
        if (!bytes) return Error{ErrorCode::corrupt, "read the index of a file: it is short"};
        return decode_entry(*bytes);
    }

    /// Where the lines to report end: all of a quiet file.
    Result<std::uint64_t> find_end(int fd, std::uint64_t from) const {
        if (file_.is_quiet) return file_.stat.size;
        return find_lines_end(fd, from, file_.stat.size);
    }

    /// True when no line is unfinished at `offset`.
    static Result<bool> ends_line(int fd, std::uint64_t offset) {
        if (offset == 0) return true;
        SATCHEL_TRY(byte, read_at(fd, offset - 1, 1));
        if (byte.empty()) return busy();
        return byte[0] == '\n';
    }

    /// Of an entry that does not end a line: a tail, not a part of a long line.
    static bool is_tail(const IndexEntry& entry) {
        return entry.is_whole() && entry.size < limits::kExtentBytesMax;
    }

    /// What is reported from now on stands behind this extent.
    Status follow(const Sid& extent) {
        const auto row = run_.memory.find_row(run_.context.lines, extent);
        if (!row) return row.error();
        if (!*row) return ok();
        for (const core::Sibling& sibling : (*row)->siblings)
            follows_ = std::max(follows_, sibling.stamp);
        return ok();
    }

    /// Takes in the lines between the captured ones and `end`, moving `note_` along.
    Status read_lines(int fd, std::uint64_t end, bool may_pause) {
        LineWindow window(fd, note_.captured, end, codec_);
        SATCHEL_TRY(is_at_start, ends_line(fd, note_.captured));
        bool continues = !is_at_start;
        if (continues) window.begin_inside_line();
        while (note_.captured < end) {
            SATCHEL_TRY(view, window.view());
            const Anchor anchor{note_.chain, continues};
            const IndexEntry* same = find_former(view, anchor);
            const ByteView bytes = view.first(same != nullptr ? same->size : extent_size(view));
            continues = bytes.back() != '\n';
            const ByteView local = window.take(bytes.size());
            const auto secrets = static_cast<std::uint32_t>(window.secrets());
            if (Status status = hold_extent(anchor, bytes, local, secrets); !status) return status;
            if (same != nullptr)
                held_.back().old_key = TreeContext::extent_key(former_sid(), same->sid);
            if (run_.sink.should_stop()) return Error{ErrorCode::interrupted, "capture a file"};
            if (may_pause && held_bytes_ >= kPauseBytes && !continues) {
                // The note says that the file ends here, so the rest is found as growth.
                if (Status status = save(fd, note_.captured); !status) return status;
            } else if (held_bytes_ >= kHeldBytesMax &&
                       run_.context.settings.secrets != SecretPolicy::hold) {
                has_leaked_ = true;
                if (Status status = report_held(); !status) return status;
                if (Status status = save_hidden(); !status) return status;
            }
        }
        return ok();
    }

    [[nodiscard]] Sid former_sid() const { return run_.context.file_sid(*file_.former); }

    /// The next extent that the file had under its former name, as long as it is cut as it was.
    const IndexEntry* find_former(ByteView view, const Anchor& anchor) {
        if (former_next_ == former_.size()) return nullptr;
        const IndexEntry& entry = former_[former_next_];
        const bool is_same =
            entry.is_whole() && entry.size <= view.size() && entry.anchor == anchor &&
            run_.context.extent_sid(*file_.former, anchor, view.first(entry.size)) == entry.sid;
        former_next_ = is_same ? former_next_ + 1 : former_.size();
        return is_same ? &entry : nullptr;
    }

    /// `bytes` as they travel, `local` as they are in the file.
    Status hold_extent(const Anchor& anchor,
                       ByteView bytes,
                       ByteView local,
                       std::uint32_t secrets) {
        const TreeContext& context = run_.context;
        is_held_ = secrets > 0 && context.settings.secrets == SecretPolicy::hold;
        if (is_held_) return Error{ErrorCode::refused, "capture a file: it holds a secret"};
        const Sid sid = context.extent_sid(file_.path, anchor, bytes);
        LocalRow row;
        row.collection = context.lines;
        row.key = TreeContext::extent_key(sid_, sid);
        row.sid = sid;
        row.is_present = true;
        row.edited_ms = edited_ms_;
        row.follows = follows_;
        row.columns = in_column_order({
            {context.line_columns.file, core::Value::reference(sid_)},
            {context.line_columns.anchor, core::Value::blob(anchor.encode())},
            {context.line_columns.bytes, core::Value::blob(bytes)},
        });
        held_.push_back(std::move(row));
        held_bytes_ += bytes.size();
        // Known already under a later stamp (a copy on another device): stand behind that too, or
        // rather behind the stamp that our own report of it gets.
        const core::Stamp before = follows_;
        if (Status status = follow(sid); !status) return status;
        if (follows_ > before) ++follows_.packed;

        const auto size = static_cast<std::uint32_t>(bytes.size());
        IndexEntry entry{sid, anchor, size, size, chain_after(anchor.chain, bytes)};
        entry.local = static_cast<std::uint32_t>(local.size());
        entry.content = hash64(local);
        entry.secrets = secrets;
        if (anchor.continues || bytes.back() != '\n') look_at_part(entry, bytes, local);
        note_.secrets += entry.secrets;
        note_.chain = entry.chain;
        note_.captured += local.size();
        note_.travelling += bytes.size();
        fresh_.push_back(entry);
        if (index_) reported_.push_back(sid);
        return ok();
    }

    /// What is masked in a part of a long line may depend on other parts, and is counted in one.
    void look_at_part(IndexEntry& entry, ByteView bytes, ByteView local) {
        const bool continues = entry.anchor.continues;
        if (!comes_back(codec_, local, {bytes, continues})) {
            entry.is_kept = true;
            hidden_.emplace_back(hidden_note_name(sid_, entry.sid), to_bytes(bytes));
        }
        LineCodec plain = codec_;
        plain.set_masking(false);
        if (!comes_back(plain, local, {bytes, continues}))
            entry.secrets = std::max(entry.secrets, 1u);
    }

    /// Finds how far the file is as it was, reports the rest anew, and what is no longer there.
    Status compare(int fd) {
        SATCHEL_TRY(index, ExtentIndex::load(run_.memory, sid_));
        SATCHEL_TRY(end, find_end(fd, 0));
        note_.captured = 0;
        note_.travelling = 0;
        note_.chain = {};
        note_.secrets = 0;
        const bool has_rules = note_.rules == run_.context.secret_rules();
        for (IndexEntry entry : index.entries()) {
            const std::uint64_t next = note_.captured + entry.local;
            if (next > file_.stat.size) break;
            SATCHEL_TRY(bytes, read_at(fd, note_.captured, entry.local));
            if (bytes.size() != entry.local) return busy();
            if (hash64(bytes) != entry.content) break;
            const bool is_open = !bytes.empty() && bytes.back() != '\n' && is_tail(entry);
            if (is_open && next != file_.stat.size) break;  // the line went on
            if (!has_rules && !reads_as_sent(entry, bytes)) break;
            note_.chain = entry.chain;
            note_.captured += entry.local;
            note_.travelling += entry.shown;
            note_.secrets += entry.secrets;
            if (Status status = follow(entry.sid); !status) return status;
            same_.push_back(std::move(entry));
        }
        kept_ = same_.size();
        note_.extents = static_cast<std::uint32_t>(kept_);
        const std::vector<IndexEntry> all = index.entries();
        index_ = std::move(index);
        if (Status status = read_lines(fd, end, kept_ == all.size()); !status) return status;
        std::ranges::sort(reported_);
        for (std::size_t i = kept_; i < all.size(); ++i)
            if (!std::ranges::binary_search(reported_, all[i].sid)) hold_gone(all[i].sid);
        return ok();
    }

    /// What others have of an extent stays as they have it, whatever the rules about secrets are
    /// now: the extent is kept beside. False when nobody can tell any more what they have.
    bool reads_as_sent(IndexEntry& entry, ByteView local) {
        if (entry.is_kept) return true;
        LineCodec codec = codec_;
        for (const bool is_masking : {codec_.is_masking(), !codec_.is_masking()}) {
            codec.set_masking(is_masking);
            const Bytes sent = travelling_form(codec, local, entry.size, entry.anchor.continues);
            if (run_.context.extent_sid(file_.path, entry.anchor, sent) != entry.sid) continue;
            if (is_masking == codec_.is_masking()) return true;
            entry.is_kept = true;
            entry.secrets = 0;
            hidden_.emplace_back(hidden_note_name(sid_, entry.sid), sent);
            return true;
        }
        return false;
    }

    void hold_gone(const Sid& extent) {
        LocalRow row;
        row.collection = run_.context.lines;
        row.key = TreeContext::extent_key(sid_, extent);
        row.sid = extent;
        row.edited_ms = edited_ms_;
        held_.push_back(std::move(row));
    }

    const CaptureRun& run_;
    const FoundFile& file_;
    Sid sid_;
    LineCodec codec_;
    UnixMs edited_ms_;
    FileNote note_;
    core::Stamp follows_;
    std::optional<ExtentIndex> index_;  // of a file that is compared
    std::size_t kept_ = 0;              // entries of it that are as they were
    std::vector<IndexEntry> same_;      // those
    std::vector<IndexEntry> former_;    // of the file under its former name
    std::size_t former_next_ = 0;
    std::vector<IndexEntry> fresh_;  // entries not in the notes yet
    std::vector<LocalRow> held_;
    std::size_t held_bytes_ = 0;
    std::vector<std::pair<Bytes, Bytes>> hidden_;  // notes of extents that are kept beside
    std::vector<Bytes> gone_;                      // notes of extents that are not any more
    bool has_leaked_ = false;
    bool is_held_ = false;
    // Of a file that is compared. No set: a little that is kept between large buffers keeps their
    // memory from being used again whole.
    std::vector<Sid> reported_;
};

}  // namespace

Result<CaptureOutcome> capture_lines(const CaptureRun& run, const FoundFile& file) {
    LineCapture capture(run, file);
    Status status = capture.run();
    if (status) return capture.is_torn() ? CaptureOutcome::torn : CaptureOutcome::done;
    if (capture.has_leaked()) return std::move(status).error().at("capture " + file.path);
    if (!run.is_files_own(status.error()))
        return std::move(status).error().at("capture " + file.path);
    if (capture.is_held()) return CaptureOutcome::held;
    return status.error().code == ErrorCode::busy ? CaptureOutcome::later
                                                  : CaptureOutcome::unreadable;
}

}  // namespace satchel::sources
