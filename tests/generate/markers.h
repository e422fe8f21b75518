// Unique plaintext markers, planted in files and rows, so that a test can search a hub's traffic,
// database and logs for them: not one may be found there.
#pragma once

#include "shared/base/result.h"
#include "tests/generate/random.h"

#include <cstddef>
#include <string>
#include <vector>

namespace satchel::generate {

/// Markers of one run. They look like identifiers of a program, never like secrets, so that no
/// filter holds them back.
class Markers {
  public:
    /// A new marker, different from all others of any run with another seed.
    std::string make(Random& random);
    /// Writes them to `path`, one a line.
    [[nodiscard]] Status save(const std::string& path) const;

  private:
    std::vector<std::string> made_;
};

}  // namespace satchel::generate
