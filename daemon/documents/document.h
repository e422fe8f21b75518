// A settings document whose single values can be exchanged while every other byte stays as it is:
// comments, order, indentation, line ends. JSON with comments and trailing commas, and TOML.
//
// A leaf is a value that is no object, or an empty object; arrays are leaves. Every change is
// checked by parsing the new text and comparing all leaves, so that a fault in splicing can refuse
// a change but never spoil a document.
#pragma once

#include "daemon/documents/node.h"
#include "daemon/documents/splice.h"
#include "shared/base/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::documents {

/// Documents above this are refused: settings are small, and every change reads all of it.
inline constexpr std::size_t kDocumentBytesMax = 512u << 10;
/// And with more values than this.
inline constexpr std::size_t kLeavesMax = 10'000;

/// The language a document is written in.
enum class Syntax : std::uint8_t { json, toml };

/// One value and where it stands; values are canonical (canonical.h).
struct Leaf {
    Pointer pointer;
    std::string value;
    bool is_array = false;
    std::vector<std::string> elements{};  ///< of an array
};

/// See above. Values given to it are canonical; pointers are not empty.
class Document {
  public:
    /// `corrupt` with the line when it does not parse, `too_large` over the limits.
    static Result<Document> parse(Syntax syntax, std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }

    /// All leaves, in the document's order.
    [[nodiscard]] std::vector<Leaf> leaves() const;
    /// The canonical value of the leaf at `pointer`, or nothing.
    [[nodiscard]] std::optional<std::string> find(const Pointer& pointer) const;

    /// Puts the value at `pointer`, making the objects around it. `conflict` when another value
    /// stands in the way, `invalid_argument` when the value is not understood.
    Status set(const Pointer& pointer, std::string_view value);
    /// Takes the leaf away, and the objects around it that become empty. Nothing happens when there
    /// is no leaf.
    Status remove(const Pointer& pointer);
    /// Adds the element to the array, which is made when it is missing. Nothing happens when the
    /// array has it.
    Status add_element(const Pointer& pointer, std::string_view value);
    /// Takes all elements of this value out of the array, and the array when that empties it.
    Status remove_element(const Pointer& pointer, std::string_view value);

  private:
    using Values = std::map<Pointer, std::string>;

    Document(Syntax syntax, std::string text, Parsed parsed)
        : syntax_(syntax), text_(std::move(text)), parsed_(std::move(parsed)) {}

    [[nodiscard]] const Node* node_at(const Pointer& pointer) const;
    [[nodiscard]] Values values() const;
    /// Takes over `next` when it parses and holds exactly `wanted`, except that empty objects above
    /// `pointer` may come and go.
    Status replace(std::string next, const Values& wanted, const Pointer& pointer);
    /// The same for text that has an element more or less in the array at `pointer`.
    Status replace_array(std::string next,
                         const Pointer& pointer,
                         std::vector<std::string> elements);
    Status remove_one(const Pointer& pointer);

    [[nodiscard]] Spliced spliced() const { return {text_, parsed_}; }

    Syntax syntax_;
    std::string text_;
    Parsed parsed_;
};

}  // namespace satchel::documents
