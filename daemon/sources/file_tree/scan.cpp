#include "daemon/sources/file_tree/scan.h"

#include "daemon/sources/file_tree/deny_list.h"
#include "daemon/sources/file_tree/tree_path.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::sources {

using platform::UniqueFd;

namespace {

constexpr int kDepthMax = 64;
/// Longer than any write takes, and than a process may be hidden from us (another container).
constexpr UnixMs kTempAgeMs = 5 * 60 * 1000;

struct CloseDir {
    void operator()(DIR* dir) const { ::closedir(dir); }
};

class Walk {
  public:
    Walk(const std::vector<FileRule>& rules, UnixMs now_ms) : rules_(rules), now_ms_(now_ms) {}

    void folder(UniqueFd fd, const std::string& path, int depth) {
        const int raw_fd = fd.get();
        DIR* const opened = depth > kDepthMax ? nullptr : ::fdopendir(raw_fd);
        if (opened == nullptr) {
            skip(path);
            return;
        }
        const std::unique_ptr<DIR, CloseDir> dir(opened);
        static_cast<void>(fd.release());
        while (true) {
            errno = 0;
            const dirent* entry = ::readdir(dir.get());
            if (entry == nullptr) break;
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..") continue;
            one(raw_fd, path.empty() ? std::string(name) : path + "/" + std::string(name), depth);
        }
        if (errno != 0) skip(path);
    }

    TreeScan scan;

  private:
    void skip(const std::string& path) { scan.skipped.push_back(path); }

    void one(int parent, const std::string& path, int depth) {
        const std::string name(split_path(path).second);
        const auto process = process_of_temp_name(name);
        if (!process && is_denied_name(name) && classify(path, rules_) == FileClass::never) return;

        struct stat raw {};

        if (::fstatat(parent, name.c_str(), &raw, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno != ENOENT) skip(path);
            return;
        }
        if (process) {
            clean_up(parent, name, *process, raw);
            return;
        }
        const FileStat stat = FileStat::from(raw);
        if (stat.kind == FileKind::folder) {
            enter(parent, name, path, depth);
            return;
        }
        const bool is_link = S_ISLNK(raw.st_mode);  // may stand for a folder of ours
        if (!is_link && class_by_rules(path, rules_) == FileClass::never) return;
        const bool is_good = stat.kind == FileKind::regular && stat.is_ours && stat.is_single &&
                             !find_name_fault(name);
        if (is_good)
            scan.files.emplace_back(path, stat);
        else
            skip(path);
    }

    void enter(int parent, const std::string& name, const std::string& path, int depth) {
        if (is_hidden_folder(path, rules_)) return;
        UniqueFd next(
            ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (next.get() >= 0)
            folder(std::move(next), path, depth + 1);
        else if (errno != ENOENT)
            skip(path);
    }

    /// A file bearing the name of an unfinished one: ours to remove when nobody can be writing it.
    void clean_up(int parent, const std::string& name, pid_t process, const struct stat& raw) {
        const bool may_live = process != ::getpid() && (::kill(process, 0) == 0 || errno != ESRCH);
        const bool is_old = now_ms_ - FileStat::from(raw).changed_ms > kTempAgeMs;
        const bool is_file = S_ISREG(raw.st_mode) && raw.st_uid == ::geteuid();
        if (is_file && is_old && !may_live) ::unlinkat(parent, name.c_str(), 0);
    }

    const std::vector<FileRule>& rules_;
    UnixMs now_ms_;
};

}  // namespace

Result<TreeScan> scan_tree(const TreeDir& root,
                           std::string_view path,
                           const std::vector<FileRule>& rules,
                           UnixMs now_ms) {
    Walk walk(rules, now_ms);
    auto folder = root.open_local_folder(path);
    if (!folder) {
        if (path.empty()) return folder.error();
        if (folder.error().code != ErrorCode::not_found) walk.scan.skipped.emplace_back(path);
        return std::move(walk.scan);
    }
    walk.folder(std::move(*folder), std::string(path), 0);
    if (path.empty() && walk.scan.skips(""))
        return Error{ErrorCode::io, "read the root folder: some of it could not be listed"};
    std::ranges::sort(walk.scan.files, {}, &std::pair<std::string, FileStat>::first);
    return std::move(walk.scan);
}

}  // namespace satchel::sources
