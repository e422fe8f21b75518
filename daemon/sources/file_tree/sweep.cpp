// Files whose deletion is this device's own: an assistant that tidies up its transcripts here does not
// mean those of other machines. What was known of the file is forgotten, so that it is taken for new
// when it comes back: lines have the names they had, and nothing is sent twice.

#include "daemon/sources/file_tree/capture.h"

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
    const CaptureRun quiet{run.context, run.root, watched, run.memory};
    return capture_missing(quiet, path, note);
}

}  // namespace satchel::sources
