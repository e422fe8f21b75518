// One file in a zip of its own: log files that nobody writes any more.
#pragma once

#include "shared/base/result.h"

#include <filesystem>

namespace satchel::backup {

/// Takes the place of `path` by `path`.zip, 0600. On failure `path` is as it was.
Status pack_file(const std::filesystem::path& path);

}  // namespace satchel::backup
