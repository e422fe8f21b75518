// A look at the files: what is new, changed or gone is reported, and what cannot be believed yet is
// looked at again.
#include "daemon/sources/file_tree/document_keys.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/former_files.h"
#include "daemon/sources/file_tree/marks.h"
#include "daemon/sources/file_tree/scan.h"
#include "daemon/sources/file_tree/tree_path.h"

#include <algorithm>
#include <limits>

namespace satchel::sources {

namespace {

using std::chrono::seconds;

/// Programs that rewrite in place truncate first: a file that shrank is believed when it looks the
/// same this much later, an emptied one after longer.
constexpr milliseconds kShrunkWait = seconds(2);
constexpr milliseconds kEmptiedWait = seconds(60);
/// A last line without a newline is not being written any more when the file is this quiet. Long,
/// for what a program elsewhere appends lands in that line.
constexpr milliseconds kTornWait = std::chrono::minutes(10);

/// How long a change must look the same before it is believed; zero for ordinary changes.
milliseconds settle_time(const FileStat& stat, const FileNote& note) {
    const std::uint64_t before = note.file_class == FileClass::lines ? note.captured : note.size;
    if (before == 0) return milliseconds(0);
    if (stat.size == 0) return kEmptiedWait;
    const bool is_lines = note.file_class == FileClass::lines;
    const bool has_shrunk = is_lines ? stat.size < before : stat.size < before / 4;
    return has_shrunk ? kShrunkWait : milliseconds(0);
}

/// True when the notes say all there is to say about the file.
bool is_unchanged(const FileStat& stat, const FileNote& note, std::uint32_t secret_rules) {
    const bool is_open = note.file_class == FileClass::lines &&
                         (note.captured < note.size || note.rules != secret_rules);
    return note.describes(stat) && note.mode == travelling_mode(stat.mode) && !note.is_row_gone &&
           !is_open;
}

/// When the nearest folder above `path` that is still there was last changed.
UnixMs folder_changed_ms(const TreeDir& root, std::string_view path) {
    while (!path.empty()) {
        path = split_path(path).first;
        const auto folder = root.open_folder(path);
        if (!folder) continue;
        const auto stat = stat_of(folder->get());
        if (stat) return stat->mtime_ns / 1'000'000;
    }
    return std::numeric_limits<UnixMs>::max();
}

}  // namespace

/// A file as found and as noted; at least one of them.
struct FileTree::Pairing {
    std::string_view path;
    const FileStat* stat = nullptr;
    const FileNote* note = nullptr;
};

std::vector<FileTree::Pairing> FileTree::pair_up(
    const TreeScan& scan, const std::vector<std::pair<std::string, FileNote>>& notes) {
    std::vector<Pairing> pairs;
    pairs.reserve(std::max(scan.files.size(), notes.size()));
    auto found = scan.files.begin();
    auto noted = notes.begin();
    while (found != scan.files.end() || noted != notes.end()) {
        const bool takes_found =
            found != scan.files.end() && (noted == notes.end() || found->first <= noted->first);
        const bool takes_noted =
            noted != notes.end() && (found == scan.files.end() || noted->first <= found->first);
        Pairing pair{takes_found ? found->first : noted->first, nullptr, nullptr};
        if (takes_found) pair.stat = &(found++)->second;
        if (takes_noted) pair.note = &(noted++)->second;
        pairs.push_back(pair);
    }
    return pairs;
}

Result<TreeScan> FileTree::look_at(const TreeDir& root, const std::string& path) const {
    const UnixMs now_ms = context_.clock.now_ms();
    TreeScan scan;
    if (path.empty() && !context_.settings.is_walked) {
        for (const std::string& name : context_.settings.names) {
            SATCHEL_TRY(one, look_at(root, name));
            std::ranges::move(one.files, std::back_inserter(scan.files));
            std::ranges::move(one.skipped, std::back_inserter(scan.skipped));
        }
        std::ranges::sort(scan.files, {}, &std::pair<std::string, FileStat>::first);
        return scan;
    }
    if (path.empty()) return scan_tree(root, path, context_.settings.rules, now_ms);
    auto stat = root.find_local(path);
    if (!stat) {
        scan.skipped.push_back(path);
        return scan;
    }
    if (!*stat) return scan;
    if ((*stat)->kind == FileKind::folder) {
        if (is_hidden_folder(path, context_.settings.rules)) return scan;
        return scan_tree(root, path, context_.settings.rules, now_ms);
    }
    const bool is_good = (*stat)->kind == FileKind::regular && (*stat)->is_ours &&
                         (*stat)->is_single && !find_path_fault(path);
    const bool is_never = classify(path, context_.settings.rules) == FileClass::never;
    if (is_good && !is_never)
        scan.files.emplace_back(path, **stat);
    else
        scan.skipped.push_back(path);
    return scan;
}

Status FileTree::capture(CaptureSink& sink, Memory& memory) {
    auto opened = sink.accepts_danger() ? open_root(memory) : open_filled_root(memory);
    if (!opened) {
        is_watched_ = false;
        is_trusting_ = false;
        return opened.error();
    }
    const TreeDir root = std::move(*opened);
    is_trusting_ = is_trusting_ || sink.accepts_danger();
    if (Status status = load_marks(memory); !status) return status;
    if (has_new_marks_)
        if (Status status = sink.collections_changed(); !status) return status;
    has_new_marks_ = false;
    moved_ = {};
    if (Status status = capture_marks(context_, sink, memory); !status) return status;
    later_.clear();
    gate_.look();
    if (!only_.empty()) return capture_project(root, sink, memory);
    const bool is_full = needs_scan_ || (dirty_.empty() && hinted_.empty()) || is_scan_due();
    const milliseconds began = context_.clock.steady_ms();
    const std::set<std::string> places = is_full ? std::set<std::string>{""} : local_places();
    SATCHEL_TRY(undecided, decide_projects(root, places, sink, memory));
    // What is there first: something of it may be what is not there any more.
    std::vector<std::string> ordered(places.begin(), places.end());
    std::stable_partition(ordered.begin(), ordered.end(), [&](const std::string& path) {
        const auto there = root.find_local(path);
        return path.empty() || (there && there->has_value());
    });
    for (const std::string& path : ordered)
        if (Status status = capture_place(root, path, sink, memory); !status) return status;
    if (is_full) {
        scanned_at_ = began;
        if (!is_root_watched()) is_watched_ = false;
    }
    needs_scan_ = false;
    is_trusting_ = false;
    dirty_ = later_;
    hinted_ = std::move(undecided);
    return ok();
}

/// Leaves everything as it is for the next capture, but what it found to look at again.
Status FileTree::capture_project(const TreeDir& root, CaptureSink& sink, Memory& memory) {
    is_trusting_ = false;
    const ProjectPlace* place = context_.places.find(only_);
    if (place == nullptr) return sink.item_done();
    const std::string folder = context_.places.join(place->slug, "");
    SATCHEL_TRY(undecided, decide_projects(root, {folder}, sink, memory));
    if (Status status = capture_place(root, folder, sink, memory); !status) return status;
    dirty_.merge(later_);
    hinted_.merge(undecided);
    return ok();
}

Status FileTree::capture_place(const TreeDir& root,
                               const std::string& path,
                               CaptureSink& sink,
                               Memory& memory) {
    SATCHEL_TRY(found, look_at(root, path));
    SATCHEL_TRY(scan, to_workspace(root, std::move(found), memory));
    std::vector<std::pair<std::string, FileNote>> notes;
    for (const std::string& place : context_.places.logical(path)) {
        SATCHEL_TRY(some, list_file_notes(memory, place));
        std::ranges::move(some, std::back_inserter(notes));
    }
    std::ranges::sort(notes, {}, &std::pair<std::string, FileNote>::first);
    if (path.empty()) {
        skipped_count_ = scan.skipped.size();
        others_.clear();
        recount_secrets(scan, notes);
    }
    WatchedSink watched(sink);
    const CaptureRun run{context_, root, watched, memory, unparsed_};
    // New files first: what one of them was under another name is not gone.
    std::vector<Pairing> pairs = pair_up(scan, notes);
    std::stable_partition(
        pairs.begin(), pairs.end(), [](const Pairing& pair) { return pair.note == nullptr; });
    FormerFiles formers(run);
    for (const Pairing& pair : pairs) {
        if (sink.should_stop()) return Error{ErrorCode::interrupted, "capture a tree"};
        const Status status = pair.stat == nullptr ? capture_absent(run, scan, pair)
                                                   : capture_present(run, formers, pair);
        if (!status) return status;
    }
    return ok();
}

Status FileTree::capture_absent(const CaptureRun& run, const TreeScan& scan, const Pairing& pair) {
    const std::string file_path(pair.path);
    const bool is_kept =
        scan.skips(pair.path) || classify(pair.path, context_.settings.rules) == FileClass::never;
    if (is_kept) return ok();  // not ours to read now, or not to travel any more: no deletion
    forget(file_path);
    SATCHEL_TRY(is_known, find_file_note(run.memory, pair.path));
    if (!is_known) return ok();  // it was moved
    if (!is_gone(run.root, file_path)) {
        later_.insert(file_path);
        return ok();
    }
    const FileRule* rule = find_rule(pair.path, context_.settings.rules);
    bool stays = rule != nullptr && rule->keeps_deleted;
    if (stays) {
        SATCHEL_TRY(has_moved, moved_.has(run, pair.path, *pair.note));
        stays = !has_moved;
    }
    return stays ? sweep_missing(run, pair.path, *pair.note)
                 : capture_missing(run, pair.path, *pair.note);
}

Status FileTree::capture_present(const CaptureRun& run, FormerFiles& formers, const Pairing& pair) {
    const std::string file_path(pair.path);
    if (pair.note == nullptr) {
        const Bytes name = swept_note_name(context_.file_sid(pair.path));
        SATCHEL_TRY(swept, run.memory.note(name));
        if (swept)
            if (Status status = run.memory.erase_note(name); !status) return status;
    }
    if (pair.note != nullptr && pair.note->is_other)
        others_.insert(file_path);
    else
        others_.erase(file_path);
    if (pair.note != nullptr && is_unchanged(*pair.stat, *pair.note, context_.secret_rules())) {
        suspects_.erase(file_path);
        forget(file_path);
        return ok();
    }
    const auto held = held_.find(file_path);
    if (held != held_.end() && held->second.same_version(*pair.stat)) return ok();
    if (pair.note != nullptr) {
        const milliseconds wait = settle_time(*pair.stat, *pair.note);
        if (!is_settled(file_path, *pair.stat, wait)) {
            later_.insert(file_path);
            return ok();
        }
    }
    const FileClass file_class =
        pair.note != nullptr ? pair.note->file_class : classify(pair.path, context_.settings.rules);
    FoundFile file{file_path, *pair.stat, std::nullopt, std::nullopt};
    if (pair.note != nullptr) file.note = *pair.note;
    if (file_class == FileClass::lines) file.is_quiet = is_quiet(file_path, *pair.stat);
    std::optional<FormerFile> former;
    if (file_class == FileClass::lines && pair.note == nullptr) {
        SATCHEL_TRY(found_former, formers.find(file));
        former = std::move(found_former);
        if (former) file.former = former->path;
    }
    SATCHEL_TRY(outcome, capture_file(run, file, file_class));
    const bool is_here = outcome == CaptureOutcome::done || outcome == CaptureOutcome::torn;
    if (former && is_here)
        if (Status status = capture_missing(run, former->path, former->note); !status)
            return status;
    if (file_class == FileClass::immutable) {
        SATCHEL_TRY(now, find_file_note(run.memory, file_path));
        if (now && now->is_other) others_.insert(file_path);
    }
    note_outcome(file_path, *pair.stat, outcome);
    return count_secrets(file_path, pair.note, run.memory);
}

void FileTree::note_outcome(const std::string& path, const FileStat& stat, CaptureOutcome outcome) {
    if (outcome == CaptureOutcome::held)
        held_[path] = stat;
    else
        held_.erase(path);
    const bool is_over = outcome == CaptureOutcome::done || outcome == CaptureOutcome::held;
    if (!is_over) later_.insert(path);
    if (outcome != CaptureOutcome::torn) torn_.erase(path);
    if (outcome == CaptureOutcome::unreadable)
        unreadable_.insert(path);
    else
        unreadable_.erase(path);
}

void FileTree::forget(const std::string& path) {
    torn_.erase(path);
    unreadable_.erase(path);
    held_.erase(path);
    unparsed_.erase(path);
}

Result<CaptureOutcome> FileTree::capture_file(const CaptureRun& run,
                                              const FoundFile& file,
                                              FileClass file_class) {
    if (file_class == FileClass::lines) return capture_lines(run, file);
    if (is_document(file_class)) return capture_document(run, file, file_class);
    return capture_opaque(run, file);
}

/// Programs that replace a file may take the old one away first.
bool FileTree::is_gone(const TreeDir& root, const std::string& path) {
    const milliseconds age(context_.clock.now_ms() - folder_changed_ms(root, path));
    const bool is_certain = is_trusting_ || age >= kShrunkWait;
    return is_settled(path, FileStat{}, is_certain ? milliseconds(0) : kShrunkWait);
}

bool FileTree::is_quiet(const std::string& path, const FileStat& stat) {
    const milliseconds now = context_.clock.steady_ms();
    const auto [at, is_new] = torn_.try_emplace(path, Suspect{stat, now});
    if (!is_new && !at->second.stat.same_version(stat)) at->second = {stat, now};
    const milliseconds age(context_.clock.now_ms() - stat.mtime_ns / 1'000'000);
    return age >= kTornWait || now - at->second.since >= kTornWait;
}

bool FileTree::is_settled(const std::string& path, const FileStat& stat, milliseconds wait) {
    if (wait == milliseconds(0)) {
        suspects_.erase(path);
        return true;
    }
    const milliseconds now = context_.clock.steady_ms();
    const auto [at, is_new] = suspects_.try_emplace(path, Suspect{stat, now});
    if (!is_new && !at->second.stat.same_version(stat)) at->second = {stat, now};
    if (now - at->second.since < wait) return false;
    suspects_.erase(at);
    return true;
}

}  // namespace satchel::sources
