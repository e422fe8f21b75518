// Finding the folders of an assistant, and telling what is in a folder before it is kept in sync.
#pragma once

#include "daemon/profiles/profile.h"
#include "daemon/sources/file_tree/file_class.h"
#include "shared/protocol/control/discover.h"

#include <filesystem>
#include <string>
#include <vector>

namespace satchel::app {

/// A folder of an assistant, and the name of its source.
struct FoundRoot {
    std::filesystem::path given;  ///< as the profile or a variable names it
    std::filesystem::path real;   ///< without links
    std::string name;
};

/// The folders of `profile` that are there, each real one once. The folder that the profile's first
/// place below `home` stands for bears the profile's name, and so does the only one there is;
/// others are called PROFILE-FOLDER. Folders without any of the files that a profile names are no
/// folders of it, but for the main one when there is no other. `looked` gets every place looked at.
std::vector<FoundRoot> find_roots(const profiles::Profile& profile,
                                  const std::filesystem::path& home,
                                  const std::vector<control::NamedText>& variables,
                                  std::vector<std::string>& looked);

/// What a survey goes by: rules in the order they are tried, a person's own before the profile's.
struct SurveyRules {
    const std::vector<sources::FileRule>& rules;
    const profiles::Profile& profile;  ///< its rules are the last of them
};

/// Counts what would travel from `root` and what stays; reads names and sizes only.
control::FolderPlan survey_folder(const std::filesystem::path& root, const SurveyRules& rules);

}  // namespace satchel::app
