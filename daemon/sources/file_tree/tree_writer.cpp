#include "daemon/sources/file_tree/tree_writer.h"

#include "daemon/sources/file_tree/deny_list.h"
#include "daemon/sources/file_tree/tree_path.h"

#include <atomic>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::sources {

using platform::UniqueFd;

namespace {

Error failure(std::string_view attempted, std::string_view path, int error_number) {
    return errno_error(std::string(attempted) + " '" + std::string(path) + "'", error_number);
}

std::string temp_name() {
    static std::atomic<std::uint32_t> count{0};
    return temp_file_name(::getpid(), ++count);
}

/// A lease on an open file, given back on destruction.
class Lease {
  public:
    Lease(int fd, [[maybe_unused]] int type) : fd_(fd) {
#ifdef __linux__
        type_ = type;
        ::fcntl(fd, F_SETSIG, SIGURG);  // ignored by default; the usual SIGIO would end us
        is_held_ = ::fcntl(fd, F_SETLEASE, type) == 0;
        is_busy_ = !is_held_ && errno == EAGAIN;
#endif
    }

    ~Lease() {
#ifdef __linux__
        if (is_held_) ::fcntl(fd_, F_SETLEASE, F_UNLCK);
#endif
    }

    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    /// Others have the file open in a way this lease excludes.
    [[nodiscard]] bool is_busy() const {
        return is_busy_;
    }

    /// Somebody waits to open the file.
    [[nodiscard]] bool is_wanted() const {
#ifdef __linux__
        return is_held_ && ::fcntl(fd_, F_GETLEASE) != type_;
#else
        return false;
#endif
    }

  private:
    int fd_;
    int type_ = 0;
    bool is_held_ = false;
    bool is_busy_ = false;
};

/// A name in an open folder.
struct Place {
    UniqueFd folder;
    std::string name;

    static Result<Place> of(const TreeDir& root, std::string_view path) {
        const std::string local = root.local(path);
        const auto [folder, name] = split_path(local);
        SATCHEL_TRY(fd, root.open_local_folder(folder));
        return Place{std::move(fd), std::string(name)};
    }

