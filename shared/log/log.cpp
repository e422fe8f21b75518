// Lines of text; where they go is setup.cpp's.
#include "shared/log/log.h"

#include "shared/base/utf8.h"

namespace satchel::log {
namespace {

bool is_plain(std::string_view value) {
    return !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos;
}

std::string quoted(std::string_view value) {
    std::string out = "\"";
    for (const char letter : value) {
        if (letter == '"') out += '\\';
        out += letter;
    }
    return out + "\"";
}

}  // namespace

std::string format_line(std::string_view text, std::initializer_list<Pair> pairs) {
    std::string line = escape_for_terminal(text);
    for (const auto& pair : pairs) {
        const std::string value = escape_for_terminal(pair.value());
        line += " ";
        line += pair.key();
        line += "=";
        line += is_plain(value) ? value : quoted(value);
    }
    return line;
}

}  // namespace satchel::log
