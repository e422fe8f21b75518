// Which file a path names, whatever other paths lead there.
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>

namespace satchel::platform {

/// What the system says of a file, symbolic links followed.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::uint64_t links = 0;  ///< names of the same file
    bool is_regular = false;  ///< neither a directory nor a pipe, socket or device
    bool is_remote = false;   ///< on a file system of another machine; false where unknown
};

/// Never opens the file. Fails with `not_found`, `refused`, `io`.
Result<FileIdentity> identify_file(const std::filesystem::path& path);

}  // namespace satchel::platform
