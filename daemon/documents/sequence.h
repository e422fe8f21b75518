// Adding and taking away one item between brackets: members of objects and inline tables, elements
// of arrays. Comments, indentation and commas stay as their author keeps them.
#pragma once

#include "daemon/documents/node.h"

#include <functional>
#include <string>
#include <string_view>

namespace satchel::documents {

/// How a document is written.
struct Layout {
    std::string newline = "\n";
    std::string unit = "  ";        ///< one step of indentation
    bool is_multi_line = false;     ///< a first item gets a line of its own
    bool is_spaced = true;          ///< a space follows colons and commas
    std::string_view padding;       ///< inside the brackets around a first item in one line
    std::string_view line_comment;  ///< what begins a comment: "//" or "#"
};

/// The text of an item whose lines begin with `indent`; nothing for an item in one line.
using RenderItem = std::function<std::string(const std::string* indent)>;

/// `text` with one more item at the end of `into`, a whole array or object.
std::string insert_item(const std::string& text,
                        const Node& into,
                        const Layout& layout,
                        const RenderItem& render);
/// `text` without item `index` of `from`.
std::string remove_item(const std::string& text,
                        const Node& from,
                        std::size_t index,
                        const Layout& layout);

/// Start of the line that `at` is in.
std::size_t line_start(std::string_view text, std::size_t at);
/// The white space that the line of `at` begins with.
std::string indent_of(std::string_view text, std::size_t at);
/// True when only spaces and tabs stand in [begin, end).
bool is_blank(std::string_view text, std::size_t begin, std::size_t end);
/// "\r\n" when the first line ends so.
std::string newline_of(std::string_view text);

}  // namespace satchel::documents
