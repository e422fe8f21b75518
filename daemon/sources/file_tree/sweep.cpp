// Files whose deletion is this device's own: an assistant that tidies up its transcripts here does
// not mean those of other machines. What was known of the file is forgotten, so that it is taken
// for new when it comes back: lines have the names they had, and nothing is sent twice. A file that
// was moved is another matter: the others have it at its new place, and the old one goes.

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/tree_path.h"

namespace satchel::sources {

namespace {

/// Hears of a deletion and tells nobody.
class SilentSink final : public CaptureSink {
  public:
    explicit SilentSink(CaptureSink& sink) : sink_(sink) {}

    Status row(LocalRow /*row*/) override { return ok(); }

    Status piece(Piece /*piece*/) override { return ok(); }

    Status item_done() override { return sink_.item_done(); }

    Status make_durable() override { return sink_.make_durable(); }

    [[nodiscard]] bool should_stop() const override { return sink_.should_stop(); }

  private:
    CaptureSink& sink_;
};

}  // namespace

Result<bool> MovedFiles::has(const CaptureRun& run, std::string_view path, const FileNote& note) {
    if (note.file_class != FileClass::lines || note.extents == 0) return false;
    if (!by_name_) {
        SATCHEL_TRY(notes, list_file_notes(run.memory, ""));
        by_name_.emplace();
        for (const auto& [other, said] : notes)
            if (said.file_class == FileClass::lines)
                by_name_->emplace(split_path(other).second, other);
    }
    const auto [first, last] = by_name_->equal_range(std::string(split_path(path).second));
    for (auto one = first; one != last; ++one) {
        if (one->second == path) continue;
        SATCHEL_TRY(other, find_file_note(run.memory, one->second));
        if (!other || other->captured < note.captured) continue;
        const auto file = run.root.open_file(one->second);
        if (!file) continue;
        const auto mark = fingerprint(file->get(), note.captured);
        if (mark && *mark == note.fingerprint) return true;
    }
    return false;
}

Status sweep_missing(const CaptureRun& run, std::string_view path, const FileNote& note) {
    const Bytes name = swept_note_name(run.context.file_sid(path));
    if (Status status = run.memory.set_note(name, as_bytes(path)); !status) return status;
    SilentSink silent(run.sink);
    WatchedSink watched(silent);
    const CaptureRun quiet{run.context, run.root, watched, run.memory, run.unparsed};
    return capture_missing(quiet, path, note);
}

Result<std::vector<std::pair<Sid, std::string>>> FileTree::swept(const std::string& pattern,
                                                                 bool forget,
                                                                 Memory& memory) {
    constexpr std::size_t kPage = 1'000;
    if (Status status = context_.places.load(memory); !status) return status.error();
    const Bytes prefix = swept_note_name();
    std::vector<std::pair<Sid, std::string>> found;
    Bytes after = prefix;
    while (true) {
        SATCHEL_TRY(page, memory.notes(prefix, after, kPage));
        for (const auto& [name, value] : page) {
            const auto sid = Sid::from(ByteView(name).subspan(prefix.size()));
            const std::string path(as_text(value));
            const bool is_wanted = sid && (pattern.empty() || matches_glob(pattern, path) ||
                                           matches_glob(pattern, context_.places.local(path)));
            if (is_wanted) found.emplace_back(*sid, path);
        }
        if (page.size() < kPage) break;
        after = page.back().first;
    }
    if (forget)
        for (const auto& [sid, path] : found)
            if (Status status = memory.erase_note(swept_note_name(sid)); !status)
                return status.error();
    return found;
}

}  // namespace satchel::sources