    [[nodiscard]] UniqueFd open(int flags) const {
        return UniqueFd(
            ::openat(folder.get(), name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    }

    [[nodiscard]] bool holds(const FileStat& expected, const std::string& at) const {
        struct stat raw {};

        return ::fstatat(folder.get(), at.c_str(), &raw, AT_SYMLINK_NOFOLLOW) == 0 &&
               FileStat::from(raw).same_version(expected);
    }
};

/// A new file that goes when it is not put in place.
struct TempFile {
    const Place& place;
    std::string name = temp_name();
    UniqueFd file;

    explicit TempFile(const Place& where)
        : place(where),
          file(::openat(where.folder.get(),
                        name.c_str(),
                        O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        0600)) {}

    ~TempFile() {
        if (!name.empty()) ::unlinkat(place.folder.get(), name.c_str(), 0);
    }

    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;
};

Status write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error("write a file", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return ok();
}

void set_mtime(int fd, UnixMs mtime_ms) {
    if (mtime_ms <= 0) return;
    const timespec time{static_cast<time_t>(mtime_ms / 1000),
                        static_cast<long>(mtime_ms % 1000) * 1'000'000};
    const timespec both[2] = {{0, UTIME_OMIT}, time};
    ::futimens(fd, both);  // a wrong time is no reason to fail
}

/// The mode on disk that shows `travelling` without touching who may read.
mode_t adapted_mode(mode_t current, std::int64_t travelling) {
    const mode_t plain = current & 0666;
    return (travelling & 0100) != 0 ? plain | 0100 | ((plain & 0044) >> 2) : plain;
}

int rename_at(int folder, const std::string& from, const std::string& to, unsigned flags) {
#ifdef __linux__
    return ::renameat2(folder, from.c_str(), folder, to.c_str(), flags);
#else
    return ::renameatx_np(folder, from.c_str(), folder, to.c_str(), flags);
#endif
}

/// Makes the names in a folder durable, on file systems that can.
Status sync_folder(int folder, std::string_view path) {
    const bool is_done = ::fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP;
    return is_done ? ok() : Status(failure("sync the folder of", path, errno));
}

#ifdef __linux__
constexpr unsigned kNoReplace = RENAME_NOREPLACE;
constexpr unsigned kExchange = RENAME_EXCHANGE;
#else
constexpr unsigned kNoReplace = RENAME_EXCL;
constexpr unsigned kExchange = RENAME_SWAP;
#endif

Result<Written> put_new(TempFile& temp, std::string_view path) {
    const Place& place = temp.place;
    int result = rename_at(place.folder.get(), temp.name, place.name, kNoReplace);
    if (result != 0 &&
        errno == EINVAL) {  // a file system without the flag: link() is exclusive too
        result = ::linkat(
            place.folder.get(), temp.name.c_str(), place.folder.get(), place.name.c_str(), 0);
        if (result == 0) ::unlinkat(place.folder.get(), temp.name.c_str(), 0);
    }
    if (result != 0 && errno == EEXIST) return Written{WriteOutcome::changed, {}};
    if (result != 0) return failure("put in place", path, errno);
    temp.name.clear();
    return Written{};
}

Result<Written> put_over(TempFile& temp, const FileStat& expected, std::string_view path) {
    const Place& place = temp.place;
    const UniqueFd old = place.open(O_RDONLY);
    if (old.get() < 0) return Written{WriteOutcome::changed, {}};
    const Lease lease(old.get(), F_RDLCK);
    if (lease.is_busy()) return Written{WriteOutcome::open, {}};
    if (!place.holds(expected, place.name)) return Written{WriteOutcome::changed, {}};
    if (rename_at(place.folder.get(), temp.name, place.name, kExchange) != 0) {
        if (errno != EINVAL) return failure("replace", path, errno);
        if (::renameat(
                place.folder.get(), temp.name.c_str(), place.folder.get(), place.name.c_str()) != 0)
            return failure("replace", path, errno);
        temp.name.clear();
        return Written{};
    }
    // From here on the old file bears the temporary name; if it is not the one we meant to replace,
    // or somebody waits to write into it, it goes back.
    const bool is_expected = place.holds(expected, temp.name);
    if (is_expected && !lease.is_wanted()) return Written{};
    const std::string aside = std::exchange(temp.name, {});
    const int folder = place.folder.get();
    if (Status status = give_back(folder, aside, place.name, kExchange, rename_at); !status)
        return std::move(status).error().at("replace '" + std::string(path) + "'");
    temp.name = aside;
    return Written{is_expected ? WriteOutcome::open : WriteOutcome::changed, {}};
}

}  // namespace

Status give_back(int folder,
                 const std::string& aside,
                 const std::string& name,
                 unsigned flags,
                 const ChangeNames& change_names) {
    if (change_names(folder, aside, name, flags) == 0) return ok();
    const int error_number = errno;
    // The only copy of somebody's newer content must not bear a name that scans clean up.
    std::string kept = kept_file_name(aside);
    if (change_names(folder, aside, kept, kNoReplace) != 0 &&
        ::linkat(folder, aside.c_str(), folder, kept.c_str(), 0) != 0)
        kept = aside;
    return errno_error("put back '" + name + "', which changed meanwhile", error_number)
        .with_hint("what it held is beside it in '" + kept + "'");
}

Result<std::vector<std::string>> make_folders(const TreeDir& root, std::string_view path) {
    std::vector<std::string> made;
    std::string so_far;
    for (const std::string& name : path_parts(path)) {
        SATCHEL_TRY(parent, root.open_folder(so_far));
        so_far += so_far.empty() ? name : "/" + name;
        const std::string local(split_path(root.local(so_far)).second);
        const bool is_made = ::mkdirat(parent.get(), local.c_str(), 0700) == 0;
        if (!is_made && errno == EEXIST) continue;
        if (!is_made) return failure("make folder", so_far, errno);
        made.push_back(so_far);
        if (Status status = sync_folder(parent.get(), so_far); !status) return status.error();
    }
    SATCHEL_TRY(last, root.open_folder(path));
    return made;
}

Result<Written> write_file(const TreeDir& root,
                           std::string_view path,
                           const std::optional<FileStat>& expected,
                           const FileLook& look,
                           const WriteContent& content) {
    SATCHEL_TRY(place, Place::of(root, path));
    TempFile temp(place);
    const int fd = temp.file.get();
    if (fd < 0) {
        const int error_number = errno;
        temp.name.clear();
        return failure("write beside", path, error_number);
    }
    const auto write = [fd](ByteView bytes) { return write_all(fd, bytes); };
    if (Status status = content(write); !status) return status.error();
    if (::fchmod(fd, adapted_mode(expected ? expected->mode : 0600, look.mode)) != 0)
        return failure("set the mode of", path, errno);
    set_mtime(fd, look.mtime_ms);
    if (::fsync(fd) != 0) return failure("sync", path, errno);
    SATCHEL_TRY(written, expected ? put_over(temp, *expected, path) : put_new(temp, path));
    if (written.outcome != WriteOutcome::done) return written;
    if (Status status = sync_folder(place.folder.get(), path); !status) return status.error();
    SATCHEL_TRY(stat, stat_of(fd));
    return Written{WriteOutcome::done, stat};
}

Result<Written> append_file(const TreeDir& root,
                            std::string_view path,
                            const FileStat& expected,
                            UnixMs mtime_ms,
                            ByteView bytes) {
    SATCHEL_TRY(place, Place::of(root, path));
    {
        const UniqueFd reader = place.open(O_RDONLY);
        if (reader.get() < 0) return Written{WriteOutcome::changed, {}};
        if (Lease(reader.get(), F_RDLCK).is_busy()) return Written{WriteOutcome::open, {}};
    }
    const UniqueFd file = place.open(O_WRONLY | O_APPEND);
    if (file.get() < 0) return failure("append to", path, errno);
    const Lease lease(file.get(), F_WRLCK);  // not granted while others read: then without
    SATCHEL_TRY(before, stat_of(file.get()));
    if (!before.same_version(expected)) return Written{WriteOutcome::changed, {}};
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    const int error_number = errno;
    const off_t end = ::lseek(file.get(), 0, SEEK_CUR);
    const bool is_whole = count == static_cast<ssize_t>(bytes.size());
    const bool is_in_place = end == static_cast<off_t>(expected.size + bytes.size());
    if (!is_whole || !is_in_place) {
        // Half a line, or behind a line that just came: take it back if it is still the last.
        SATCHEL_TRY(now, stat_of(file.get()));
        const bool is_last = count > 0 && now.size == static_cast<std::uint64_t>(end);
        if (is_last && ::ftruncate(file.get(), end - count) != 0)
            return failure("take back an append to", path, errno);
        if (count < 0) return failure("append to", path, error_number);
        if (!is_whole) return Error{ErrorCode::disk_full, "append to '" + std::string(path) + "'"};
        return Written{WriteOutcome::changed, {}};
    }
    set_mtime(file.get(), mtime_ms);
    if (::fsync(file.get()) != 0) return failure("sync", path, errno);
    SATCHEL_TRY(after, stat_of(file.get()));
    return Written{WriteOutcome::done, after};
}

Result<Written> set_file_mode(const TreeDir& root,
                              std::string_view path,
                              const FileStat& expected,
                              std::int64_t mode) {
    SATCHEL_TRY(file, root.open_file(path));
    SATCHEL_TRY(before, stat_of(file.get()));
    if (!before.same_version(expected)) return Written{WriteOutcome::changed, {}};
    if (travelling_mode(before.mode) != mode &&
        ::fchmod(file.get(), adapted_mode(before.mode, mode)) != 0)
        return failure("set the mode of", path, errno);
    SATCHEL_TRY(after, stat_of(file.get()));
    return Written{WriteOutcome::done, after};
}

Result<Written> remove_file(const TreeDir& root, std::string_view path, const FileStat& expected) {
    SATCHEL_TRY(place, Place::of(root, path));
    const UniqueFd old = place.open(O_RDONLY);
    if (old.get() < 0) return Written{WriteOutcome::changed, {}};
    const Lease lease(old.get(), F_RDLCK);
    if (lease.is_busy()) return Written{WriteOutcome::open, {}};
    if (!place.holds(expected, place.name)) return Written{WriteOutcome::changed, {}};
    const std::string aside = temp_name();
    if (rename_at(place.folder.get(), place.name, aside, kNoReplace) != 0)
        return failure("remove", path, errno);
    const bool is_expected = place.holds(expected, aside);
    if (!is_expected || lease.is_wanted()) {
        const int folder = place.folder.get();
        if (Status status = give_back(folder, aside, place.name, kNoReplace, rename_at); !status)
            return std::move(status).error().at("remove '" + std::string(path) + "'");
        return Written{is_expected ? WriteOutcome::open : WriteOutcome::changed, {}};
    }
    if (::unlinkat(place.folder.get(), aside.c_str(), 0) != 0)
        return failure("remove", path, errno);
    if (Status status = sync_folder(place.folder.get(), path); !status) return status.error();
    return Written{};
}

bool remove_empty_folder(const TreeDir& root, std::string_view path) {
    auto place = Place::of(root, path);
    return place && ::unlinkat(place->folder.get(), place->name.c_str(), AT_REMOVEDIR) == 0;
}

}  // namespace satchel::sources
