// Whole files through descriptors; every open is close-on-exec.
#include "shared/platform/files.h"

#include "shared/platform/file_replacement.h"
#include "shared/platform/unique_fd.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::platform {

namespace {

/// What an open regular file holds.
Result<Bytes> read_all(const UniqueFd& file,
                       const struct stat& found,
                       const std::string& attempted,
                       std::size_t bytes_max) {
    const auto too_large = Error{
        ErrorCode::too_large, attempted + ": larger than " + std::to_string(bytes_max) + " bytes"};
    if (found.st_size > 0 && static_cast<std::uintmax_t>(found.st_size) > bytes_max)
        return too_large;
    // The file may grow or shrink while it is read: go by what arrives.
    Bytes content;
    content.resize(static_cast<std::size_t>(found.st_size) + 1);
    std::size_t filled = 0;
    while (true) {
        const ssize_t count = ::read(file.get(), content.data() + filled, content.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error(attempted, errno);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
        if (filled > bytes_max) return too_large;
        if (filled == content.size()) content.resize(std::min(filled * 2, bytes_max + 1));
    }
    content.resize(filled);
    return content;
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    const std::string attempted = "read '" + path.string() + "'";
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open()) return errno_error(attempted, errno);

    struct stat found {};

    if (::fstat(file.get(), &found) != 0) return errno_error(attempted, errno);
    if (!S_ISREG(found.st_mode))
        return Error{ErrorCode::invalid_argument, attempted + ": not a regular file"};
    return read_all(file, found, attempted, bytes_max);
}

Result<Bytes> read_private_file(const std::filesystem::path& path, std::size_t bytes_max) {
    const std::string attempted = "read '" + path.string() + "'";
    const auto refused = [&](std::string_view why, std::string hint) {
        return Error{ErrorCode::refused, attempted + ": " + std::string(why), std::move(hint)};
    };
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (!file.is_open() && errno == ELOOP)
        return refused("it is a link", "put the file itself there");
    if (!file.is_open()) return errno_error(attempted, errno);

    struct stat found {};

    if (::fstat(file.get(), &found) != 0) return errno_error(attempted, errno);
    if (!S_ISREG(found.st_mode)) return refused("it is no regular file", "put a file there");
    if (found.st_uid != ::geteuid())
        return refused("it belongs to another user", "chown $(id -u) " + path.string());
    if ((found.st_mode & 0077) != 0)
        return refused("other users may use it", "chmod 600 " + path.string());
    auto content = read_all(file, found, attempted, bytes_max);
    if (!content && content.error().code == ErrorCode::too_large)
        return refused("it is larger than such a file is", "");
    return content;
}

Status replace_file(const std::filesystem::path& path,
                    ByteView content,
                    std::optional<mode_t> mode) {
    SATCHEL_TRY(replacement, FileReplacement::start(path));
    if (mode) replacement.set_mode(*mode);
    if (auto done = replacement.write(content); !done) return done;
    return replacement.commit();
}

Status ensure_private_directory(const std::filesystem::path& directory) {
    const std::string attempted = "prepare directory '" + directory.string() + "'";
    std::error_code failure;
    if (directory.has_parent_path())
        std::filesystem::create_directories(directory.parent_path(), failure);
    if (failure) return errno_error(attempted, failure.value());
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return errno_error(attempted, errno);
    // From here on through a descriptor, so that what is checked is what is changed.
    const UniqueFd opened(
        ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.is_open()) {
        if (errno == ENOTDIR || errno == ELOOP)
            return Error{ErrorCode::refused, attempted + ": it is a link or no directory"};
        return errno_error(attempted, errno);
    }

    struct stat found {};

    if (::fstat(opened.get(), &found) != 0) return errno_error(attempted, errno);
    if (found.st_uid != ::geteuid())
        return Error{ErrorCode::refused, attempted + ": it belongs to another user"};
    if ((found.st_mode & 0077) != 0 && ::fchmod(opened.get(), 0700) != 0)
        return errno_error(attempted, errno);
    return ok();
}

Status sync_directory(const std::filesystem::path& directory) {
    const UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some file systems cannot sync a directory and say EINVAL; that is all they can do.
    if (!opened.is_open() || (::fsync(opened.get()) != 0 && errno != EINVAL))
        return errno_error("sync directory '" + directory.string() + "'", errno);
    return ok();
}

}  // namespace satchel::platform
