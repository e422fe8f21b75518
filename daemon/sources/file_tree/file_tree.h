// A directory tree as a source: files as rows, files of lines as rows of extents, settings
// documents as rows of values.
//
// Collection "files": one row per file; key is its path below the root; columns path, class, mode,
// and for opaque files content (a manifest; the bytes travel as pieces). Collection "lines": one
// row per extent of a file of lines; columns file, anchor, bytes. Collection "keys": one row per
// value of a settings document, or per element of an array that is a set; columns file, pointer,
// value. Modification times travel as the stamps' times, not as a column: two copies of a file that
// differ in nothing but their times are no conflict.
//
// Collection "marks" names files that stay where they are; column pattern.
//
// A tree with projects (an assistant's home) has a folder for each, named after a place that is
// another on every device. Keys, sids and columns hold paths with an identity there instead, and
// lines as they travel; only TreeDir and the codec of lines know what stands on disk. Another
// collection, "projects", tells where devices have their projects; columns identity, place.
#pragma once

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/notes.h"
#include "daemon/sources/file_tree/tree_context.h"

#include <map>
#include <set>

namespace satchel::sources {

class FormerFiles;

/// See source.h. Everything it knows between calls is in the notes; members are hints only, so that
/// a transaction of the engine that is rolled back takes everything with it.
class FileTree : public Source {
  public:
    /// What a tree needs from others; the references outlive it.
    struct Surroundings {
        const IdMaker& ids;
        const Clock& clock;
        HashBytes hash;
        BackupFile backup;
    };

    FileTree(FileTreeSettings settings, Surroundings surroundings);

    Status open(Memory& memory) override;

    [[nodiscard]] const std::vector<CollectionInfo>& collections() const override {
        return context_.collections;
    }

    Result<bool> has_changes() override {
        return needs_scan_ || !dirty_.empty() || !hinted_.empty() || is_scan_due() ||
               !only_.empty();
    }

    Status capture(CaptureSink& sink, Memory& memory) override;

    Result<std::uint64_t> stamp(Memory& /*memory*/) override { return std::uint64_t{0}; }

    Result<std::uint64_t> count_unstamped() override { return std::uint64_t{0}; }

    Result<LocalRow> read(CollectionId collection, ByteView key, Memory& memory) override;
    Status keep_content(CollectionId collection, ByteView key, Memory& memory) override;
    Result<bool> is_intact(CollectionId collection, ByteView key, Memory& memory) override;
    Result<std::vector<ProjectedRow>> project(std::span<const WantedRow> rows,
                                              Memory& memory) override;
    [[nodiscard]] bool has_approvals() const override;
    Result<ApprovalNeed> needs_approval(const WantedRow& row, Memory& memory) override;
    Result<ChangeText> show_change(const WantedRow& row, Memory& memory) override;
    /// What could run code in a file about to be put at `path` by other means than a projection,
    /// and is other than in `before`: places in settings, or the file itself. For people; empty
    /// when nothing is. Without `after` the new content is too large to look at.
    [[nodiscard]] std::vector<std::string> active_changes(const std::string& path,
                                                          std::string_view before,
                                                          std::optional<std::string_view> after,
                                                          bool is_executable) const;
    [[nodiscard]] std::string describe(CollectionId collection, ByteView key) const override;
    Result<std::string> describe_wanted(const WantedRow& row, Memory& memory) override;
    [[nodiscard]] SourceHealth health() override;
    [[nodiscard]] SourceTraits traits() const override;

    [[nodiscard]] std::vector<WatchRoot> watch_roots() const override {
        if (!context_.settings.is_walked) return {};
        return {{context_.settings.root}};
    }

    void hint(const std::optional<std::filesystem::path>& path) override;
    void set_watched(bool is_watched) override;

    [[nodiscard]] bool needs_watch() const override {
        return !is_watched_ && context_.settings.is_walked;
    }

    void look_again() override;

    Result<bool> limit_to(const std::string& project, Memory& memory) override;

    Status uninstall() override { return ok(); }

    /// Files that went here and stay elsewhere, whose path in the workspace or here matches; all
    /// with an empty pattern. With `forget` they may be shown again.
    Result<std::vector<std::pair<Sid, std::string>>> swept(const std::string& pattern,
                                                           bool forget,
                                                           Memory& memory);

    /// A project of the tree, for people.
    struct Project {
        std::string identity;
        std::string name;    ///< "github.com/acme/app", "~/dev/app"
        std::string root;    ///< where it is on this device; empty when not known
        std::string folder;  ///< of the tree, with its files; empty when it has none
        std::string link;    ///< where a person said that it is; or empty
        std::string trouble;
    };

    /// Every project with a folder here, a link, or a place on other devices.
    Result<std::vector<Project>> projects(Memory& memory);
    /// The project called so: its name, its identity, the name of its folder, or the last part of
    /// its name where that is one project's. Fails with not_found and invalid_argument.
    Result<Project> find_project(const std::string& name, Memory& memory);
    /// Notes where a project is on this device; the next capture moves its files. False when it was
    /// so before.
    Result<bool> link(const Project& project, const std::string& path, Memory& memory);

