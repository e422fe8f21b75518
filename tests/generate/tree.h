// A home as assistants leave it: .claude and .codex with transcripts, histories, settings,
// memories, skills, plans, todos and rollouts, sizes spread as in life (a few large, many small).
#pragma once

#include "shared/base/result.h"
#include "tests/generate/markers.h"
#include "tests/generate/random.h"

#include <cstdint>
#include <string>

namespace satchel::generate {

/// What to make.
struct TreeOptions {
    std::string home;               ///< folder that gets .claude and .codex
    std::string owner = "/home/a";  ///< home directory the transcripts speak of
    std::uint64_t files = 60;       ///< exactly so many files, credentials not counted; at least 20
    std::uint64_t bytes = 4 << 20;  ///< about so many bytes in all
    std::uint64_t markers = 0;      ///< so many files get a marker, one each
};

/// Makes the tree. Modification times are set from the session's own times, settings and histories
/// are readable by their owner only.
Status make_tree(const TreeOptions& options, Random& random, Markers& markers);

/// One session of at least so many bytes in the file `path`, written as it is made: it may be
/// larger than memory.
Status make_transcript(const std::string& path,
                       const std::string& owner,
                       std::uint64_t bytes,
                       Random& random);

}  // namespace satchel::generate
