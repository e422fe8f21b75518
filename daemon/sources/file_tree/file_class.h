// How a file of a tree is treated: its class, found by the first rule whose pattern matches. Rules
// are data; shipped profiles name what travels from an assistant's home.
#pragma once

#include "daemon/profiles/profile.h"
#include "daemon/sources/file_tree/key_rules.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

enum class FileClass : std::uint8_t {
    opaque,     ///< whole content; concurrent versions are siblings
    lines,      ///< complete lines, appended; concurrent appends are united
    never,      ///< stays on this device
    json,       ///< settings, merged key by key; comments and trailing commas are let be
    toml,       ///< the same in TOML
    immutable,  ///< whole content that never changes: of several versions the first is shown
    archive,    ///< whole content, kept by every device and written into no tree but its own
};

/// The name of a class in the `class` column and in configuration: "opaque", "lines", "never", ...
std::string_view file_class_name(FileClass file_class);
/// The class of a word that a person may use for a file, or nothing.
std::optional<FileClass> find_file_class(std::string_view word);

/// True for files that travel as one content: manifest and pieces.
constexpr bool is_whole_content(FileClass file_class) {
    return file_class == FileClass::opaque || file_class == FileClass::immutable ||
           file_class == FileClass::archive;
}

/// True for the classes that are merged key by key.
constexpr bool is_document(FileClass file_class) {
    return file_class == FileClass::json || file_class == FileClass::toml;
}

/// Which files of others a person approves before they are written: those that can run code.
enum class Approval : std::uint8_t {
    none,
    if_executable,  ///< when it may be executed
    if_scripted,    ///< also when its text, of Markdown, names commands to run
    always,
};

/// Paths that match `pattern` have this class. `?` and `*` stay within one path component, `**`
/// crosses components. A rule of class never whose pattern ends in "/**" hides that folder whatever
/// other rules say, unless it is optional.
struct FileRule {
    std::string pattern;
    FileClass file_class = FileClass::opaque;
    bool is_optional = false;    ///< never, unless an earlier rule says otherwise
    bool keeps_deleted = false;  ///< what is deleted here stays elsewhere, and does not come back
    bool waits_for_closed = false;  ///< written only while the program that owns it does not run
    Approval approval = Approval::none;
    KeyRules keys{};  ///< of documents
};

/// True when `path` matches `pattern`; linear in the path for each `*` of the pattern.
bool matches_glob(std::string_view pattern, std::string_view path);

/// The rules of a profile, one for each of its own, in the same order.
std::vector<FileRule> rules_of(const profiles::Profile& profile);
/// The shipped rules of this name, or those for any tree.
std::vector<FileRule> profile_rules(std::string_view profile);

/// The rule that decides about `path`, or null; the deny list is another matter.
const FileRule* find_rule(std::string_view path, const std::vector<FileRule>& rules);

/// The class by the rules alone.
FileClass class_by_rules(std::string_view path, const std::vector<FileRule>& rules);
/// The class of the file at `path`: never when it is on the deny list, else by the first rule that
/// matches, else opaque. What is on the list for some of its values may be a document of which only
/// listed values travel.
FileClass classify(std::string_view path, const std::vector<FileRule>& rules);
/// True when nothing below the folder at `path` can travel.
bool is_hidden_folder(std::string_view path, const std::vector<FileRule>& rules);

}  // namespace satchel::sources
