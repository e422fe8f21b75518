// Changes below a held root: each is all or nothing, and none touches a file that is not the
// version we know or that another program has open for writing.
//
// Leases of the kernel tell whether somebody writes, and hold off new writers for the moment of the
// exchange; where a file system has none, the version checks remain.
#pragma once

#include "daemon/sources/file_tree/tree_dir.h"
#include "shared/base/clock.h"

#include <functional>
#include <string>
#include <string_view>

namespace satchel::sources {

enum class WriteOutcome : std::uint8_t {
    done,
    changed,  ///< the file is not the version expected; nothing was done
    open,     ///< another program has it open; nothing was done
};

/// What became of a change, and the file after it.
struct Written {
    WriteOutcome outcome = WriteOutcome::done;
    FileStat stat;
};

/// What the file shall look like besides its content.
struct FileLook {
    std::int64_t mode = 0600;  ///< as it travels
    UnixMs mtime_ms = 0;
};

/// Writes a file's content piece by piece through the function it is given.
using WriteContent = std::function<Status(const std::function<Status(ByteView)>& write)>;

/// Makes the folder at `path` and its parents; names those that were not there.
Result<std::vector<std::string>> make_folders(const TreeDir& root, std::string_view path);

/// Puts a file at `path`, whose folder exists. `expected` is the version to replace; without one
/// the name must be free.
Result<Written> write_file(const TreeDir& root,
                           std::string_view path,
                           const std::optional<FileStat>& expected,
                           const FileLook& look,
                           const WriteContent& content);

/// Adds `bytes` at the end in one write.
Result<Written> append_file(const TreeDir& root,
                            std::string_view path,
                            const FileStat& expected,
                            UnixMs mtime_ms,
                            ByteView bytes);

/// Sets whether the file can be executed.
Result<Written> set_file_mode(const TreeDir& root,
                              std::string_view path,
                              const FileStat& expected,
                              std::int64_t mode);

/// Renames within a folder as renameat2() does; tests hand in one that fails.
using ChangeNames =
    std::function<int(int folder, const std::string& from, const std::string& to, unsigned flags)>;

/// Gives the file called `aside` its `name` back. When that cannot be, what it holds stays beside
/// it under a name that no scan removes and that does not travel; the error's hint says which.
Status give_back(int folder,
                 const std::string& aside,
                 const std::string& name,
                 unsigned flags,
                 const ChangeNames& change_names);

/// Removes the file.
Result<Written> remove_file(const TreeDir& root, std::string_view path, const FileStat& expected);
/// Removes the folder if it is empty; true when it is gone.
bool remove_empty_folder(const TreeDir& root, std::string_view path);

}  // namespace satchel::sources
