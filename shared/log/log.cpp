// Lines of text; where they go is setup.cpp's.
#include "shared/log/log.h"

#include "shared/base/utf8.h"
#include "shared/log/line.h"

namespace satchel::log {

std::string clean(std::string_view text) {
    constexpr std::string_view kBrand = "satchel_";
    constexpr std::string_view kAlphabet =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    std::string out = escape_for_terminal(text);
    for (std::size_t at = out.find(kBrand); at != std::string::npos;
         at = out.find(kBrand, at + 1)) {
        const std::size_t kind = at + kBrand.size();
        const bool is_key = out.size() > kind + 4 && out[kind + 2] >= '0' && out[kind + 2] <= '9' &&
                            out[kind + 3] == '_';
        if (!is_key) continue;
        const std::size_t start = kind + 4;
        const std::size_t end = std::min(out.find_first_not_of(kAlphabet, start), out.size());
        out.replace(start, end - start, "***");
    }
    return out;
}

std::string format_line(std::string_view text, std::initializer_list<Pair> pairs) {
    std::string line = clean(text);
    for (const auto& pair : pairs) {
        line += " ";
        line += to_string(LinePair{std::string(pair.key()), clean(pair.value()), pair.is_bare()});
    }
    return line;
}

}  // namespace satchel::log
