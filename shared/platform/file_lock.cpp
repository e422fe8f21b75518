// Open-file-description locks on Linux, flock elsewhere: both belong to the open file, so closing
// another descriptor of the same file does not drop them, as classic record locks would.
#include "shared/platform/file_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

namespace satchel::platform {
namespace {

int lock_without_waiting(int fd) {
#if defined(F_OFD_SETLK)
    struct flock whole {};

    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(fd, F_OFD_SETLK, &whole);
#else
    return ::flock(fd, LOCK_EX | LOCK_NB);
#endif
}

}  // namespace

Result<FileLock> FileLock::acquire(const std::filesystem::path& path) {
    UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) return errno_error("lock '" + path.string() + "'", errno);
    if (lock_without_waiting(file.get()) != 0) {
        if (errno == EAGAIN || errno == EACCES || errno == EWOULDBLOCK)
            return Error{ErrorCode::busy, "lock '" + path.string() + "': another process holds it"};
        return errno_error("lock '" + path.string() + "'", errno);
    }
    return FileLock(std::move(file));
}

}  // namespace satchel::platform
