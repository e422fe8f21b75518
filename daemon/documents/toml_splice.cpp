// Splicing TOML: values in their place, new keys at the end of their table's section, new tables at
// the end of the document.
#include "daemon/documents/canonical.h"
#include "daemon/documents/sequence.h"
#include "daemon/documents/splice.h"

#include <algorithm>

namespace satchel::documents {

namespace {

Layout layout_of(const Spliced& from) {
    Layout layout;
    layout.newline = newline_of(from.text);
    layout.unit = "    ";
    layout.line_comment = "#";
    return layout;
}

std::string key_text(const std::string& name) {
    return is_bare_name(name) ? name : quote(name);
}

std::string key_text(const Pointer& pointer, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < pointer.size(); ++i)
        text += (text.empty() ? "" : ".") + key_text(pointer[i]);
    return text;
}

/// What only TOML can say, as it says it.
std::optional<std::string> raw_of(const Node& value) {
    if (!value.is_object() || value.items.size() != 1) return std::nullopt;
    const Node& item = value.items.front();
    if (item.name != kTomlMember || item.kind != NodeKind::scalar) return std::nullopt;
    return string_of(item.value);
}

std::string render(const Node& value) {
    if (const auto raw = raw_of(value)) return *raw;
    if (value.kind == NodeKind::scalar) {
        // A value read from TOML that only TOML can say.
        const auto parsed =
            value.value.starts_with('{') ? parse_canonical(value.value) : Result<Node>(value);
        const auto raw = parsed ? raw_of(*parsed) : std::nullopt;
        return raw ? *raw : value.value;
    }
    const bool is_object = value.is_object();
    std::string out;
    for (const Node& item : value.items) {
        if (!out.empty()) out += ", ";
        if (is_object) out += key_text(item.name) + " = ";
        out += render(item);
    }
    if (!is_object) return "[" + out + "]";
    return out.empty() ? "{}" : "{ " + out + " }";
}

std::string with_line(const Spliced& from, const Section& section, std::string line) {
    std::string text = from.text;
    const std::string newline = newline_of(text);
    line = section.indent + line + newline;
    const bool is_open = section.insert_at > 0 && section.insert_at == text.size() &&
                         text.back() != '\n' && !(text == "\xEF\xBB\xBF");
    if (is_open) line.insert(0, newline);
    return text.insert(section.insert_at, line);
}

std::string with_table(const Spliced& from, const Pointer& pointer, const std::string& value) {
    const std::string newline = newline_of(from.text);
    const Pointer path(pointer.begin(), pointer.end() - 1);
    std::string text = from.text;
    if (!text.empty() && !text.ends_with('\n')) text += newline;
    if (!text.empty()) text += newline;
    text += "[" + key_text(path, 0) + "]" + newline;
    return text + key_text(pointer.back()) + " = " + value + newline;
}

/// The whole inline table written anew; for those that cannot be changed in place.
std::string rewritten(const Spliced& from, const Node& table, const Node& changed) {
    std::string text = from.text;
    return text.replace(table.begin, table.end - table.begin, render(changed));
}

/// The inline table around the value at `pointer` that dotted keys make hard to change in place,
/// and how many names lead to it.
std::pair<const Node*, std::size_t> knotted_table(const Node& root, const Pointer& pointer) {
    const Node* node = &root;
    for (std::size_t depth = 0; depth < pointer.size(); ++depth) {
        node = node->find(pointer[depth]);
        if (node == nullptr || !node->is_object()) break;
        if (node->shape == Shape::whole && node->has_dotted) return {node, depth + 1};
    }
    return {nullptr, 0};
}

void put(Node& into, const Pointer& pointer, std::size_t depth, const Node* value) {
    const auto at = std::ranges::find(into.items, pointer[depth], &Node::name);
    if (depth + 1 == pointer.size()) {
        if (at != into.items.end()) into.items.erase(at);
        if (value == nullptr) return;
        into.items.push_back(*value);
        into.items.back().name = pointer.back();
        return;
    }
    if (at != into.items.end()) return put(*at, pointer, depth + 1, value);
    Node table;
    table.kind = NodeKind::object;
    table.name = pointer[depth];
    into.items.push_back(std::move(table));
    put(into.items.back(), pointer, depth + 1, value);
}

/// Where a section's own lines end: comments right above the next header belong to that.
std::size_t own_end(const Spliced& from, const Section& section) {
    std::size_t end = section.end;
    if (end == from.text.size()) return end;
    while (end > section.insert_at) {
        const std::size_t start = line_start(from.text, end - 1);
        const std::size_t word = from.text.find_first_not_of(" \t", start);
        if (start < section.insert_at || word == std::string::npos || from.text[word] != '#') break;
        end = start;
    }
    return end;
}

std::string without_section(const Spliced& from, const Section& section) {
    std::string text = from.text;
    const std::size_t end = own_end(from, section);
    std::size_t begin = section.begin;
    // At the end of the document the blank line above goes too.
    if (end == text.size())
        while (begin > 1 && text[begin - 1] == '\n' && (text[begin - 2] == '\n')) --begin;
    return text.erase(begin, end - begin);
}

}  // namespace

