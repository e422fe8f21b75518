// See source_file.h. A scanner of four states is enough: code, comment, text, preprocessor line.
#include "tests/tidy/source_file.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace satchel::tidy {

namespace {

/// Blanks text[from, to) in `code`, keeping line ends.
void blank(std::string& code, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, code.size()); ++i)
        if (code[i] != '\n') code[i] = ' ';
}

std::size_t end_of_line(std::string_view text, std::size_t at) {
    while (at < text.size() && (text[at] != '\n' || (at > 0 && text[at - 1] == '\\'))) ++at;
    return at;
}

std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size() && text[at] != quote && text[at] != '\n'; ++at)
        if (text[at] == '\\') ++at;
    return at + 1;
}

std::size_t end_of_raw(std::string_view text, std::size_t at) {
    const std::size_t open = text.find('(', at);
    if (open == std::string_view::npos) return text.size();
    const std::string close = ')' + std::string(text.substr(at + 2, open - at - 2)) + '"';
    const std::size_t end = text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
}

bool starts_line(std::string_view text, std::size_t at) {
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
    return at == 0 || text[at - 1] == '\n';
}

/// Where the thing that is no code and begins at `at` ends; `at` when code is there.
std::size_t end_of_blank(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("//")) return end_of_line(text, at);
    if (rest.starts_with("/*")) {
        const std::size_t end = text.find("*/", at + 2);
        return end == std::string_view::npos ? text.size() : end + 2;
    }
    const bool after_word = at > 0 && is_word(text[at - 1]);
    if (rest.starts_with("R\"") && !after_word) return end_of_raw(text, at);
    if (rest.starts_with('"')) return end_of_quoted(text, at);
    if (rest.starts_with('\'') && !after_word) return end_of_quoted(text, at);
    if (rest.starts_with('#') && starts_line(text, at)) return end_of_line(text, at);
    return at;
}

}  // namespace

bool SourceFile::is_below(std::string_view folder) const {
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

std::size_t SourceFile::line_of(std::size_t offset) const {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::size_t skip_brackets(std::string_view code, std::size_t at) {
    int depth = 0;
    for (; at < code.size(); ++at) {
        const char c = code[at];
        if (c == '(' || c == '[' || c == '{') ++depth;
        if (c == ')' || c == ']' || c == '}') --depth;
        if (depth == 0) return at + 1;
    }
    return code.size();
}

void analyse(SourceFile& file) {
    file.code = file.text;
    for (std::size_t at = 0; at < file.text.size();) {
        const std::size_t end = end_of_blank(file.text, at);
        // A text stays visible as an empty pair of quotes: it is an argument, not nothing.
        const bool quoted = end > at && file.text[at] != '/' && file.text[at] != '#';
        blank(file.code, at, end);
        if (quoted) file.code[at] = '"';
        at = std::max(end, at + 1);
    }
    file.lines.clear();
    const std::string_view text = file.text;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        file.lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
}

void load(const std::filesystem::path& disk_path, std::string path, SourceFile& file) {
    std::ifstream in(disk_path, std::ios::binary);
    if (!in) throw std::runtime_error("read " + disk_path.string());
    file.path = std::move(path);
    file.text.assign(std::istreambuf_iterator<char>(in), {});
    analyse(file);
}

}  // namespace satchel::tidy
