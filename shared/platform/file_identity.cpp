// stat and statfs.
#include "shared/platform/file_identity.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <sys/stat.h>
#ifdef __linux__
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

namespace satchel::platform {

namespace {

bool is_remote(const std::string& path) {
    struct statfs system {};

    if (statfs(path.c_str(), &system) != 0) return false;
#ifdef __linux__
    // NFS, SMB (three numbers), CIFS, AFS, Coda, Ceph, 9P and Lustre; FUSE may be anything.
    constexpr std::array<std::uint64_t, 9> kNumbers = {0x6969,
                                                       0x517b,
                                                       0xfe534d42,
                                                       0xff534d42,
                                                       0x5346414f,
                                                       0x73757245,
                                                       0x00c36400,
                                                       0x01021997,
                                                       0x0bd00bd0};
    const auto number = static_cast<std::uint64_t>(system.f_type) & 0xffff'ffff;
    return std::ranges::find(kNumbers, number) != kNumbers.end();
#else
    return (system.f_flags & MNT_LOCAL) == 0;
#endif
}

}  // namespace

Result<FileIdentity> identify_file(const std::filesystem::path& path) {
    const std::string name = path.string();

    struct stat found {};

    if (stat(name.c_str(), &found) != 0) {
        const int code = errno;
        const ErrorCode kind = code == ENOENT || code == ENOTDIR ? ErrorCode::not_found
                               : code == EACCES                  ? ErrorCode::refused
                                                                 : ErrorCode::io;
        return Error{kind, "look at '" + name + "': " + std::generic_category().message(code)};
    }
    FileIdentity identity;
    identity.device = static_cast<std::uint64_t>(found.st_dev);
    identity.inode = static_cast<std::uint64_t>(found.st_ino);
    identity.size = static_cast<std::uint64_t>(found.st_size);
    identity.links = static_cast<std::uint64_t>(found.st_nlink);
    identity.is_regular = S_ISREG(found.st_mode);
    identity.is_remote = is_remote(name);
    return identity;
}

}  // namespace satchel::platform
