// stat, and the one file made by a plain descriptor.
#include "daemon/sources/sqlite_tables/file_stamp.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#ifndef _WIN32
#include <unistd.h>
#endif

namespace satchel::sources::sqlite {

FileStamp file_stamp(const std::filesystem::path& path) {
    struct stat info {};

    FileStamp stamp;
    if (::stat(path.string().c_str(), &info) != 0) return stamp;
    stamp.is_there = true;
    stamp.device = static_cast<std::uint64_t>(info.st_dev);
    stamp.inode = static_cast<std::uint64_t>(info.st_ino);
#ifdef __linux__
    stamp.modified_ms = info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1'000'000;
#else
    stamp.modified_ms = static_cast<UnixMs>(info.st_mtime) * 1000;
#endif
    return stamp;
}

Status create_private_file(const std::filesystem::path& path) {
#ifndef _WIN32
    const int file_handle = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file_handle < 0) return errno_error("create " + path.string(), errno);
    ::close(file_handle);
#endif
    return ok();
}

}  // namespace satchel::sources::sqlite
