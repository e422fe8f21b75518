// Checks that need no structure: opening comment, length, platform switches, banned calls.
#include "tests/tidy/checks.h"

#include <array>

namespace satchel::tidy {

namespace {

constexpr std::size_t kLinesMax = 500;

struct Banned {
    std::string_view call;  // as it stands in the code
    std::string_view reason;
    std::array<std::string_view, 4> allowed{};  // folders or files that may
};

// clang-format off
constexpr std::array kBanned = {
    Banned{"std::regex",    "it backtracks without bound on bytes from outside: use RE2", {}},
    Banned{"detached",      "nobody would wait for it or see it fail: use async::TaskGroup", {}},
    Banned{"this_thread::sleep_for", "wait for the thing itself, or for a timer of the loop",
           {"tests/integration", "tests/bench"}},
    Banned{"this_thread::sleep_until", "wait for the thing itself, or for a timer of the loop", {}},
    Banned{"usleep",        "wait for the thing itself, or for a timer of the loop", {}},
    Banned{"system",        "a shell in between: spawn the program with its arguments",
           {"tests/unit/http"}},  // certificates for a test, made by openssl
    Banned{"popen",         "a shell in between: spawn the program with its arguments", {}},
    Banned{"strcpy",        "no bound", {}},
    Banned{"sprintf",       "no bound", {}},
    Banned{"rand",          "neither seeded by a test nor random enough for a key", {}},
};

constexpr std::array<std::string_view, 5> kPlatformMacros = {
    "_WIN32", "__linux__", "__APPLE__", "_MSC_VER", "__unix__"};


// Where a platform may be named: the folders for it, and files whose system call has no portable face.
constexpr std::array<std::string_view, 9> kPlatformPlaces = {
    "shared/platform",
    "tests/unit",
    "daemon/watch",
    "daemon/backup/copy_file.cpp",  // a clone instead of a copy
    "daemon/crypto/random.cpp",                       // the kernel's randomness; crypto asks nobody else
    "daemon/crypto/secret.cpp",                       // memory kept out of swap and dumps
    "daemon/sources/file_tree/tree_writer.cpp",       // leases, and renames that exchange
    "daemon/sources/file_tree/tree_dir.cpp",          // the name of a time in struct stat
    "daemon/sources/sqlite_tables/file_stamp.cpp", // the same
};

// clang-format on

bool is_at(const SourceFile& file, std::string_view place) {
    return !place.empty() && (file.path == place || file.is_below(place));
}

bool may(const SourceFile& file, const Banned& banned) {
    for (const std::string_view place : banned.allowed)
        if (is_at(file, place)) return true;
    return false;
}

/// Plain functions count only when called; a member or a variable may have the name.
bool is_use(std::string_view code, std::size_t at, std::string_view call) {
    const char left = at == 0 ? ' ' : code[at - 1];
    const std::size_t end = at + call.size();
    const char right = end < code.size() ? code[end] : ' ';
    if (is_word(left) || is_word(right) || left == '.' || left == '>') return false;
    const bool is_function = call == "system" || call == "popen" || call == "rand";
    return !is_function || right == '(';
}

}  // namespace

void check_opening(const SourceFile& file, const Tables&, Findings& findings) {
    // A .cpp that begins with its own header has the header's opening.
    const std::string own = "#include \"" + file.path.substr(0, file.path.rfind('.')) + ".h\"";
    const std::string_view first = file.lines.empty() ? std::string_view{} : file.lines[0];
    if (!first.starts_with("// ") && first != own)
        findings.push_back(
            {"opening", file.path, 1, "the file does not open with a comment on what it is for"});
}

void check_length(const SourceFile& file, const Tables&, Findings& findings) {
    if (file.lines.size() > kLinesMax)
        findings.push_back({"length",
                            file.path,
                            file.lines.size(),
                            "more than " + std::to_string(kLinesMax) + " lines"});
}

void check_platform(const SourceFile& file, const Tables&, Findings& findings) {
    for (const std::string_view place : kPlatformPlaces)
        if (is_at(file, place)) return;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        if (!file.lines[i].starts_with("#if") && !file.lines[i].starts_with("#elif")) continue;
        for (const std::string_view macro : kPlatformMacros)
            if (file.lines[i].find(macro) != std::string_view::npos)
                findings.push_back(
                    {"platform", file.path, i + 1, "platforms are told apart in shared/platform"});
    }
}

void check_banned(const SourceFile& file, const Tables&, Findings& findings) {
    const std::string_view code = file.code;
    for (const Banned& banned : kBanned) {
        if (may(file, banned)) continue;
        for (std::size_t at = code.find(banned.call); at != std::string_view::npos;
             at = code.find(banned.call, at + 1))
            if (is_use(code, at, banned.call))
                findings.push_back({"banned",
                                    file.path,
                                    file.line_of(at),
                                    std::string(banned.call) + ": " + std::string(banned.reason)});
    }
}

}  // namespace satchel::tidy
