// source.set: what to do with a source's conflicts, and which of its files stay on this device.
#pragma once

#include "shared/json/fields.h"

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// What to do with conflicts of one table.
struct SourcePolicy {
    std::string table{};
    std::string policy{};
    static constexpr auto kFields = std::tuple{
        json::Field<&SourcePolicy::table>{"table", json::Need::required},
        json::Field<&SourcePolicy::policy>{"policy", json::Need::required},
    };
};

/// The policies of a source: as kept with its declaration, and the answer of source.set.
struct SourcePolicies {
    std::string policy = "prefer_newer";    ///< of tables that are not listed
    std::vector<SourcePolicy> policies{};   ///< by table
    std::vector<std::string> excludes{};    ///< patterns of files that stay on this device
    std::vector<std::string> kept_local{};  ///< patterns of files that stay on every device
    static constexpr auto kFields = std::tuple{
        json::Field<&SourcePolicies::policy>{"policy"},
        json::Field<&SourcePolicies::policies>{"policies"},
        json::Field<&SourcePolicies::excludes>{"excludes"},
        json::Field<&SourcePolicies::kept_local>{"kept_local"},
    };
};

/// Sets what to do with a source's conflicts on this device; with an empty policy only tells it.
/// Policies are "prefer_newer" (the newest value is shown, the others stay listed), "manual_abort"
/// (nothing new of the row is shown until a person decides), "prefer_local" and "prefer_remote"
/// (this device decides, where it wrote one of the values). Files that match an excluded pattern
/// are neither sent from this device nor written here; nothing is deleted, here or elsewhere. The
/// same holds on every device for files that match a pattern of `keep_local`, which travels.
struct SourceSetRequest {
    static constexpr std::string_view kMethod = "source.set";
    using Response = SourcePolicies;
    std::string name{};
    std::string policy{};
    std::string table{};                          ///< empty: the whole source
    std::vector<std::string> exclude{};           ///< patterns to add
    std::vector<std::string> include{};           ///< excluded patterns to take back
    std::vector<std::string> exclude_projects{};  ///< names of projects, as project.list has them
    std::vector<std::string> include_projects{};
    std::vector<std::string> keep_local{};  ///< patterns to mark on every device
    std::vector<std::string> share{};       ///< marked patterns to take back
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceSetRequest::name>{"name", json::Need::required},
        json::Field<&SourceSetRequest::policy>{"policy"},
        json::Field<&SourceSetRequest::table>{"table"},
        json::Field<&SourceSetRequest::exclude>{"exclude"},
        json::Field<&SourceSetRequest::include>{"include"},
        json::Field<&SourceSetRequest::exclude_projects>{"exclude_projects"},
        json::Field<&SourceSetRequest::include_projects>{"include_projects"},
        json::Field<&SourceSetRequest::keep_local>{"keep_local"},
        json::Field<&SourceSetRequest::share>{"share"},
    };
};

}  // namespace satchel::control
