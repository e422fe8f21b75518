// See document.h.
#include "daemon/documents/document.h"

#include "daemon/documents/canonical.h"
#include "daemon/documents/json_parser.h"
#include "daemon/documents/toml_parser.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::documents {

namespace {

bool is_leaf(const Node& node) {
    return !node.is_object() || node.items.empty();
}

std::size_t count_leaves(const Node& node) {
    if (is_leaf(node)) return 1;
    std::size_t count = 0;
    for (const Node& item : node.items) count += count_leaves(item);
    return count;
}

void collect(const Node& node, Pointer& at, std::vector<Leaf>& into) {
    for (const Node& item : node.items) {
        at.push_back(item.name);
        if (is_leaf(item)) {
            Leaf leaf{at, canonical(item), item.kind == NodeKind::array};
            if (leaf.is_array)
                for (const Node& element : item.items) leaf.elements.push_back(canonical(element));
            into.push_back(std::move(leaf));
        } else {
            collect(item, at, into);
        }
        at.pop_back();
    }
}

Result<Parsed> parse_text(Syntax syntax, std::string_view text) {
    return syntax == Syntax::json ? parse_json(text) : parse_toml(text);
}

std::string array_of(const std::vector<std::string>& elements) {
    std::string out = "[";
    for (const std::string& element : elements) {
        if (out.size() > 1) out += ',';
        out += element;
    }
    return out + ']';
}

bool is_above(const Pointer& upper, const Pointer& lower) {
    return upper.size() < lower.size() && std::equal(upper.begin(), upper.end(), lower.begin());
}

}  // namespace

Result<Document> Document::parse(Syntax syntax, std::string_view text) {
    if (text.size() > kDocumentBytesMax)
        return Error{ErrorCode::too_large,
                     "parse a settings document: it has " + std::to_string(text.size()) +
                         " bytes, the limit is " + std::to_string(kDocumentBytesMax)};
    if (!is_utf8(text))
        return Error{ErrorCode::corrupt, "parse a settings document: it is not UTF-8"};
    SATCHEL_TRY(parsed, parse_text(syntax, text));
    if (count_leaves(parsed.root) > kLeavesMax)
        return Error{ErrorCode::too_large, "parse a settings document: it has too many values"};
    return Document(syntax, std::string(text), std::move(parsed));
}

std::vector<Leaf> Document::leaves() const {
    std::vector<Leaf> found;
    Pointer at;
    collect(parsed_.root, at, found);
    return found;
}

const Node* Document::node_at(const Pointer& pointer) const {
    const Node* node = &parsed_.root;
    for (const std::string& name : pointer) {
        if (!node->is_object()) return nullptr;
        node = node->find(name);
        if (node == nullptr) return nullptr;
    }
    return node;
}

std::optional<std::string> Document::find(const Pointer& pointer) const {
    const Node* node = pointer.empty() ? nullptr : node_at(pointer);
    if (node == nullptr || !is_leaf(*node)) return std::nullopt;
    return canonical(*node);
}

Document::Values Document::values() const {
    Values values;
    for (Leaf& leaf : leaves()) values.emplace(std::move(leaf.pointer), std::move(leaf.value));
    return values;
}

Status Document::replace(std::string next, const Values& wanted, const Pointer& pointer) {
    auto parsed = parse(syntax_, next);
    if (!parsed || parsed->text_.size() > kDocumentBytesMax)
        return Error{ErrorCode::refused,
                     "change '" + to_display(pointer) + "': the document cannot hold the value"};
    const auto without_above = [&](Values values) {
        std::erase_if(values, [&](const auto& one) {
            return one.second == "{}" && is_above(one.first, pointer);
        });
        return values;
    };
    if (without_above(parsed->values()) != without_above(wanted))
        return Error{
            ErrorCode::refused,
            "change '" + to_display(pointer) + "': the document cannot be changed in place"};
    *this = std::move(*parsed);
    return ok();
}

