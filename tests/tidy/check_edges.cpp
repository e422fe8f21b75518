// Includes: our own along the table's edges, libraries in their owner's folder. Tests may include
// everything, since they look at everything.
#include "tests/tidy/checks.h"

namespace satchel::tidy {

namespace {

struct Include {
    std::string_view target;
    bool quoted = false;
    std::size_t line = 0;
};

std::vector<Include> includes_of(const SourceFile& file) {
    std::vector<Include> found;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string_view line = file.lines[i];
        if (!line.starts_with("#include")) continue;
        const std::size_t open = line.find_first_of("\"<");
        if (open == std::string_view::npos) continue;
        const std::size_t close = line.find_first_of("\">", open + 1);
        found.push_back({line.substr(open + 1, close - open - 1), line[open] == '"', i + 1});
    }
    return found;
}

bool names_library(std::string_view include, std::string_view prefix) {
    if (!include.starts_with(prefix)) return false;
    return include.size() == prefix.size() || !is_word(include[prefix.size()]);
}

}  // namespace

void check_edges(const SourceFile& file, const Tables& tables, Findings& findings) {
    if (file.is_below("tests")) return;
    const bool top_level = file.path == "daemon/main.cpp" || file.path == "ctl/main.cpp";
    const std::string from = tables.folder_of(file.path);
    if (from.empty() && !top_level)
        findings.push_back(
            {"edges", file.path, 1, "the folder has no line in tests/tidy/edges.txt"});
    for (const Include& include : includes_of(file)) {
        if (!include.quoted) continue;
        if (include.target.find('/') == std::string_view::npos) {
            findings.push_back(
                {"edges", file.path, include.line, "include by full path from the root"});
            continue;
        }
        const std::string to = tables.folder_of(include.target);
        const bool allowed =
            to == from || top_level || (!from.empty() && tables.edges.at(from).contains(to));
        if (!allowed)
            findings.push_back({"edges",
                                file.path,
                                include.line,
                                from + " may not include " + std::string(include.target)});
    }
}

void check_libraries(const SourceFile& file, const Tables& tables, Findings& findings) {
    if (file.is_below("tests")) return;
    for (const Include& include : includes_of(file))
        for (const Library& library : tables.libraries) {
            if (!names_library(include.target, library.prefix)) continue;
            bool owned = false;
            for (const std::string& owner : library.owners) owned = owned || file.is_below(owner);
            if (!owned)
                findings.push_back(
                    {"libraries",
                     file.path,
                     include.line,
                     "<" + std::string(include.target) + "> belongs to another folder"});
        }
}

}  // namespace satchel::tidy
