// Reading and writing whole files, and directories nobody else may enter.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/result.h"

#include <cstddef>
#include <filesystem>
#include <optional>

#include <sys/types.h>

namespace satchel::platform {

/// The bytes of a regular file. Fails with `not_found`, `too_large` over `bytes_max`, `io`, and
/// `invalid_argument` when it is not a regular file (a pipe would block).
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t bytes_max);

/// The same of a file that only this user may read: a secret. Fails with `refused` when it is a
/// link, no regular file, somebody else's, open to others or too large, with the command that mends
/// it as hint where there is one, and with `not_found`.
Result<Bytes> read_private_file(const std::filesystem::path& path, std::size_t bytes_max);

/// Replaces or makes a file so that after a crash it has either its old or its new content:
/// temporary file in the same directory, write, fsync, rename, fsync of the directory. `mode` is
/// set whatever the umask is; without one an existing file keeps its mode and a new one gets 0600.
Status replace_file(const std::filesystem::path& path,
                    ByteView content,
                    std::optional<mode_t> mode = std::nullopt);

/// Makes `directory` and its missing parents, itself 0700. One that exists must be a directory (no
/// symbolic link) of this user; looser modes than 0700 are tightened. Fails with `refused`.
Status ensure_private_directory(const std::filesystem::path& directory);

/// Makes what was renamed or removed in `directory` survive a crash.
Status sync_directory(const std::filesystem::path& directory);

}  // namespace satchel::platform
