// Splicing JSON: new values look like their neighbours, all else keeps its bytes.
#include "daemon/documents/canonical.h"
#include "daemon/documents/sequence.h"
#include "daemon/documents/splice.h"

namespace satchel::documents {

namespace {

Layout layout_of(const Spliced& from) {
    Layout layout;
    layout.newline = newline_of(from.text);
    layout.line_comment = "//";
    const Node& root = from.parsed.root;
    const bool is_new = root.begin == root.end;
    const auto body = std::string_view(from.text).substr(root.begin, root.end - root.begin);
    layout.is_multi_line =
        is_new || root.items.empty() || body.find('\n') != std::string_view::npos;
    if (root.items.empty()) return layout;
    for (const Node& item : root.items) {
        const std::size_t start = line_start(from.text, item.item_begin);
        const bool is_own_line = start > root.begin && is_blank(from.text, start, item.item_begin);
        if (!is_own_line || item.item_begin == start) continue;
        layout.unit = from.text.substr(start, item.item_begin - start);
        break;
    }
    const char before = from.text[root.items.front().begin - 1];
    layout.is_spaced = before != ':';
    return layout;
}

/// The value as text; in lines when `indent` says how they begin.
std::string render(const Node& value, const Layout& layout, const std::string* indent) {
    if (value.kind == NodeKind::scalar) return value.value;
    const bool is_object = value.is_object();
    if (value.items.empty()) return is_object ? "{}" : "[]";
    const bool in_lines = indent != nullptr && layout.is_multi_line;
    const std::string deeper = in_lines ? *indent + layout.unit : std::string();
    std::string out(1, is_object ? '{' : '[');
    for (const Node& item : value.items) {
        if (out.size() > 1) out += in_lines || !layout.is_spaced ? "," : ", ";
        if (in_lines) out += layout.newline + deeper;
        if (is_object) out += quote(item.name) + (layout.is_spaced ? ": " : ":");
        out += render(item, layout, in_lines ? &deeper : nullptr);
    }
    if (in_lines) out += layout.newline + *indent;
    return out + (is_object ? '}' : ']');
}

/// `value` inside the objects that the names from `depth` on stand for.
Node wrapped(const Pointer& pointer, std::size_t depth, const Node& value) {
    Node node = value;
    for (std::size_t i = pointer.size(); i > depth; --i) {
        node.name = pointer[i - 1];
        Node outer;
        outer.kind = NodeKind::object;
        outer.items.push_back(std::move(node));
        node = std::move(outer);
    }
    return node;
}

}  // namespace

Result<std::string> set_json(const Spliced& from, const Pointer& pointer, const Node& value) {
    const Layout layout = layout_of(from);
    const auto [into, depth] = deepest(from.parsed.root, pointer);
    std::string text = from.text;
    if (depth == pointer.size() && !into->items.empty()) return in_the_way(pointer);
    const Node* old = depth == pointer.size() ? into : into->find(pointer[depth]);
    if (old != nullptr && depth + 1 < pointer.size()) return in_the_way(pointer);
    if (old != nullptr) {
        const std::string indent = indent_of(text, old->item_begin);
        return text.replace(old->begin, old->end - old->begin, render(value, layout, &indent));
    }
    if (into->begin == into->end) {  // nothing but comments
        const std::string indent;
        if (!text.empty() && !text.ends_with('\n') && text != "\xEF\xBB\xBF")
            text += layout.newline;
        return text + render(wrapped(pointer, 0, value), layout, &indent) + layout.newline;
    }
    return insert_item(text, *into, layout, [&, at = depth](const std::string* indent) {
        return quote(pointer[at]) + (layout.is_spaced ? ": " : ":") +
               render(wrapped(pointer, at + 1, value), layout, indent);
    });
}

std::string remove_json(const Spliced& from, const Pointer& pointer) {
    const Node* parent = &from.parsed.root;
    for (std::size_t i = 0; i + 1 < pointer.size(); ++i) parent = parent->find(pointer[i]);
    const Node* item = parent->find(pointer.back());
    return remove_item(
        from.text, *parent, static_cast<std::size_t>(item - parent->items.data()), layout_of(from));
}

std::string add_json_element(const Spliced& from, const Node& array, const Node& value) {
    const Layout layout = layout_of(from);
    return insert_item(from.text, array, layout, [&](const std::string* indent) {
        return render(value, layout, indent);
    });
}

std::string remove_json_element(const Spliced& from, const Node& array, std::size_t index) {
    return remove_item(from.text, array, index, layout_of(from));
}

bool has_json_comment(const Spliced& from, const Node& object) {
    const std::string_view inner =
        std::string_view(from.text).substr(object.begin + 1, object.end - object.begin - 2);
    return inner.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

std::pair<const Node*, std::size_t> deepest(const Node& root, const Pointer& pointer) {
    const Node* node = &root;
    std::size_t depth = 0;
    for (; depth < pointer.size(); ++depth) {
        const Node* next = node->find(pointer[depth]);
        if (next == nullptr || !next->is_object()) break;
        node = next;
    }
    return {node, depth};
}

Error in_the_way(const Pointer& pointer) {
    return {ErrorCode::conflict,
            "set '" + to_display(pointer) + "': another value stands in its place"};
}

}  // namespace satchel::documents
