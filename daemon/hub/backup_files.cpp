// Plain reading and writing in blocks.
#include "daemon/hub/backup_files.h"

#include "daemon/crypto/stream_hash.h"
#include "shared/base/time_text.h"
#include "shared/platform/unique_fd.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::hub {

namespace {

constexpr std::size_t kBlock = 1u << 20;

Status write_all(int file, ByteView bytes, const std::string& attempted) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error(attempted, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return ok();
}

Result<platform::UniqueFd> open_regular(const std::filesystem::path& path) {
    const std::string attempted = "read '" + path.string() + "'";
    platform::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (!file.is_open()) return errno_error(attempted, errno);

    struct stat found {};

    if (::fstat(file.get(), &found) != 0) return errno_error(attempted, errno);
    if (!S_ISREG(found.st_mode))
        return Error{ErrorCode::corrupt, attempted + ": not a regular file"};
    return file;
}

/// Hashes what `from` holds and, when `to` is a descriptor, writes it there.
Result<HashedFile> drain(int from, int to, const std::string& attempted) {
    crypto::StreamHash hash;
    HashedFile file;
    Bytes block(kBlock);
    while (true) {
        const ssize_t count = ::read(from, block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error(attempted, errno);
        if (count == 0) break;
        const ByteView piece = ByteView(block).first(static_cast<std::size_t>(count));
        hash.add(piece);
        file.bytes += piece.size();
        if (to < 0) continue;
        if (auto written = write_all(to, piece, attempted); !written) return written.error();
    }
    file.sha256 = hash.finish();
    return file;
}

}  // namespace

Status check_room(const std::filesystem::path& folder, std::uint64_t bytes) {
    std::error_code failed;
    const auto space = std::filesystem::space(folder, failed);
    if (failed)
        return Error{ErrorCode::io, "look at '" + folder.string() + "': " + failed.message()};
    if (space.available >= bytes) return ok();
    return Error{ErrorCode::disk_full,
                 "'" + folder.string() + "' has room for " + std::to_string(space.available) +
                     " bytes, and " + std::to_string(bytes) + " are needed",
                 "free some space, or use a folder on another disk"};
}

Result<HashedFile> hash_file(const std::filesystem::path& path) {
    SATCHEL_TRY(file, open_regular(path));
    return drain(file.get(), -1, "read '" + path.string() + "'");
}

Result<HashedFile> copy_and_hash(const std::filesystem::path& from,
                                 const std::filesystem::path& to) {
    const std::string attempted = "copy '" + from.string() + "' to '" + to.string() + "'";
    SATCHEL_TRY(source, open_regular(from));
    const platform::UniqueFd target(
        ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!target.is_open()) return errno_error(attempted, errno);
    auto copied = drain(source.get(), target.get(), attempted);
    if (copied && ::fsync(target.get()) != 0) copied = errno_error(attempted, errno);
    if (!copied) ::unlink(to.c_str());
    return copied;
}

Status seal_file(const std::filesystem::path& path) {
    const std::string attempted = "write '" + path.string() + "'";
    const platform::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) return errno_error(attempted, errno);
    if (::fchmod(file.get(), 0600) != 0 || ::fsync(file.get()) != 0)
        return errno_error(attempted, errno);
    return ok();
}

std::uint64_t size_of(const std::filesystem::path& path) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    return failed ? 0 : size;
}

std::string time_in_name(std::int64_t time_ms) {
    std::string text = to_rfc3339(time_ms).substr(0, 23);
    std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
    return text + "Z";
}

}  // namespace satchel::hub