Status Document::set(const Pointer& pointer, std::string_view value) {
    if (pointer.empty() || pointer.size() > kDepthMax)
        return Error{ErrorCode::invalid_argument, "set a value: not a place in a document"};
    SATCHEL_TRY(node, parse_canonical(value));
    if (find(pointer) == value) return ok();
    Values wanted = values();
    wanted[pointer] = value;
    const Node* old = node_at(pointer);
    const bool is_spread = old != nullptr && is_leaf(*old) && old->shape != Shape::whole;
    Document draft = *this;
    if (is_spread)
        if (Status status = draft.remove_one(pointer); !status) return status;
    auto next = syntax_ == Syntax::json ? set_json(draft.spliced(), pointer, node)
                                        : set_toml(draft.spliced(), pointer, node);
    if (!next) return std::move(next).error();
    return replace(std::move(*next), wanted, pointer);
}

Status Document::remove_one(const Pointer& pointer) {
    Values wanted = values();
    wanted.erase(pointer);
    std::string next =
        syntax_ == Syntax::json ? remove_json(spliced(), pointer) : remove_toml(spliced(), pointer);
    return replace(std::move(next), wanted, pointer);
}

Status Document::remove(const Pointer& pointer) {
    Pointer at = pointer;
    if (!find(at)) return ok();
    Document draft = *this;
    if (Status status = draft.remove_one(at); !status) return status;
    for (at.pop_back(); !at.empty(); at.pop_back()) {
        const Node* node = draft.node_at(at);
        if (node == nullptr) continue;
        if (!node->is_empty_object()) break;
        const bool has_comment = syntax_ == Syntax::json ? has_json_comment(draft.spliced(), *node)
                                                         : has_toml_comment(draft.spliced(), *node);
        if (has_comment || !draft.remove_one(at)) break;
    }
    *this = std::move(draft);
    return ok();
}

Status Document::replace_array(std::string next,
                               const Pointer& pointer,
                               std::vector<std::string> elements) {
    Values wanted = values();
    wanted[pointer] = array_of(elements);
    return replace(std::move(next), wanted, pointer);
}

Status Document::add_element(const Pointer& pointer, std::string_view value) {
    SATCHEL_TRY(element, parse_canonical(value));
    const Node* array = pointer.empty() ? nullptr : node_at(pointer);
    if (array == nullptr) return set(pointer, "[" + std::string(value) + "]");
    if (array->kind != NodeKind::array) return in_the_way(pointer);
    std::vector<std::string> elements;
    for (const Node& item : array->items) elements.push_back(canonical(item));
    if (std::ranges::find(elements, value) != elements.end()) return ok();
    elements.emplace_back(value);
    if (array->shape != Shape::whole) return set(pointer, array_of(elements));
    std::string next = syntax_ == Syntax::json ? add_json_element(spliced(), *array, element)
                                               : add_toml_element(spliced(), *array, element);
    return replace_array(std::move(next), pointer, std::move(elements));
}

Status Document::remove_element(const Pointer& pointer, std::string_view value) {
    Document draft = *this;
    bool is_emptied = false;
    while (true) {
        const Node* array = pointer.empty() ? nullptr : draft.node_at(pointer);
        if (array == nullptr || array->kind != NodeKind::array) break;
        std::vector<std::string> elements;
        for (const Node& item : array->items) elements.push_back(canonical(item));
        const auto at = std::ranges::find(elements, value);
        if (at == elements.end()) break;
        const auto index = static_cast<std::size_t>(at - elements.begin());
        elements.erase(at);
        is_emptied = elements.empty();
        Status status = ok();
        if (array->shape != Shape::whole) {
            status = draft.set(pointer, array_of(elements));
        } else {
            std::string next = syntax_ == Syntax::json
                                   ? remove_json_element(draft.spliced(), *array, index)
                                   : remove_toml_element(draft.spliced(), *array, index);
            status = draft.replace_array(std::move(next), pointer, std::move(elements));
        }
        if (!status) return status;
    }
    *this = std::move(draft);
    const Node* array = is_emptied ? node_at(pointer) : nullptr;
    const bool is_bare = array != nullptr && !has_json_comment(spliced(), *array);
    return is_bare ? remove(pointer) : ok();
}

}  // namespace satchel::documents
