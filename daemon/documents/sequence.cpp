// See sequence.h.
#include "daemon/documents/sequence.h"

#include <algorithm>

namespace satchel::documents {

namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t';
}

/// Behind the comments that follow `at` in its line; `at` when there are none.
std::size_t after_comments(std::string_view text, std::size_t at, const Layout& layout) {
    std::size_t end = at;
    while (true) {
        std::size_t next = end;
        while (next < text.size() && is_space(text[next])) ++next;
        const std::string_view rest = text.substr(next);
        if (rest.starts_with(layout.line_comment)) {
            std::size_t stop = std::min(text.find('\n', next), text.size());
            if (stop > next && text[stop - 1] == '\r') --stop;
            return stop;
        }
        if (layout.line_comment != "//" || !rest.starts_with("/*")) return end;
        const std::size_t stop = text.find("*/", next + 2);
        const std::size_t line = std::min(text.find('\n', next), text.size());
        if (stop == std::string_view::npos || stop > line) return end;
        end = stop + 2;
    }
}

bool is_blank_all(std::string_view text, std::size_t begin, std::size_t end) {
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                       text.begin() + static_cast<std::ptrdiff_t>(end),
                       [](char c) { return is_space(c) || c == '\n' || c == '\r'; });
}

/// True when the item begins a line of its own behind the bracket.
bool begins_line(std::string_view text, const Node& sequence, const Node& item) {
    const std::size_t start = line_start(text, item.item_begin);
    return start > sequence.begin && is_blank(text, start, item.item_begin);
}

std::string insert_first(std::string text,
                         const Node& into,
                         const Layout& layout,
                         const RenderItem& render) {
    const std::size_t open = into.begin + 1;
    const std::size_t close = into.end - 1;
    const bool is_bare = is_blank_all(text, open, close);
    if (!layout.is_multi_line) {
        const std::string pad(layout.padding);
        const std::string item = pad + render(nullptr) + (is_bare ? pad : std::string());
        return is_bare ? text.replace(open, close - open, item) : text.insert(open, item);
    }
    const std::string outer = indent_of(text, into.begin);
    const std::string indent = outer + layout.unit;
    const std::string item = layout.newline + indent + render(&indent);
    if (!is_bare) return text.insert(open, item);
    return text.replace(open, close - open, item + layout.newline + outer);
}

}  // namespace

std::string insert_item(const std::string& text,
                        const Node& into,
                        const Layout& layout,
                        const RenderItem& render) {
    if (into.items.empty()) return insert_first(text, into, layout, render);
    const Node& last = into.items.back();
    const bool has_comma = last.comma != kNowhere;
    std::string out = text;
    if (begins_line(text, into, last)) {
        const std::string indent = indent_of(text, last.item_begin);
        const std::size_t behind = has_comma ? last.comma + 1 : last.end;
        const std::size_t place = after_comments(text, behind, layout);
        out.insert(place, layout.newline + indent + render(&indent) + (has_comma ? "," : ""));
        if (!has_comma) out.insert(last.end, ",");
        return out;
    }
    std::string gap = layout.is_spaced ? " " : "";
    if (into.items.size() > 1) {
        const std::size_t from = into.items[into.items.size() - 2].comma + 1;
        if (is_blank(text, from, last.item_begin)) gap = text.substr(from, last.item_begin - from);
    }
    if (has_comma) return out.insert(last.comma + 1, gap + render(nullptr) + ",");
    return out.insert(last.end, "," + gap + render(nullptr));
}

std::string remove_item(const std::string& text,
                        const Node& from,
                        std::size_t index,
                        const Layout& layout) {
    const Node& item = from.items[index];
    const bool has_comma = item.comma != kNowhere;
    const bool has_next = index + 1 < from.items.size();
    const std::size_t end = has_comma ? item.comma + 1 : item.end;
    std::string out = text;
    std::size_t stop = after_comments(text, end, layout);
    while (stop < text.size() && (is_space(text[stop]) || text[stop] == '\r')) ++stop;
    const bool ends_line = stop < text.size() && text[stop] == '\n';
    const std::size_t before = index > 0 ? from.items[index - 1].comma : kNowhere;
    if (begins_line(text, from, item) && ends_line) {
        const std::size_t start = line_start(text, item.item_begin);
        out.erase(start, stop + 1 - start);
        if (!has_next && !has_comma && index > 0) out.erase(before, 1);
        return out;
    }
    std::size_t begin = item.item_begin;
    std::size_t behind = end;
    if (has_next)
        behind = from.items[index + 1].item_begin;
    else if (index > 0)
        begin = has_comma ? before + 1 : before;
    return out.erase(begin, behind - begin);
}

std::size_t line_start(std::string_view text, std::size_t at) {
    const auto newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    return newline == std::string_view::npos ? 0 : newline + 1;
}

std::string indent_of(std::string_view text, std::size_t at) {
    const std::size_t start = line_start(text, at);
    std::size_t end = start;
    while (end < text.size() && is_space(text[end])) ++end;
    return std::string(text.substr(start, end - start));
}

bool is_blank(std::string_view text, std::size_t begin, std::size_t end) {
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                       text.begin() + static_cast<std::ptrdiff_t>(end),
                       is_space);
}

std::string newline_of(std::string_view text) {
    const auto at = text.find('\n');
    return at != std::string_view::npos && at > 0 && text[at - 1] == '\r' ? "\r\n" : "\n";
}

}  // namespace satchel::documents
