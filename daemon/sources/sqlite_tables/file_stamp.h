// Which file a path names, and when it was written. A database file is looked at by stat alone:
// opening and closing it by other means than SQLite drops this process's locks. Private to this
// folder.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <filesystem>

namespace satchel::sources::sqlite {

/// What stat says of a file.
struct FileStamp {
    bool is_there = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    UnixMs modified_ms = 0;
};

FileStamp file_stamp(const std::filesystem::path& path);
/// Makes an empty file that only its owner can read; for a database nobody has open yet.
Status create_private_file(const std::filesystem::path& path);

}  // namespace satchel::sources::sqlite
