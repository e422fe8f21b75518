// Files whose deletion is this device's own: an assistant that tidies up its transcripts here does
// not mean those of other machines. What was known of the file is forgotten, so that it is taken
// for new when it comes back: lines have the names they had, and nothing is sent twice.

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/file_tree.h"

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
