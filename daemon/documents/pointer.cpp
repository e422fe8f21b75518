// See pointer.h.
#include "daemon/documents/pointer.h"

#include "daemon/documents/canonical.h"

#include <algorithm>

namespace satchel::documents {

std::string to_text(const Pointer& pointer) {
    std::string text;
    for (const std::string& name : pointer) {
        text += '/';
        for (const char c : name) {
            if (c == '~')
                text += "~0";
            else if (c == '/')
                text += "~1";
            else
                text += c;
        }
    }
    return text;
}

std::optional<Pointer> parse_pointer(std::string_view text) {
    Pointer pointer;
    if (text.empty()) return pointer;
    if (text.front() != '/') return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '/') {
            pointer.emplace_back();
            continue;
        }
        if (text[i] != '~') {
            pointer.back() += text[i];
            continue;
        }
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (next != '0' && next != '1') return std::nullopt;
        pointer.back() += next == '0' ? '~' : '/';
        ++i;
    }
    return pointer;
}

std::string to_display(const Pointer& pointer) {
    std::string text;
    for (const std::string& name : pointer) {
        if (!text.empty()) text += '.';
        text += is_bare_name(name) ? name : quote(name);
    }
    return text;
}

}  // namespace satchel::documents
