// Reading one file of a tree into rows.
#pragma once

#include "daemon/sources/file_tree/notes.h"
#include "daemon/sources/file_tree/tree_context.h"

#include <map>

namespace satchel::sources {

/// Hands on to the engine's sink and knows whether that failed.
class WatchedSink final : public CaptureSink {
  public:
    explicit WatchedSink(CaptureSink& sink) : sink_(sink) {}

    Status row(LocalRow row) override { return noted(sink_.row(std::move(row))); }

    Status piece(Piece piece) override { return noted(sink_.piece(std::move(piece))); }

    Status item_done() override { return noted(sink_.item_done()); }

    Status make_durable() override { return noted(sink_.make_durable()); }

    [[nodiscard]] bool should_stop() const override { return sink_.should_stop(); }

    [[nodiscard]] bool accepts_danger() const override { return sink_.accepts_danger(); }

    [[nodiscard]] bool has_failed() const { return has_failed_; }

  private:
    Status noted(Status status) {
        has_failed_ = has_failed_ || !status;
        return status;
    }

    CaptureSink& sink_;
    bool has_failed_ = false;
};

/// What the `mode` column of a document says: it is never executed, and its rights are each
/// machine's own business.
inline constexpr std::int64_t kDocumentMode = 0600;

/// Where a capture reads, reports and remembers.
struct CaptureRun {
    const TreeContext& context;
    const TreeDir& root;
    WatchedSink& sink;
    Memory& memory;
    std::map<std::string, std::string>& unparsed;  ///< documents that do not parse, and why

    /// True when the error is about the file being read, and others can go on.
    [[nodiscard]] bool is_files_own(const Error& error) const {
        return !sink.has_failed() &&
               (error.code == ErrorCode::busy || error.code == ErrorCode::not_found ||
                error.code == ErrorCode::refused || error.code == ErrorCode::io);
    }
};

enum class CaptureOutcome : std::uint8_t {
    done,
    torn,        ///< done but for a last line without a newline, which may still be written
    later,       ///< the file is changing; nothing that is not in the notes was reported
    unreadable,  ///< the same, for a file that cannot be read now
    held,        ///< the same, for a file that holds a secret
};

/// A file as found, and as it was.
struct FoundFile {
    std::string path;
    FileStat stat;
    std::optional<FileNote> note;
    std::optional<std::string> former;  ///< lines: the path it had, when it is new and was moved
    bool is_quiet = false;  ///< lines: nobody wrote for a while, a last line without newline stands
};

/// Reports the content of an opaque file, if it changed.
Result<CaptureOutcome> capture_opaque(const CaptureRun& run, const FoundFile& file);
/// Reports new, changed and vanished extents of a file of lines.
Result<CaptureOutcome> capture_lines(const CaptureRun& run, const FoundFile& file);
/// Reports the values of a settings document, and those that are gone from it.
Result<CaptureOutcome> capture_document(const CaptureRun& run,
                                        const FoundFile& file,
                                        FileClass file_class);
/// Notes that a file is gone here and reports nothing: it stays elsewhere.
Status sweep_missing(const CaptureRun& run, std::string_view path, const FileNote& note);

/// Tells of a file of lines that is gone whether it was moved: another file of the same name begins
/// with all it held. Looks at the notes once.
class MovedFiles {
  public:
    /// True when the file at `path`, which had this note, was moved.
    Result<bool> has(const CaptureRun& run, std::string_view path, const FileNote& note);

  private:
    std::optional<std::multimap<std::string, std::string>> by_name_;
};

/// Reports that a file is gone, with its extents or values.
Status capture_missing(const CaptureRun& run, std::string_view path, const FileNote& note);
/// The same for the values of a document alone.
Status capture_missing_keys(const CaptureRun& run, std::string_view path);

/// The row of a file.
LocalRow file_row(const TreeContext& context, std::string_view path);

/// A hash over samples of the first `size` bytes: all of a short file; else its first 4 KiB, 16
/// blocks of 4 KiB spread over it, and its last 64 KiB. An edit between the samples that keeps all
/// of them and happens together with an append goes unnoticed until the file is next read whole;
/// programs that append do not edit, and programs that edit replace the file, which changes its
/// inode.
Result<std::uint64_t> fingerprint(int file, std::uint64_t size);
/// End of the last complete line within [from, size), or `from`.
Result<std::uint64_t> find_lines_end(int file, std::uint64_t from, std::uint64_t size);

}  // namespace satchel::sources
