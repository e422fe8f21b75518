// Opening, and knowing when there is something to look at.
#include "daemon/sources/file_tree/file_tree.h"

#include "daemon/sources/file_tree/deny_list.h"
#include "daemon/sources/file_tree/scan.h"
#include "shared/base/hash.h"

#include <algorithm>

#include <sys/stat.h>

namespace satchel::sources {

namespace {

/// Watching misses what happens on other machines of a network folder, and what the system drops.
constexpr milliseconds kScanInterval = std::chrono::hours(1);

/// Device and inode at the path; zeros when there is nothing.
std::pair<std::uint64_t, std::uint64_t> id_of(const std::filesystem::path& path) {
    struct stat raw {};

    if (::stat(path.c_str(), &raw) != 0) return {};
    return {static_cast<std::uint64_t>(raw.st_dev), static_cast<std::uint64_t>(raw.st_ino)};
}

}  // namespace

FileTree::FileTree(FileTreeSettings settings, Surroundings surroundings)
    : context_(std::move(settings),
               surroundings.ids,
               surroundings.clock,
               std::move(surroundings.hash),
               std::move(surroundings.backup)),
      gate_(context_.settings.find_program, context_.settings.program_title, surroundings.clock) {}

Status FileTree::open(Memory& memory) {
    needs_scan_ = true;
    is_watched_ = false;
    gate_.look();
    SATCHEL_TRY(root, TreeDir::open(context_.settings.root));
    return context_.places.load(memory);
}

bool FileTree::is_root_watched() const {
    return id_of(context_.settings.root) == watched_root_;
}

Result<TreeDir> FileTree::open_root(Memory& memory) {
    if (Status status = context_.places.load(memory); !status) return status.error();
    return TreeDir::open(context_.settings.root, &context_.places);
}

Result<TreeDir> FileTree::open_filled_root(Memory& memory) {
    SATCHEL_TRY(root, open_root(memory));
    SATCHEL_TRY(held, memory.count_held(context_.files));
    if (held == 0) return root;
    std::error_code error;
    if (!std::filesystem::is_empty(context_.settings.root, error) && !error) return root;
    // Rows that wrote no file: settings that all wait or stay elsewhere.
    SATCHEL_TRY(notes, list_file_notes(memory, ""));
    if (notes.empty()) return root;
    return Error{ErrorCode::halted,
                 "look at source '" + context_.settings.name + "': its folder is empty",
                 "bring the files back; if they shall be deleted everywhere: satchelctl source "
                 "resume " +
                     context_.settings.name};
}

bool FileTree::is_scan_due() const {
    // Each source has its own time, so that they do not all scan in one cycle.
    const auto spread = static_cast<int>(hash64(as_bytes(context_.settings.name)) % 16);
    const milliseconds interval = kScanInterval - kScanInterval / 160 * spread;
    return !is_watched_ || !is_root_watched() ||
           context_.clock.steady_ms() - scanned_at_ >= interval;
}

void FileTree::hint(const std::optional<std::filesystem::path>& path) {
    if (!path) {
        needs_scan_ = true;
        return;
    }
    const std::string relative = path->lexically_relative(context_.settings.root).string();
    if (relative == ".") {
        needs_scan_ = true;
        is_watched_ = false;  // it may have been replaced
        return;
    }
    const bool is_inside = !relative.empty() && !relative.starts_with("..");
    if (!is_inside || is_hidden_folder(relative, context_.settings.rules)) return;
    const std::vector<std::string>& names = context_.settings.names;
    if (!context_.settings.is_walked && std::ranges::find(names, relative) == names.end()) return;
    hinted_.insert(relative);
}

void FileTree::set_watched(bool is_watched) {
    // What changed since the last look and before watching began, nobody told.
    needs_scan_ = needs_scan_ || is_watched;
    is_watched_ = is_watched && context_.settings.is_walked;
    watched_root_ = id_of(context_.settings.root);
}

void FileTree::look_again() {
    // Hints tell of everything where they come at all; there may be nothing to look at.
    is_trusting_ = *has_changes();
}

}  // namespace satchel::sources