    /// Lets files stay where they are on every device, or takes that back; false when it was so
    /// before. See marks.h.
    Result<bool> keep_local(const std::string& pattern, Memory& memory);
    Result<bool> share(const std::string& pattern, Memory& memory);

    /// `pattern` as it is in the workspace: a project's folder here is replaced by the project.
    Result<std::string> workspace_pattern(const std::string& pattern, Memory& memory);
    /// The pattern of everything in the project that find_project() finds.
    Result<std::string> project_pattern(const std::string& name, Memory& memory);

    /// Where the file of a key of the collection "files" lies below the root.
    [[nodiscard]] std::string local_path(std::string_view path) const {
        return context_.places.local(path);
    }

    [[nodiscard]] bool has_projects() const { return context_.places.is_active(); }

  private:
    /// A file that shrank or vanished, and since when it looks as it does.
    struct Suspect {
        FileStat stat;
        milliseconds since{};
    };

    struct Pairing;

    /// The root, unless it holds nothing while we remember files in it.
    Result<TreeDir> open_filled_root(Memory& memory);
    /// The root with the places as noted.
    Result<TreeDir> open_root(Memory& memory);
    /// True when hints may not tell of every change: nobody watches, the root is another folder
    /// than the one watched, or the last look at everything is too long ago.
    [[nodiscard]] bool is_scan_due() const;
    /// True while the root is the folder that was there when watching began.
    [[nodiscard]] bool is_root_watched() const;
    Result<TreeScan> look_at(const TreeDir& root, const std::string& path) const;
    Status capture_project(const TreeDir& root, CaptureSink& sink, Memory& memory);
    Status capture_place(const TreeDir& root,
                         const std::string& path,
                         CaptureSink& sink,
                         Memory& memory);
    /// Both lists are in path order.
    static std::vector<Pairing> pair_up(const TreeScan& scan,
                                        const std::vector<std::pair<std::string, FileNote>>& notes);
    /// A file that is noted and was not found.
    Status capture_absent(const CaptureRun& run, const TreeScan& scan, const Pairing& pair);
    Status capture_present(const CaptureRun& run, FormerFiles& formers, const Pairing& pair);
    /// Remembers what is to be looked at again, and why.
    void note_outcome(const std::string& path, const FileStat& stat, CaptureOutcome outcome);
    /// Nothing is wrong with the file any more, or it is not there.
    void forget(const std::string& path);
    /// Paths on disk that something is to be looked at for.
    [[nodiscard]] std::set<std::string> local_places() const;
    /// Decides about folders of projects among `places`; returns those to look at again.
    Result<std::set<std::string>> decide_projects(const TreeDir& root,
                                                  const std::set<std::string>& places,
                                                  CaptureSink& sink,
                                                  Memory& memory);
    /// What was found on disk by its paths in the workspace; what has none yet is left out.
    Result<TreeScan> to_workspace(const TreeDir& root, TreeScan found, Memory& memory);
    Result<LocalRow> read_project(ByteView key, Memory& memory) const;
    /// Reads the marks; rows that may be shown now are tried again with the next capture.
    Status load_marks(Memory& memory);
    [[nodiscard]] std::string project_trouble() const;
    /// Counts anew after a look at everything.
    void recount_secrets(const TreeScan& scan,
                         const std::vector<std::pair<std::string, FileNote>>& notes);
    /// Counts what a capture changed; `before` may be null.
    Status count_secrets(const std::string& path, const FileNote* before, Memory& memory);
    Result<CaptureOutcome> capture_file(const CaptureRun& run,
                                        const FoundFile& file,
                                        FileClass file_class);
    Result<LocalRow> read_key(ByteView key, Memory& memory);
    Result<LocalRow> read_extent(ByteView key, Memory& memory);
    bool is_settled(const std::string& path, const FileStat& stat, milliseconds wait);
    bool is_gone(const TreeDir& root, const std::string& path);
    bool is_quiet(const std::string& path, const FileStat& stat);

    TreeContext context_;
    ProcessGate gate_;
    bool needs_scan_ = true;
    bool is_trusting_ = false;  // a person asked: what is gone is gone
    bool has_new_marks_ = false;
    MovedFiles moved_;  // as looked up in this capture
    milliseconds scanned_at_{0};
    bool is_watched_ = false;
    std::pair<std::uint64_t, std::uint64_t> watched_root_;  // device and inode
    std::set<std::string> dirty_;                           // paths to look at, as in the workspace
    std::set<std::string> hinted_;                          // the same, as on disk
    std::set<std::string> later_;  // of those, the ones to look at again next time
    std::map<std::string, std::string> move_troubles_;
    std::map<std::string, Suspect> suspects_;
    std::map<std::string, Suspect> torn_;  // files of lines whose last line has no newline
    std::set<std::string> unreadable_;
    std::set<std::string> others_;          // never to change, and changed here
    std::map<std::string, FileStat> held_;  // files that stay here because they hold a secret
    std::uint64_t secrets_ = 0;             // masked in lines, as of the last look
    std::map<std::string, std::string> unparsed_;  // documents, and what is wrong with them
    std::size_t skipped_count_ = 0;
    std::string only_;  // identity of the project that this run is limited to
};

}  // namespace satchel::sources
