// A source file as the checks see it: its lines, and a copy in which comments, texts and
// preprocessor lines are blanks, so that a word in a comment is never taken for code.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::tidy {

/// One file. Offsets into `text` and `code` are the same places.
struct SourceFile {
    std::string path;  ///< from the root, "daemon/core/stamp.h"
    std::string text;
    std::string code;                     ///< text with everything that is no code blanked
    std::vector<std::string_view> lines;  ///< of `text`, without line ends

    [[nodiscard]] bool is_header() const { return path.ends_with(".h"); }

    [[nodiscard]] bool is_below(std::string_view folder) const;
    /// Line number, from 1, of an offset.
    [[nodiscard]] std::size_t line_of(std::size_t offset) const;
};

/// One broken rule.
struct Finding {
    std::string check;
    std::string path;
    std::size_t line = 0;
    std::string message;
};

using Findings = std::vector<Finding>;

/// The file at `disk_path`, to be judged as if it lay at `path`. Throws std::runtime_error when it
/// cannot be read. The file must not move afterwards: `lines` are views into `text`.
void load(const std::filesystem::path& disk_path, std::string path, SourceFile& file);
/// Fills `code` and `lines` from `text`.
void analyse(SourceFile& file);

/// True for letters, digits and '_'.
bool is_word(char c);
/// The end of the bracketed run that opens at `at` ('(', '[' or '{'), one past its closing bracket;
/// code.size() when it never closes.
std::size_t skip_brackets(std::string_view code, std::size_t at);

}  // namespace satchel::tidy
