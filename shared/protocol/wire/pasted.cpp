// Pasting mistakes, the most telling first.
#include "shared/protocol/wire/pasted.h"

#include <algorithm>

namespace satchel::wire {

std::string_view pasting_mistake(std::string_view text) {
    constexpr std::string_view kQuotes = "\"'`";
    const auto has_any = [text](std::string_view letters) {
        return text.find_first_of(letters) != std::string_view::npos;
    };
    if (text.empty()) return "it is empty";
    if (has_any("\r\n")) return "it goes over more than one line";
    if (has_any(" \t\v\f")) return "there is a blank in it";
    if (kQuotes.find(text.front()) != std::string_view::npos) return "it stands in quotation marks";
    const bool is_ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
    return is_ascii ? "" : "it has characters that are not plain ASCII";
}

}  // namespace satchel::wire
