// Looking at folders before they are kept in sync: what would travel, what stays and why.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// Files of one kind in a folder.
struct PlannedFiles {
    std::string what{};        ///< what they are, or why they stay
    std::string file_class{};  ///< how they travel; "optional" or "never" for what stays
    std::string example{};     ///< path of one of them
    std::int64_t files = 0;
    std::int64_t bytes = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&PlannedFiles::what>{"what", json::Need::required},
        json::Field<&PlannedFiles::file_class>{"file_class"},
        json::Field<&PlannedFiles::example>{"example"},
        json::Field<&PlannedFiles::files>{"files"},
        json::Field<&PlannedFiles::bytes>{"bytes"},
    };
};

/// What was found in a folder and what will be done with it.
struct FolderPlan {
    std::string profile{};
    std::vector<PlannedFiles> travels{};
    std::vector<PlannedFiles> stays{};
    std::vector<std::string> links{};  ///< links that are not followed, a sentence each
    bool is_cut = false;               ///< too many files to count them all
    static constexpr auto kFields = std::tuple{
        json::Field<&FolderPlan::profile>{"profile"},
        json::Field<&FolderPlan::travels>{"travels"},
        json::Field<&FolderPlan::stays>{"stays"},
        json::Field<&FolderPlan::links>{"links"},
        json::Field<&FolderPlan::is_cut>{"is_cut"},
    };
};

/// A folder of an assistant on this machine.
struct FoundFolder {
    std::string path{};     ///< where it really is
    std::string given{};    ///< the same as it is usually called, when a link leads there
    std::string name{};     ///< what its source is called on every device
    std::string source{};   ///< of the source it is already, else empty
    std::string profile{};  ///< that its files follow
    FolderPlan plan{};
    static constexpr auto kFields = std::tuple{
        json::Field<&FoundFolder::path>{"path", json::Need::required},
        json::Field<&FoundFolder::given>{"given"},
        json::Field<&FoundFolder::name>{"name"},
        json::Field<&FoundFolder::source>{"source"},
        json::Field<&FoundFolder::profile>{"profile"},
        json::Field<&FoundFolder::plan>{"plan"},
    };
};

/// A variable of the asking person's environment.
struct NamedText {
    std::string name{};
    std::string value{};
    static constexpr auto kFields = std::tuple{
        json::Field<&NamedText::name>{"name", json::Need::required},
        json::Field<&NamedText::value>{"value"},
    };
};

/// Answer of source.find.
struct SourceFindResponse {
    std::string profile{};
    std::string title{};                   ///< what people call the assistant
    std::vector<FoundFolder> folders{};    ///< each real folder once
    std::vector<std::string> looked{};     ///< places that were looked at
    std::vector<std::string> variables{};  ///< names of variables that may say where it is
    std::vector<NamedText> outside{};      ///< what lies elsewhere and stays: path and reason
    std::vector<std::string> notes{};
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceFindResponse::profile>{"profile"},
        json::Field<&SourceFindResponse::title>{"title"},
        json::Field<&SourceFindResponse::folders>{"folders"},
        json::Field<&SourceFindResponse::looked>{"looked"},
        json::Field<&SourceFindResponse::variables>{"variables"},
        json::Field<&SourceFindResponse::outside>{"outside"},
        json::Field<&SourceFindResponse::notes>{"notes"},
    };
};

/// Looks for the folders of an assistant. The daemon's environment is not the person's: variables
/// that the answer names may be sent with a second question.
struct SourceFindRequest {
    static constexpr std::string_view kMethod = "source.find";
    using Response = SourceFindResponse;
    std::string profile{};
    std::vector<NamedText> variables{};
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceFindRequest::profile>{"profile", json::Need::required},
        json::Field<&SourceFindRequest::variables>{"variables"},
    };
};

}  // namespace satchel::control