Result<std::string> set_toml(const Spliced& from, const Pointer& pointer, const Node& value) {
    const auto [into, depth] = deepest(from.parsed.root, pointer);
    if (depth == pointer.size() && !into->items.empty()) return in_the_way(pointer);
    const Node* old = depth == pointer.size() ? into : into->find(pointer[depth]);
    if (old != nullptr && depth + 1 < pointer.size()) return in_the_way(pointer);
    const std::string text = render(value);
    if (text.find("null") != std::string::npos && canonical(value) == "null")
        return Error{ErrorCode::refused, "set '" + to_display(pointer) + "': TOML has no null"};
    if (old != nullptr) {
        std::string next = from.text;
        return next.replace(old->begin, old->end - old->begin, text);
    }
    if (const auto [table, at] = knotted_table(from.parsed.root, pointer); table != nullptr) {
        Node changed = *table;
        put(changed, pointer, at, &value);
        return rewritten(from, *table, changed);
    }
    const std::string rest = key_text(pointer, depth);
    if (into->shape == Shape::whole) {
        Layout layout = layout_of(from);
        layout.padding = " ";
        return insert_item(
            from.text, *into, layout, [&](const std::string*) { return rest + " = " + text; });
    }
    const Section& section = from.parsed.sections[into->section];
    if (into->shape == Shape::dotted) {
        const std::string key = key_text(pointer, section.path.size());
        return with_line(from, section, key + " = " + text);
    }
    const bool has_section = into->shape == Shape::header;
    if (has_section && pointer.size() - depth == 1)
        return with_line(from, section, rest + " = " + text);
    return with_table(from, pointer, text);
}

std::string remove_toml(const Spliced& from, const Pointer& pointer) {
    const Node* parent = &from.parsed.root;
    const auto [table, at] = knotted_table(from.parsed.root, pointer);
    if (table != nullptr && at < pointer.size()) {
        Node changed = *table;
        put(changed, pointer, at, nullptr);
        return rewritten(from, *table, changed);
    }
    for (std::size_t i = 0; i + 1 < pointer.size(); ++i) parent = parent->find(pointer[i]);
    const Node* node = parent->find(pointer.back());
    std::string text = from.text;
    if (node->shape == Shape::header)
        return without_section(from, from.parsed.sections[node->section]);
    if (node->shape == Shape::blocks) {
        const auto& sections = from.parsed.sections;
        for (std::size_t i = sections.size(); i-- > 1;) {
            const Pointer& path = sections[i].path;
            const bool is_of_it = path.size() >= pointer.size() &&
                                  std::equal(pointer.begin(), pointer.end(), path.begin());
            const std::size_t end = own_end(from, sections[i]);
            if (is_of_it) text.erase(sections[i].begin, end - sections[i].begin);
        }
        return text;
    }
    if (node->line_end != kNowhere)
        return text.erase(node->line_begin, node->line_end - node->line_begin);
    return remove_item(
        text, *parent, static_cast<std::size_t>(node - parent->items.data()), layout_of(from));
}

std::string add_toml_element(const Spliced& from, const Node& array, const Node& value) {
    return insert_item(
        from.text, array, layout_of(from), [&](const std::string*) { return render(value); });
}

std::string remove_toml_element(const Spliced& from, const Node& array, std::size_t index) {
    return remove_item(from.text, array, index, layout_of(from));
}

bool has_toml_comment(const Spliced& from, const Node& object) {
    if (object.shape != Shape::header) return false;
    const Section& section = from.parsed.sections[object.section];
    const auto own =
        std::string_view(from.text).substr(section.body, own_end(from, section) - section.body);
    return own.find('#') != std::string_view::npos;
}

}  // namespace satchel::documents
