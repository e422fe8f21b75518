// TOML 1.0: tables, dotted keys, inline tables and arrays of tables as one tree of values.
#pragma once

#include "daemon/documents/node.h"
#include "shared/base/result.h"

#include <string_view>

namespace satchel::documents {

/// A document; `corrupt` names the line.
Result<Parsed> parse_toml(std::string_view text);

/// Reads values and keys of TOML from `at` on; what they say is in the node's canonical value.
class TomlReader {
  public:
    TomlReader(std::string_view text, std::size_t& at) : text_(text), at_(at) {}

    Result<Node> value(std::size_t depth);
    /// A key with its dots; not empty.
    Result<Pointer> key();
    void skip_blanks();
    /// Skips a comment, if there is one; false when it holds control characters.
    bool skip_comment();
    /// Takes a newline, or stands at the end.
    bool end_line();

    [[nodiscard]] Error fault(std::string_view what) const;

    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    [[nodiscard]] bool is_at_end() const { return at_ >= text_.size(); }

  private:
    Result<std::string> string();
    Result<std::string> long_string(char mark);
    bool escape(std::string& out, bool is_long);
    Status array(Node& node, std::size_t depth);
    Status inline_table(Node& node, std::size_t depth);
    Status member(Node& node, std::size_t depth);
    bool skip_lines();

    std::string_view text_;
    std::size_t& at_;
};

/// Canonical form of a number, boolean, date or time as TOML writes it, or nothing.
std::optional<std::string> canonical_scalar(std::string_view text);

}  // namespace satchel::documents
