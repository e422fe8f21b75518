// Temporary file in the same directory, fsync, rename, fsync of the directory.
#include "shared/platform/file_replacement.h"

#include "shared/platform/files.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::platform {
namespace {

std::filesystem::path directory_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace

Result<FileReplacement> FileReplacement::start(const std::filesystem::path& target) {
    // The ending keeps it out of every tree that is synced, whatever a crash leaves behind.
    const auto pattern = (directory_of(target) / ".satchel-XXXXXX.tmp").string();
    std::vector<char> name(pattern.begin(), pattern.end());
    name.push_back('\0');
    UniqueFd file(::mkostemps(name.data(), 4, O_CLOEXEC));
    if (!file.is_open()) return errno_error("write '" + target.string() + "'", errno);
    return FileReplacement(target, name.data(), std::move(file));
}

FileReplacement::FileReplacement(std::filesystem::path target,
                                 std::filesystem::path temporary,
                                 UniqueFd file)
    : target_(std::move(target)), temporary_(std::move(temporary)), file_(std::move(file)) {}

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)),
      mode_(other.mode_),
      modified_ns_(other.modified_ns_),
      check_(std::move(other.check_)) {}

FileReplacement::~FileReplacement() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Error FileReplacement::failure(int error_number) const {
    return errno_error("write '" + target_.string() + "'", error_number);
}

Status FileReplacement::write(ByteView piece) {
    while (!piece.empty()) {
        const ssize_t count = ::write(file_.get(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failure(errno);
        piece = piece.subspan(static_cast<std::size_t>(count));
    }
    return ok();
}

Status FileReplacement::commit() {
    struct stat old {};

    const bool exists = ::lstat(target_.c_str(), &old) == 0 && S_ISREG(old.st_mode);
    const mode_t kept = exists ? (old.st_mode & 07777) : 0600;
    if (::fchmod(file_.get(), mode_.value_or(kept)) != 0) return failure(errno);
    if (modified_ns_) {
        constexpr std::int64_t kSecond = 1'000'000'000;
        const std::int64_t fraction = ((*modified_ns_ % kSecond) + kSecond) % kSecond;
        const timespec modified{static_cast<time_t>((*modified_ns_ - fraction) / kSecond),
                                static_cast<long>(fraction)};
        const timespec times[2] = {modified, modified};
        if (::futimens(file_.get(), times) != 0) return failure(errno);
    }
    if (::fsync(file_.get()) != 0) return failure(errno);
    if (check_)
        if (auto checked = check_(); !checked) return checked;
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) return failure(errno);
    temporary_.clear();
    return sync_directory(directory_of(target_));
}

}  // namespace satchel::platform
