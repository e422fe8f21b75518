// The checks, one function each, and the table of them. To add one: a function here, a row in
// kChecks, and bad samples in samples/ that it must report.
#pragma once

#include "tests/tidy/source_file.h"
#include "tests/tidy/tables.h"

#include <array>
#include <string_view>

namespace satchel::tidy {

/// Includes between our folders go along the edges of the table, by full path.
void check_edges(const SourceFile& file, const Tables& tables, Findings& findings);
/// Headers of a library stay in the folders that own it.
void check_libraries(const SourceFile& file, const Tables& tables, Findings& findings);
/// What g++ 12 gets wrong stays out of expressions with co_await.
void check_co_await(const SourceFile& file, const Tables& tables, Findings& findings);
/// Public declarations of our headers say what the signature cannot.
void check_docs(const SourceFile& file, const Tables& tables, Findings& findings);
/// A file opens with what it is for.
void check_opening(const SourceFile& file, const Tables& tables, Findings& findings);
/// A file has at most 500 lines.
void check_length(const SourceFile& file, const Tables& tables, Findings& findings);
/// Platforms are told apart in one place.
void check_platform(const SourceFile& file, const Tables& tables, Findings& findings);
/// Calls we do not make: see the table in check_text.cpp.
void check_banned(const SourceFile& file, const Tables& tables, Findings& findings);

/// A check and its name in reports.
struct Check {
    std::string_view name;
    void (*run)(const SourceFile& file, const Tables& tables, Findings& findings);
};

inline constexpr std::array kChecks = {
    Check{"edges", check_edges},
    Check{"libraries", check_libraries},
    Check{"co_await", check_co_await},
    Check{"docs", check_docs},
    Check{"opening", check_opening},
    Check{"length", check_length},
    Check{"platform", check_platform},
    Check{"banned", check_banned},
};

}  // namespace satchel::tidy
