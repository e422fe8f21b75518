#include "daemon/sources/file_tree/tree_dir.h"

#include "daemon/sources/file_tree/tree_path.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::sources {

using platform::UniqueFd;

namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Error link_on_the_way(std::string_view path) {
    return {ErrorCode::refused, "open '" + std::string(path) + "': a folder on the way is a link"};
}

/// Why a folder could not be opened, where a link looks like any other wrong type.
Error folder_error(int parent, const std::string& name, std::string_view path, int error_number) {
    struct stat raw {};

    const bool is_link =
        ::fstatat(parent, name.c_str(), &raw, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(raw.st_mode);
    if (is_link || error_number == ELOOP) return link_on_the_way(path);
    if (error_number == ENOTDIR) error_number = ENOENT;
    return errno_error("open folder '" + std::string(path) + "'", error_number);
}

}  // namespace

FileStat FileStat::from(const struct stat& raw) {
    FileStat stat;
    if (S_ISREG(raw.st_mode)) stat.kind = FileKind::regular;
    if (S_ISDIR(raw.st_mode)) stat.kind = FileKind::folder;
    stat.size = static_cast<std::uint64_t>(raw.st_size);
#ifdef __APPLE__
    const timespec time = raw.st_mtimespec;
    const timespec changed = raw.st_ctimespec;
#else
    const timespec time = raw.st_mtim;
    const timespec changed = raw.st_ctim;
#endif
    stat.changed_ms = UnixMs{changed.tv_sec} * 1000 + changed.tv_nsec / 1'000'000;
    stat.mtime_ns = std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    stat.inode = raw.st_ino;
    stat.mode = raw.st_mode & 07777;
    stat.is_ours = raw.st_uid == ::geteuid();
    stat.is_single = raw.st_nlink == 1;
    return stat;
}

bool FileStat::same_version(const FileStat& other) const {
    return kind == other.kind && size == other.size && mtime_ns == other.mtime_ns &&
           inode == other.inode;
}

std::int64_t travelling_mode(mode_t mode) {
    return (mode & S_IXUSR) != 0 ? 0700 : 0600;
}

Result<TreeDir> TreeDir::open(const std::filesystem::path& root, const PlaceMap* places) {
    UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() >= 0) return TreeDir(std::move(fd), places);
    const int error_number = errno == ENOTDIR ? ENOENT : errno;
    return errno_error("open folder '" + root.string() + "'", error_number)
        .with_hint("nothing is deleted elsewhere; bring the folder back or remove the source");
}

std::string TreeDir::local(std::string_view path) const {
    return places_ == nullptr ? std::string(path) : places_->local(path);
}

Result<UniqueFd> TreeDir::open_folder(std::string_view path) const {
    return open_local_folder(local(path));
}

Result<std::optional<FileStat>> TreeDir::find(std::string_view path) const {
    return find_local(local(path));
}

Result<UniqueFd> TreeDir::open_file(std::string_view path) const {
    return open_local_file(local(path));
}

Result<UniqueFd> TreeDir::open_local_folder(std::string_view path) const {
    UniqueFd current(::openat(root_.get(), ".", kFolderFlags));
    if (current.get() < 0) return errno_error("open the root folder", errno);
    for (const std::string& name : path_parts(path)) {
        UniqueFd next(::openat(current.get(), name.c_str(), kFolderFlags));
        if (next.get() < 0) return folder_error(current.get(), name, path, errno);
        current = std::move(next);
    }
    return current;
}

Result<std::optional<FileStat>> TreeDir::find_local(std::string_view path) const {
    const auto [folder, name] = split_path(path);
    auto parent = open_local_folder(folder);
    if (!parent) {
        if (parent.error().code == ErrorCode::not_found) return std::optional<FileStat>{};
        return parent.error();
    }

    struct stat raw {};

    if (::fstatat(parent->get(), std::string(name).c_str(), &raw, AT_SYMLINK_NOFOLLOW) == 0)
        return std::optional<FileStat>{FileStat::from(raw)};
    if (errno == ENOENT) return std::optional<FileStat>{};
    return errno_error("look at '" + std::string(path) + "'", errno);
}

Result<UniqueFd> TreeDir::open_local_file(std::string_view path) const {
    const auto [folder, name] = split_path(path);
    SATCHEL_TRY(parent, open_local_folder(folder));
    UniqueFd file(::openat(
        parent.get(), std::string(name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.get() < 0) return errno_error("open '" + std::string(path) + "'", errno);
    SATCHEL_TRY(stat, stat_of(file.get()));
    if (stat.kind != FileKind::regular)
        return Error{ErrorCode::refused, "open '" + std::string(path) + "': not a regular file"};
    return file;
}

Result<FileStat> stat_of(int fd) {
    struct stat raw {};

    if (::fstat(fd, &raw) != 0) return errno_error("look at an open file", errno);
    return FileStat::from(raw);
}

Result<Bytes> read_at(int fd, std::uint64_t offset, std::size_t size) {
    Bytes bytes(size);
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count =
            ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error("read a file", errno);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
}

bool TreeScan::skips(std::string_view path) const {
    for (const std::string& place : skipped) {
        if (path == place) return true;
        if (path.size() > place.size() && path.starts_with(place) && path[place.size()] == '/')
            return true;
    }
    return false;
}

}  // namespace satchel::sources
