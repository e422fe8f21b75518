// What is known of one assistant's files: where they are, what travels and how, what stays and why.
// A profile is a JSON file (docs/reference/profiles.md). The shipped ones are compiled in; a file
// of the same name in the configuration directory takes the place of a shipped one, as a whole or
// key by key.
//
// This folder reads profiles and knows nothing of trees; sources/file_tree makes rules of them.
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::profiles {

/// Places inside a settings document, as JSON pointers in which `*` stands for any one name and
/// `**` for any number of them. All but `sets`, `harmless` and `whole` cover what
/// lies below them too.
struct KeyLists {
    std::vector<std::string> travel;    ///< when any are given, everything else is local
    std::vector<std::string> local;     ///< stay on each device, neither sent nor written
    std::vector<std::string> paths;     ///< are local where they name an absolute path
    std::vector<std::string> secret;    ///< never leave
    std::vector<std::string> sets;      ///< arrays whose elements are united
    std::vector<std::string> active;    ///< can run code: a person approves changes
    std::vector<std::string> harmless;  ///< single values that cannot, though `active` covers them
    std::vector<std::string> whole{};   ///< objects that stay entirely where a part is local

    bool operator==(const KeyLists&) const = default;
};

/// Which files a person approves before they are written on another device.
enum class Approve : std::uint8_t {
    nothing,
    executables,  ///< those that may be executed
    scripts,      ///< also Markdown that names commands to run
    always,
};

/// How files that match are treated; of several rules the first that matches counts.
struct Rule {
    std::string pattern;            ///< below the root; see sources::matches_glob()
    std::string file_class;         ///< one of class_words()
    std::string why;                ///< what is in these files, or why they stay
    bool keeps_deleted = false;     ///< "deletes": "stay": what is deleted here stays elsewhere
    bool waits_for_closed = false;  ///< "gate": "closed": written while the assistant does not run
    Approve approve = Approve::executables;
    KeyLists keys;

    bool operator==(const Rule&) const = default;
};

/// Where a root may be: in the folder an environment variable names, or below the home folder.
struct Root {
    std::string variable;  ///< empty: `folder` is below the home folder
    std::string folder;    ///< relative; a last component `*` stands for every folder there

    bool operator==(const Root&) const = default;
};

/// Something outside the roots that stays, for people.
struct Outside {
    std::string path;
    std::string why;

    bool operator==(const Outside&) const = default;
};

/// One assistant.
struct Profile {
    std::string name;
    std::string title;                   ///< what people call it
    std::vector<Root> roots;             ///< the main one is the first without a variable
    std::vector<std::string> processes;  ///< names of its programs; with a slash: end of a path
    std::vector<Rule> rules;
    std::vector<Outside> outside;
    std::vector<std::string> with{};  ///< profiles whose folders are added together with these
    bool is_walked = true;  ///< else only files that rules name are looked at, and not watched

    bool operator==(const Profile&) const = default;
};

/// The paths that rules name without a star and that may travel.
std::vector<std::string> named_files(const Profile& profile);

/// The classes a rule may name. "optional" is "never" that a person's own rule overrides.
std::span<const std::string_view> class_words();

/// Reads a profile from text, as it is for the device called `device` in its workspace; `where`
/// names it in messages. Errors are bad_config and name the rule and the key, with the nearest
/// known word for one that is not; what is meant for other devices is checked as well.
Result<Profile> parse_profile(std::string_view text,
                              std::string_view where,
                              std::string_view device = {});

/// A shipped profile's name and text.
struct ShippedText {
    std::string_view name;
    std::string_view text;
};

/// All shipped profiles; "tree" is the one for any other folder.
std::span<const ShippedText> shipped_texts();
/// A shipped profile, or nothing.
std::optional<Profile> find_shipped(std::string_view name);

/// Where a person's profiles lie, and for which device they are read.
struct Shelf {
    std::filesystem::path folder{};
    std::string device{};  ///< its name in the workspace
};

/// The profile of this name: from `shelf.folder`/NAME.json when there is one, else as shipped.
/// Errors: not_found; bad_config for a file that is wrong; refused for a file that others can
/// write.
Result<Profile> load_profile(std::string_view name, const Shelf& shelf);
/// Names that load_profile() knows, shipped ones first.
std::vector<std::string> list_profiles(const std::filesystem::path& folder);

}  // namespace satchel::profiles
