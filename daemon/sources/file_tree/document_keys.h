// A settings document as rows: one for each value that travels, one for each element of an array
// that is a set.
#pragma once

#include "daemon/documents/document.h"
#include "daemon/sources/file_tree/tree_context.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace satchel::sources {

/// Which value of which document a row is; its local key.
struct KeyName {
    std::string path;
    std::string pointer;                 ///< RFC 6901
    std::optional<std::string> element;  ///< of a set: the row is its membership

    bool operator==(const KeyName&) const = default;

    [[nodiscard]] Bytes encode() const;
    static std::optional<KeyName> decode(ByteView key);
    /// For people: `settings.json: permissions.allow "Bash(ls)"`, safe to print.
    [[nodiscard]] std::string to_display() const;
};

/// A value that travels.
struct KeyValue {
    KeyName name;
    std::string value;  ///< canonical
};

/// What a document says, by row.
struct DocumentRows {
    std::map<Sid, KeyValue> rows;
    std::map<Sid, KeyFate> held_back;  ///< values that stay here
    std::set<std::string> staying;     ///< objects that stay whole, see whole_of()
};

/// A document's rules and how it is written.
struct DocumentKind {
    documents::Syntax syntax = documents::Syntax::json;
    const KeyRules* rules = nullptr;  ///< never null
};

/// How the document at `path` is read, by class and rules.
DocumentKind document_kind(const TreeContext& context, std::string_view path, FileClass file_class);
/// Identity of a row.
Sid key_sid(const TreeContext& context, const KeyName& name);
/// All rows of the document at `path`.
DocumentRows list_rows(const TreeContext& context,
                       const DocumentKind& kind,
                       std::string_view path,
                       const documents::Document& document);
/// The columns of a row, in order.
std::vector<core::ColumnValue> key_columns_of(const TreeContext& context, const KeyValue& row);

/// The rows that the notes say the document held.
Result<std::map<Sid, KeyName>> list_noted_keys(Memory& memory, const Sid& file);
/// Reads the document; `too_large` when it cannot be one. Empty without a file.
Result<std::string> read_document(const TreeDir& root, const std::string& path, FileStat& stat);

}  // namespace satchel::sources
