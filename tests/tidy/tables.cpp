// See tables.h. A line is "name: word word …"; '#' starts a comment; [libraries] starts the second
// part. An edge to "x/*" stands for every folder below x that has a line.
#include "tests/tidy/tables.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace satchel::tidy {

namespace {

bool is_within(std::string_view path, std::string_view folder) {
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

void expand_stars(Tables& tables) {
    for (auto& [folder, allowed] : tables.edges) {
        std::set<std::string> expanded;
        for (const std::string& name : allowed) {
            if (!name.ends_with("/*")) {
                if (!tables.edges.contains(name))
                    throw std::runtime_error("edges.txt: " + folder + ": no folder " + name);
                expanded.insert(name);
                continue;
            }
            for (const auto& [other, unused] : tables.edges)
                if (is_within(other, name.substr(0, name.size() - 2))) expanded.insert(other);
        }
        allowed = std::move(expanded);
    }
}

}  // namespace

std::string Tables::folder_of(std::string_view path) const {
    std::string best;
    for (const auto& [folder, unused] : edges)
        if (is_within(path, folder) && folder.size() > best.size()) best = folder;
    return best;
}

Tables load_tables(const std::filesystem::path& root) {
    std::ifstream in(root / "tests/tidy/edges.txt");
    Tables tables;
    tables.text.assign(std::istreambuf_iterator<char>(in), {});
    std::istringstream lines(tables.text);
    bool in_libraries = false;
    for (std::string line; std::getline(lines, line);) {
        line = line.substr(0, line.find('#'));
        if (line.find_first_not_of(' ') == std::string::npos) continue;
        if (line.starts_with("[libraries]")) {
            in_libraries = true;
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) throw std::runtime_error("edges.txt: no colon: " + line);
        std::istringstream words(line.substr(colon + 1));
        std::set<std::string> names{std::istream_iterator<std::string>(words), {}};
        std::string name = line.substr(0, colon);
        if (in_libraries)
            tables.libraries.push_back({std::move(name), std::move(names)});
        else
            tables.edges[std::move(name)] = std::move(names);
    }
    if (tables.edges.empty()) throw std::runtime_error("edges.txt: missing or empty");
    expand_stars(tables);
    return tables;
}

}  // namespace satchel::tidy
