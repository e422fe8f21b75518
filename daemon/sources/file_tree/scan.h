// Walks a tree's metadata.
#pragma once

#include "daemon/sources/file_tree/file_class.h"
#include "daemon/sources/file_tree/tree_dir.h"
#include "shared/base/clock.h"

namespace satchel::sources {

/// Everything at or below the folder `path` on disk ("" for all) that may travel by `rules`.
/// Removes unfinished files of our own that a crash left behind minutes ago.
Result<TreeScan> scan_tree(const TreeDir& root,
                           std::string_view path,
                           const std::vector<FileRule>& rules,
                           UnixMs now_ms);

}  // namespace satchel::sources
