// satchel-generate: homes, catalogs and databases to try Satchel on. The same seed makes the same
// files.
// It prints nothing when all went well.
#include "tests/generate/catalog.h"
#include "tests/generate/table.h"
#include "tests/generate/tree.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace satchel;
using namespace satchel::generate;

constexpr std::string_view kUsage =
    R"(usage: satchel-generate home DIR     [options]   .claude, .codex and catalog.db in DIR
       satchel-generate tree DIR     [options]   .claude and .codex in DIR
       satchel-generate transcript FILE [options]  one session of --bytes
       satchel-generate catalog FILE [options]   the ten tables and the local ones
       satchel-generate table FILE   [options]   one table 'entry' of ten columns

options:
  --files N      files in the tree (60)
  --bytes B      bytes in the tree, about (4194304)
  --rows N       rows of the catalog, about (400), or of the table (1000)
  --key KIND     integer or text, of the table (integer)
  --owner PATH   home directory named inside files and rows (/home/a)
  --seed N       (1)
  --markers F    plant 50 unique words and list them in F (home, tree, catalog)
)";

constexpr std::uint64_t kMarkers = 50;

struct Arguments {
    std::string what;
    std::string path;
    std::map<std::string, std::string, std::less<>> options;

    [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise) const {
        const auto found = options.find(name);
        return found == options.end() ? std::string(otherwise) : found->second;
    }

    [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t otherwise) const {
        const auto found = options.find(name);
        return found == options.end() ? otherwise
                                      : std::strtoull(found->second.c_str(), nullptr, 10);
    }
};

bool parse(std::span<char*> argv, Arguments& arguments) {
    constexpr std::string_view kKnown[] = {
        "--files", "--bytes", "--rows", "--key", "--owner", "--seed", "--markers"};
    if (argv.size() < 3) return false;
    arguments.what = argv[1];
    arguments.path = argv[2];
    for (std::size_t i = 3; i < argv.size(); i += 2) {
        bool known = false;
        for (const std::string_view name : kKnown) known = known || name == argv[i];
        if (!known || i + 1 == argv.size()) return false;
        arguments.options[argv[i]] = argv[i + 1];
    }
    return true;
}

Status make(const Arguments& arguments) {
    Random random(arguments.number("--seed", 1));
    Markers markers;
    const std::string marker_file = arguments.text("--markers", "");
    const std::string owner = arguments.text("--owner", "/home/a");
    const std::uint64_t marker_count = marker_file.empty() ? 0 : kMarkers;
    const bool home = arguments.what == "home";

    if (arguments.what == "table") {
        const std::string key = arguments.text("--key", "integer");
        if (key != "integer" && key != "text")
            return Error{ErrorCode::invalid_argument,
                         "--key is 'integer' or 'text', not '" + key + "'"};
        return make_table({arguments.path, arguments.number("--rows", 1'000), key == "text"},
                          random);
    }
    if (arguments.what == "transcript")
        return make_transcript(arguments.path, owner, arguments.number("--bytes", 4 << 20), random);
    Status made = ok();
    const std::uint64_t in_rows = home ? marker_count * 2 / 5 : marker_count;
    if (home || arguments.what == "tree")
        made = make_tree({arguments.path,
                          owner,
                          arguments.number("--files", 60),
                          arguments.number("--bytes", 4 << 20),
                          home ? marker_count - in_rows : marker_count},
                         random,
                         markers);
    if (made && (home || arguments.what == "catalog"))
        made = make_catalog({home ? arguments.path + "/catalog.db" : arguments.path,
                             owner,
                             arguments.number("--rows", 400),
                             in_rows},
                            random,
                            markers);
    if (made && marker_count > 0) made = markers.save(marker_file);
    return made;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    const std::span<char*> all(argv, static_cast<std::size_t>(argc));
    if (!parse(all, arguments) ||
        std::string_view("home tree transcript catalog table").find(arguments.what) ==
            std::string_view::npos) {
        std::fputs(kUsage.data(), stderr);
        return 4;
    }
    if (const Status made = make(arguments); !made) {
        std::fprintf(stderr, "satchel-generate: %s\n", made.error().message.c_str());
        return 1;
    }
    return 0;
}
