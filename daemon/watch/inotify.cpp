#include "daemon/watch/inotify.h"

#ifdef __linux__

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/vfs.h>

namespace satchel::watch {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t kMask = IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO |
                                IN_ATTRIB | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF |
                                IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;

/// Folders no assistant's state is in, and which hold very many others.
bool is_skipped(const fs::path& folder) {
    const auto name = folder.filename();
    return name == ".git" || name == "node_modules" || name == "__pycache__";
}

}  // namespace

bool is_shared_volume(std::uint32_t type) {
    constexpr std::array<std::uint32_t, 8> kShared = {NFS_SUPER_MAGIC,
                                                      SMB_SUPER_MAGIC,
                                                      CIFS_SUPER_MAGIC,
                                                      SMB2_SUPER_MAGIC,
                                                      AFS_SUPER_MAGIC,
                                                      CEPH_SUPER_MAGIC,
                                                      V9FS_MAGIC,
                                                      FUSE_SUPER_MAGIC};
    return std::ranges::find(kShared, type) != kShared.end();
}

Status check_volume(const std::string& folder) {
    struct statfs about {};

    if (::statfs(folder.c_str(), &about) != 0)
        return errno_error("look at '" + folder + "'", errno);
    if (!is_shared_volume(static_cast<std::uint32_t>(about.f_type))) return ok();
    return Error{ErrorCode::failed,
                 "watch '" + folder + "': another machine may change files there unseen",
                 "nothing is missed: every cycle looks at all of its files"};
}

Result<Inotify> Inotify::open() {
    platform::UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!fd.is_open()) return errno_error("watch folders", errno);
    return Inotify(std::move(fd));
}

Status Inotify::add_folder(const std::string& folder) {
    return add(folder, false);
}

Status Inotify::add(const std::string& folder, bool is_deep) {
    const int watch = ::inotify_add_watch(fd_.get(), folder.c_str(), kMask);
    if (watch < 0 && errno == ENOSPC)
        return Error{ErrorCode::too_large,
                     "watch folders: the system has no watches left after " +
                         std::to_string(folder_of_.size()),
                     "raise fs.inotify.max_user_watches; until then changes are found by scans"};
    if (watch < 0) return errno_error("watch '" + folder + "'", errno);
    Folder& known = folder_of_[watch];
    if (!known.path.empty()) watch_of_.erase(known.path);  // it may have been renamed
    known = {folder, known.is_deep || is_deep};
    watch_of_[folder] = watch;
    return ok();
}

Status Inotify::add_tree(const std::string& folder) {
    if (Status status = add(folder, true); !status) return status;
    std::vector<std::string> waiting{folder};
    while (!waiting.empty()) {
        const std::string next = std::move(waiting.back());
        waiting.pop_back();
        std::error_code error;
        const auto skip = fs::directory_options::skip_permission_denied;
        for (fs::directory_iterator at(next, skip, error), end; !error && at != end;
             at.increment(error)) {
            std::error_code ignored;
            if (at->symlink_status(ignored).type() != fs::file_type::directory) continue;
            if (is_skipped(at->path())) continue;
            const Status status = add(at->path().string(), true);
            if (!status && status.error().code == ErrorCode::too_large) return status;
            if (status) waiting.push_back(at->path().string());
        }
    }
    return ok();
}

void Inotify::remove_tree(const std::string& folder) {
    for (auto at = watch_of_.begin(); at != watch_of_.end();) {
        const bool is_below = at->first == folder || at->first.starts_with(folder + "/");
        if (!is_below) {
            ++at;
            continue;
        }
        ::inotify_rm_watch(fd_.get(), at->second);
        folder_of_.erase(at->second);
        at = watch_of_.erase(at);
    }
}

void Inotify::take(std::span<const char> events, Changes& changes) {
    while (events.size() >= sizeof(inotify_event)) {
        inotify_event event{};
        std::memcpy(&event, events.data(), sizeof event);
        const char* name = event.len > 0 ? events.data() + sizeof event : "";
        take_one(event.wd, event.mask, name, changes);
        events = events.subspan(std::min<std::size_t>(events.size(), sizeof event + event.len));
    }
}

void Inotify::take_one(int watch, std::uint32_t mask, const char* name, Changes& changes) {
    if ((mask & IN_Q_OVERFLOW) != 0) {
        changes.is_lost = true;
        return;
    }
    const auto at = folder_of_.find(watch);
    if (at == folder_of_.end()) return;
    const std::string folder = at->second.path;
    const bool is_deep = at->second.is_deep;
    if ((mask & IN_IGNORED) != 0) {
        watch_of_.erase(folder);
        folder_of_.erase(at);
        return;
    }
    if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
        changes.paths.insert(folder);
        // Of a folder moved within a tree this watch is gone by now: this one has left its place.
        if ((mask & IN_MOVE_SELF) != 0) remove_tree(folder);
        return;
    }
    const std::string path = *name == '\0' ? folder : folder + "/" + name;
    changes.paths.insert(path);
    if ((mask & IN_ISDIR) == 0 || is_skipped(path)) return;
    if ((mask & IN_MOVED_FROM) != 0) remove_tree(path);
    if (!is_deep || (mask & (IN_CREATE | IN_MOVED_TO)) == 0) return;
    const Status status = add_tree(path);
    if (!status && status.error().code == ErrorCode::too_large) changes.is_lost = true;
}

}  // namespace satchel::watch

#else

namespace satchel::watch {

bool is_shared_volume(std::uint32_t) {
    return false;
}

Status check_volume(const std::string&) {
    return ok();
}

Result<Inotify> Inotify::open() {
    return Error{ErrorCode::failed, "watch folders: not on this system"};
}

Status Inotify::add_tree(const std::string&) {
    return ok();
}

void Inotify::remove_tree(const std::string&) {}

void Inotify::take(std::span<const char>, Changes&) {}

}  // namespace satchel::watch

#endif
