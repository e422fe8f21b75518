// Methods about the projects of trees on this machine: project.list. catalog.link moves them.
#pragma once

#include "shared/json/fields.h"

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// A project whose sessions a tree has, or another device has.
struct ProjectSummary {
    std::string source{};
    std::string project{};   ///< "github.com/acme/app", "~/dev/app", or the assistant's name for it
    std::string identity{};  ///< as in paths of the workspace
    std::string path{};      ///< where it is on this machine; empty when not known
    std::string folder{};    ///< below the tree's root; empty when it has none here
    std::string link{};      ///< where a person said that it is; empty when nobody did
    std::string trouble{};   ///< a sentence, or empty
    static constexpr auto kFields = std::tuple{
        json::Field<&ProjectSummary::source>{"source", json::Need::required},
        json::Field<&ProjectSummary::project>{"project", json::Need::required},
        json::Field<&ProjectSummary::identity>{"identity"},
        json::Field<&ProjectSummary::path>{"path"},
        json::Field<&ProjectSummary::folder>{"folder"},
        json::Field<&ProjectSummary::link>{"link"},
        json::Field<&ProjectSummary::trouble>{"trouble"},
    };
};

/// Answer of project.list.
struct ProjectListResponse {
    std::vector<ProjectSummary> projects{};
    static constexpr auto kFields = std::tuple{
        json::Field<&ProjectListResponse::projects>{"projects"},
    };
};

/// Lists the projects of trees, and where they are on this machine.
struct ProjectListRequest {
    static constexpr std::string_view kMethod = "project.list";
    using Response = ProjectListResponse;
    std::string source{};  ///< empty: all
    static constexpr auto kFields = std::tuple{
        json::Field<&ProjectListRequest::source>{"source"},
    };
};

}  // namespace satchel::control
