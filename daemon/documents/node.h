// A parsed settings document: values with the places in the text where they stand, so that one of
// them can be exchanged while all other bytes stay.
#pragma once

#include "daemon/documents/pointer.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::documents {

inline constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

/// What a value is made of.
enum class NodeKind : std::uint8_t { scalar, array, object };

/// How a value stands in the text. All but `whole` occur in TOML only.
enum class Shape : std::uint8_t {
    whole,     ///< in one span
    implicit,  ///< a table that only the headers of tables below it name
    dotted,    ///< a table made by `a.b = ...`
    header,    ///< a table with a header of its own
    blocks,    ///< an array of tables, one [[header]] each
};

/// One value.
struct Node {
    NodeKind kind = NodeKind::scalar;
    Shape shape = Shape::whole;
    std::string name;              ///< in its object
    std::string value;             ///< of a scalar: canonical JSON
    std::vector<Node> items;       ///< of arrays and objects, in the text's order
    std::size_t begin = 0;         ///< span of a whole value
    std::size_t end = 0;           ///< one past it
    std::size_t item_begin = 0;    ///< where its key begins; of an element, the value
    std::size_t comma = kNowhere;  ///< the comma after it, if any
    std::size_t line_begin = 0;    ///< TOML: of its statement
    std::size_t line_end =
        kNowhere;             ///< TOML: after the statement's newline; nowhere inside others
    std::size_t section = 0;  ///< TOML: the section of its statement or header
    bool has_dotted = false;  ///< TOML: an inline table with dotted keys in it

    [[nodiscard]] bool is_object() const { return kind == NodeKind::object; }

    [[nodiscard]] bool is_empty_object() const { return is_object() && items.empty(); }

    /// The member of this name, or null.
    [[nodiscard]] const Node* find(std::string_view member) const {
        for (const Node& item : items)
            if (item.name == member) return &item;
        return nullptr;
    }

    [[nodiscard]] Node* find(std::string_view member) {
        return const_cast<Node*>(static_cast<const Node*>(this)->find(member));
    }
};

/// TOML: a header and what stands below it; the first section has no header.
struct Section {
    Pointer path;
    std::size_t begin = 0;      ///< start of the header's line
    std::size_t body = 0;       ///< after the header's line
    std::size_t insert_at = 0;  ///< after its last statement, or `body`
    std::size_t end = 0;        ///< start of the next header's line
    std::string indent;         ///< of its last statement
};

/// A document taken apart.
struct Parsed {
    Node root;
    std::vector<Section> sections;
};

}  // namespace satchel::documents
