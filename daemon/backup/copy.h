// Making one copy and making sure of it.
#pragma once

#include "shared/base/result.h"

#include <filesystem>
#include <string>

namespace satchel::backup {

/// A finished copy.
struct Copied {
    std::string name;  ///< in the folder
    std::uint64_t size_bytes = 0;
};

/// Copies the regular file `from` into `folder` under a name made of its content; shares blocks
/// where the file system can. Both sides are hashed; `busy` when they differ.
Result<Copied> copy_file_into(const std::filesystem::path& from,
                              const std::filesystem::path& folder);

/// Copies the database `from` to `to` in steps, so that its users wait little, and runs SQLite's
/// quick check on the copy. `corrupt` when that fails, `busy` when it stays locked.
Result<Copied> copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

/// The name that copy_file_into() gives to what the file holds now.
Result<std::string> content_name(const std::filesystem::path& file);

/// Runs SQLite's quick check on the database; `corrupt` when that fails.
Status check_database(const std::filesystem::path& path);

}  // namespace satchel::backup
