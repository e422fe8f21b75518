// The tables the checks go by: which folder may include which, and who owns a library. Both are
// read from edges.txt, which docs/architecture.md prints.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace satchel::tidy {

/// Headers of a library and the folders that may include them.
struct Library {
    std::string prefix;  ///< start of the include, "boost/beast"
    std::set<std::string> owners;
};

/// What edges.txt says.
struct Tables {
    std::map<std::string, std::set<std::string>> edges;  ///< folder → folders it may include
    std::vector<Library> libraries;
    std::string text;  ///< the file itself

    /// The folder of the table that `path` (a file or header) lies in, the deepest one; empty when
    /// the table has none.
    [[nodiscard]] std::string folder_of(std::string_view path) const;
};

/// Reads tests/tidy/edges.txt below `root`. Throws std::runtime_error on a line it does not
/// understand or an edge to a folder without a line of its own.
Tables load_tables(const std::filesystem::path& root);

}  // namespace satchel::tidy
