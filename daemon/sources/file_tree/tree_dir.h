// A held root folder: everything below is reached from its descriptor, part by part, without ever
// following a symbolic link, so nobody can move us elsewhere between a check and a use.
#pragma once

#include "daemon/sources/file_tree/place_map.h"
#include "shared/base/bytes.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/platform/unique_fd.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

struct stat;

namespace satchel::sources {

/// What a name in a folder stands for; other: links, pipes, sockets, devices.
enum class FileKind : std::uint8_t { regular, folder, other };

/// What we look at of a file's metadata.
struct FileStat {
    FileKind kind = FileKind::other;
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;
    UnixMs changed_ms = 0;  ///< last written, renamed or otherwise changed: nobody sets that
    std::uint64_t inode = 0;
    mode_t mode = 0;
    bool is_ours = false;    ///< owned by this user
    bool is_single = false;  ///< has one name only

    static FileStat from(const struct stat& raw);
    /// The same file with the same size and time.
    [[nodiscard]] bool same_version(const FileStat& other) const;
};

/// `mode` as it travels: 0700 when the owner may execute the file, else 0600. Other people's rights
/// are each machine's own business.
std::int64_t travelling_mode(mode_t mode);

/// A folder and its descriptor.
class TreeDir {
  public:
    /// Fails with `not_found` when it is missing or no folder. Paths below are those of the
    /// workspace, turned into local ones by `places`, which outlive it.
    static Result<TreeDir> open(const std::filesystem::path& root,
                                const PlaceMap* places = nullptr);

    /// The path on disk of a path in the workspace.
    [[nodiscard]] std::string local(std::string_view path) const;

    /// Metadata of the file at `path`, or nothing. `refused` when a folder on the way is a link.
    [[nodiscard]] Result<std::optional<FileStat>> find(std::string_view path) const;
    /// The folder at `path` ("" is the root). `not_found`, or `refused` for a link on the way.
    [[nodiscard]] Result<platform::UniqueFd> open_folder(std::string_view path) const;
    /// A regular file for reading; never blocks on a pipe.
    [[nodiscard]] Result<platform::UniqueFd> open_file(std::string_view path) const;

    /// The same for paths on disk.
    [[nodiscard]] Result<std::optional<FileStat>> find_local(std::string_view path) const;
    [[nodiscard]] Result<platform::UniqueFd> open_local_folder(std::string_view path) const;
    [[nodiscard]] Result<platform::UniqueFd> open_local_file(std::string_view path) const;

  private:
    TreeDir(platform::UniqueFd root, const PlaceMap* places)
        : root_(std::move(root)), places_(places) {}

    platform::UniqueFd root_;
    const PlaceMap* places_;
};

/// Metadata of an open file.
Result<FileStat> stat_of(int fd);
/// Reads `size` bytes at `offset`; fewer only at the end of the file.
Result<Bytes> read_at(int fd, std::uint64_t offset, std::size_t size);

/// Everything below a folder that may travel.
struct TreeScan {
    std::vector<std::pair<std::string, FileStat>> files;  ///< in path order
    /// Files and folders that are there but cannot be read as ours: links, foreign owners, no
    /// permission. Nothing at or below them is missing.
    std::vector<std::string> skipped;

    /// True when `path` is one of `skipped` or lies below one.
    [[nodiscard]] bool skips(std::string_view path) const;
};

}  // namespace satchel::sources
