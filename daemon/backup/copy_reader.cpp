#include "daemon/backup/copy_reader.h"

#include "daemon/backup/copy.h"
#include "shared/platform/files.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::backup {

namespace fs = std::filesystem;

namespace {

/// A copy that lies as a file; nothing that waits, leads elsewhere or is a device is opened for it.
Result<platform::UniqueFd> open_plain(const fs::path& path) {
    platform::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.is_open() && errno == ELOOP)
        return Error{ErrorCode::refused, "read a backup: the copy is a link"};
    if (!file.is_open()) return errno_error("read a backup", errno);

    struct stat stat {};

    if (::fstat(file.get(), &stat) != 0 || !S_ISREG(stat.st_mode))
        return Error{ErrorCode::refused, "read a backup: the copy is no ordinary file"};
    return file;
}

Status write_block(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error("write out a backup", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return ok();
}

}  // namespace

Result<const Archive*> CopyReader::open(const fs::path& path) {
    if (!archive_ || path_ != path) {
        SATCHEL_TRY(opened, Archive::open(path));
        archive_.emplace(std::move(opened));
        path_ = path;
    }
    return &*archive_;
}

Status CopyReader::read(const BackupEntry& entry, const Sink& sink) {
    const std::string wanted =
        entry.archive.empty() ? entry.copy.filename().string() : entry.digest;
    std::string found;
    if (entry.archive.empty()) {
        SATCHEL_TRY(file, open_plain(entry.copy));
        SATCHEL_TRY(digest, digest_of(file.get(), sink));
        found = digest.name();
    } else {
        SATCHEL_TRY(archive, open(entry.archive));
        SATCHEL_TRY(digest, archive->read(entry.copy.string(), sink));
        found = digest.name();
    }
    // The plain copy of a database has the name of its place; SQLite checks its content.
    const bool is_named_otherwise = entry.archive.empty() && entry.is_database;
    if (is_named_otherwise || found == wanted) return ok();
    return Error{ErrorCode::corrupt, "the copy of " + entry.path + " is damaged"};
}

Status CopyReader::verify(const BackupEntry& entry) {
    Status good = ok();
    if (entry.is_database && entry.archive.empty()) {
        const auto file = open_plain(entry.copy);
        good = file ? check_database(entry.copy) : Status(file.error());
    } else {
        good = read(entry, {});
    }
    if (good) return good;
    const std::string copy = "the copy of " + entry.path;
    switch (good.error().code) {
        case ErrorCode::not_found:
            return Error{ErrorCode::not_found, copy + " is gone"};
        case ErrorCode::refused:
        case ErrorCode::too_large:
            return Error{good.error().code, copy + " cannot be used: " + good.error().message};
        default:
            return Error{ErrorCode::corrupt, copy + " is damaged"};
    }
}

Status CopyReader::copy_out(const BackupEntry& entry, const fs::path& target) {
    std::error_code error;
    if (fs::exists(target, error))
        return Error{ErrorCode::already_exists, "write " + target.string() + ": it is there"};
    if (entry.archive.empty()) {
        SATCHEL_TRY(plain, open_plain(entry.copy));
        const auto copied = copy_database(entry.copy, target);
        return copied ? ok() : Status(copied.error());
    }
    const fs::path temporary = target.string() + ".unfinished";
    const platform::UniqueFd file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.is_open()) return errno_error("write out a backup", errno);
    Status done = read(entry, [&](ByteView bytes) { return write_block(file.get(), bytes); });
    if (done && ::fsync(file.get()) != 0) done = errno_error("write out a backup", errno);
    if (done) done = check_database(temporary);
    if (done) {
        fs::rename(temporary, target, error);
        if (error) done = errno_error("write out a backup", error.value());
    }
    if (!done) {
        fs::remove(temporary, error);
        return done;
    }
    return platform::sync_directory(target.parent_path());
}

}  // namespace satchel::backup
