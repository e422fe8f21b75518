// satchel-tidy tree ROOT: checks the sources below ROOT, one line for each broken rule.
// satchel-tidy samples ROOT: checks the checks. Each file of tests/tidy/samples ends with
//     // as: daemon/core/x.h          the path it is to be judged at
//     // reports: docs 2              the check that must report it, how often; or "nothing"
// and every check has to have a sample.
#include "tests/tidy/checks.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

using namespace satchel::tidy;
namespace fs = std::filesystem;

Findings run_checks(const SourceFile& file, const Tables& tables) {
    Findings findings;
    for (const Check& check : kChecks) check.run(file, tables, findings);
    return findings;
}

/// docs/architecture.md shows the table between two fences after "tests/tidy/edges.txt".
void check_printed_table(const fs::path& root, const Tables& tables, Findings& findings) {
    const std::string page = "docs/architecture.md";
    std::ifstream in(root / page, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.find("```\n" + tables.text + "```\n") == std::string::npos)
        findings.push_back({"edges", page, 1, "does not print tests/tidy/edges.txt as it is"});
}

int check_tree(const fs::path& root) {
    const Tables tables = load_tables(root);
    Findings findings;
    std::size_t files = 0;
    for (const char* top : {"daemon", "ctl", "shared", "tests"})
        for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
            const std::string path = entry.path().lexically_relative(root).generic_string();
            const bool is_source = path.ends_with(".cpp") || path.ends_with(".h");
            if (!entry.is_regular_file() || !is_source || path.starts_with("tests/tidy/samples/"))
                continue;
            SourceFile file;
            load(entry.path(), path, file);
            const Findings of_file = run_checks(file, tables);
            findings.insert(findings.end(), of_file.begin(), of_file.end());
            ++files;
        }
    check_printed_table(root, tables, findings);
    for (const Finding& finding : findings)
        std::printf("%s:%zu: %s: %s\n",
                    finding.path.c_str(),
                    finding.line,
                    finding.check.c_str(),
                    finding.message.c_str());
    std::printf("%zu files, %zu findings\n", files, findings.size());
    return findings.empty() && files > 0 ? 0 : 1;
}

/// The rest of the line that starts with "// <key>: ".
std::string directive(const SourceFile& file, const std::string& key) {
    const std::string start = "// " + key + ": ";
    for (const std::string_view line : file.lines)
        if (line.starts_with(start)) return std::string(line.substr(start.size()));
    return {};
}

bool sample_is_right(const fs::path& path, const Tables& tables, std::set<std::string>& covered) {
    SourceFile file;
    load(path, path.filename().string(), file);
    const std::string pretended = directive(file, "as");
    const std::string expected = directive(file, "reports");
    if (const std::string pad = directive(file, "lines"); !pad.empty()) {
        file.text.append(std::stoul(pad) - file.lines.size(), '\n');
        analyse(file);
    }
    file.path = pretended;
    std::map<std::string, int> counts;
    for (const Finding& finding : run_checks(file, tables)) ++counts[finding.check];
    std::ostringstream reported;
    for (const auto& [check, count] : counts) {
        reported << (reported.tellp() > 0 ? " " : "") << check << ' ' << count;
        covered.insert(check);
    }
    const std::string outcome = counts.empty() ? "nothing" : reported.str();
    if (outcome == expected) return true;
    std::printf("%s: reports %s, expected %s\n", path.c_str(), outcome.c_str(), expected.c_str());
    return false;
}

int check_samples(const fs::path& root) {
    const Tables tables = load_tables(root);
    std::set<std::string> covered;
    bool right = true;
    for (const auto& entry : fs::directory_iterator(root / "tests/tidy/samples"))
        right = sample_is_right(entry.path(), tables, covered) && right;
    for (const Check& check : kChecks)
        if (!covered.contains(std::string(check.name))) {
            std::printf("no sample for the check '%s'\n", check.name.data());
            right = false;
        }
    return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string what = argc == 3 ? argv[1] : "";
        if (what == "tree") return check_tree(argv[2]);
        if (what == "samples") return check_samples(argv[2]);
        std::fputs("usage: satchel-tidy tree|samples ROOT\n", stderr);
        return 4;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "satchel-tidy: %s\n", failure.what());
        return 1;
    }
}
