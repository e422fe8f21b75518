// Backups of files: a clone where the file system can, else a copy; checked by its digest.
#include "daemon/backup/copy.h"
#include "daemon/backup/digest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif

#include "shared/base/bytes.h"
#include "shared/platform/files.h"
#include "shared/platform/unique_fd.h"

#include <cerrno>

namespace satchel::backup {

using platform::UniqueFd;

namespace {

Status copy_bytes(int from, int to) {
#ifdef __linux__
    if (::ioctl(to, FICLONE, from) == 0) return ok();
#endif
    Bytes block(Digest::kBlock);
    off_t offset = 0;
    while (true) {
        const ssize_t count = ::pread(from, block.data(), block.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error("read a file to back up", errno);
        if (count == 0) return ok();
        for (ssize_t done = 0; done < count;) {
            const ssize_t written = ::pwrite(
                to, block.data() + done, static_cast<std::size_t>(count - done), offset + done);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return errno_error("write a backup", errno);
            done += written;
        }
        offset += count;
    }
}

}  // namespace

Result<std::string> content_name(const std::filesystem::path& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.is_open()) return errno_error("read a backup", errno);
    SATCHEL_TRY(digest, digest_of(file.get()));
    return digest.name();
}

Result<Copied> copy_file_into(const std::filesystem::path& from,
                              const std::filesystem::path& folder) {
    const UniqueFd file(::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.is_open()) return errno_error("back up '" + from.string() + "'", errno);

    struct stat stat {};

    if (::fstat(file.get(), &stat) != 0 || !S_ISREG(stat.st_mode))
        return Error{ErrorCode::refused, "back up '" + from.string() + "': not a regular file"};
    SATCHEL_TRY(wanted, digest_of(file.get()));

    const std::filesystem::path target = folder / wanted.name();
    const UniqueFd old(::open(target.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (old.is_open()) {
        SATCHEL_TRY(kept, digest_of(old.get()));
        if (kept == wanted) return Copied{wanted.name(), wanted.size};
    }
    const std::filesystem::path temporary = folder / ".unfinished";
    ::unlink(temporary.c_str());
    const UniqueFd copy(
        ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!copy.is_open()) return errno_error("write a backup", errno);
    if (Status status = copy_bytes(file.get(), copy.get()); !status) return status.error();
    if (::fsync(copy.get()) != 0) return errno_error("write a backup", errno);
    SATCHEL_TRY(made, digest_of(copy.get()));
    if (made != wanted)
        return Error{ErrorCode::busy, "back up '" + from.string() + "': it is changing"};
    if (::rename(temporary.c_str(), target.c_str()) != 0)
        return errno_error("write a backup", errno);
    if (Status status = platform::sync_directory(folder); !status) return status.error();
    return Copied{wanted.name(), wanted.size};
}

}  // namespace satchel::backup
