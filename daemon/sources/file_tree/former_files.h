// Which file a new one was before: a program gave it another name or put it into another folder.
#pragma once

#include "daemon/sources/file_tree/capture.h"

#include <map>
#include <string>

namespace satchel::sources {

/// A file of lines that is known under a name that it no longer has.
struct FormerFile {
    std::string path;
    FileNote note;
};

/// Looks through the notes once, when it is first asked.
class FormerFiles {
  public:
    explicit FormerFiles(const CaptureRun& run) : run_(run) {}

    /// What the new file was: the same file of the file system, with all that was captured of it,
    /// gone from where it was.
    Result<std::optional<FormerFile>> find(const FoundFile& file);

  private:
    Status load();

    const CaptureRun& run_;
    bool is_loaded_ = false;
    std::multimap<std::uint64_t, FormerFile> by_inode_;
};

}  // namespace satchel::sources
