// Files of backups: room, hashes, copies that are on disk when they are said to be. Private to
// this folder.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>

namespace satchel::hub {

/// What a file's bytes came to.
struct HashedFile {
    Hash256 sha256{};
    std::uint64_t bytes = 0;
};

/// Fails with disk_full when the file system of `folder` has less room than that.
Status check_room(const std::filesystem::path& folder, std::uint64_t bytes);
/// Reads a regular file, no link. Never for a database that is open in this process: closing the
/// file would take its locks away.
Result<HashedFile> hash_file(const std::filesystem::path& path);
/// Writes a new file of mode 0600 and makes it durable; the hash is of what was copied.
Result<HashedFile> copy_and_hash(const std::filesystem::path& from,
                                 const std::filesystem::path& to);
/// Sets mode 0600 and makes the file's content durable.
Status seal_file(const std::filesystem::path& path);
/// Bytes of the file, 0 when there is none.
std::uint64_t size_of(const std::filesystem::path& path);
/// "20260301T093000250Z", to the millisecond.
std::string time_in_name(std::int64_t time_ms);

}  // namespace satchel::hub
