// Methods about the places of a catalog's projects on this machine: catalog.link, catalog.resolve.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// An environment whose place was not found; its row stays as it is.
struct UnresolvedPlace {
    std::string environment{};
    std::string project{};
    std::string reason{};
    static constexpr auto kFields = std::tuple{
        json::Field<&UnresolvedPlace::environment>{"environment", json::Need::required},
        json::Field<&UnresolvedPlace::project>{"project"},
        json::Field<&UnresolvedPlace::reason>{"reason"},
    };
};

/// A repository that is not here and could be cloned.
struct ClonablePlace {
    std::string environment{};
    std::string project{};
    std::string url{};
    std::string target{};  ///< full path of the folder a clone would make
    static constexpr auto kFields = std::tuple{
        json::Field<&ClonablePlace::environment>{"environment", json::Need::required},
        json::Field<&ClonablePlace::project>{"project"},
        json::Field<&ClonablePlace::url>{"url"},
        json::Field<&ClonablePlace::target>{"target"},
    };
};

/// Answer of catalog.resolve.
struct CatalogResolveResponse {
    std::int64_t versions_remapped = 0;  ///< environments now at a version of this machine
    std::int64_t paths_kept = 0;         ///< project folders that are where the row says
    std::int64_t paths_linked = 0;       ///< set from a link
    std::int64_t paths_found = 0;        ///< set to a repository with the same git URL
    std::int64_t repos_cloned = 0;       ///< set to a repository of `cloned`
    std::vector<UnresolvedPlace> unresolved{};
    std::vector<ClonablePlace> clonable{};
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&CatalogResolveResponse::versions_remapped>{"versions_remapped"},
        json::Field<&CatalogResolveResponse::paths_kept>{"paths_kept"},
        json::Field<&CatalogResolveResponse::paths_linked>{"paths_linked"},
        json::Field<&CatalogResolveResponse::paths_found>{"paths_found"},
        json::Field<&CatalogResolveResponse::repos_cloned>{"repos_cloned"},
        json::Field<&CatalogResolveResponse::unresolved>{"unresolved"},
        json::Field<&CatalogResolveResponse::clonable>{"clonable"},
        json::Field<&CatalogResolveResponse::dry_run>{"dry_run"},
    };
};

/// Finds versions and project folders on this machine; never clears a path. Fails with not_found.
struct CatalogResolveRequest {
    static constexpr std::string_view kMethod = "catalog.resolve";
    using Response = CatalogResolveResponse;
    std::string source = "catalog";     ///< a catalog, or a source declared with the preset "cc"
    std::vector<std::string> cloned{};  ///< repositories just made, to be looked at too
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&CatalogResolveRequest::source>{"source"},
        json::Field<&CatalogResolveRequest::cloned>{"cloned"},
        json::Field<&CatalogResolveRequest::dry_run>{"dry_run"},
    };
};

/// Answer of catalog.link.
struct CatalogLinkResponse {
    std::string project{};
    std::string path{};
    std::string device{};
    bool changed = false;  ///< false: it was so before
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&CatalogLinkResponse::project>{"project", json::Need::required},
        json::Field<&CatalogLinkResponse::path>{"path"},
        json::Field<&CatalogLinkResponse::device>{"device"},
        json::Field<&CatalogLinkResponse::changed>{"changed"},
        json::Field<&CatalogLinkResponse::dry_run>{"dry_run"},
    };
};

/// Notes where a device has a project; catalog.resolve goes by it. Fails with not_found for an
/// unknown project or device, invalid_argument for a path that is not absolute.
struct CatalogLinkRequest {
    static constexpr std::string_view kMethod = "catalog.link";
    using Response = CatalogLinkResponse;
    std::string source = "catalog";
    std::string project{};
    std::string path{};    ///< absolute
    std::string device{};  ///< empty: this one
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&CatalogLinkRequest::source>{"source"},
        json::Field<&CatalogLinkRequest::project>{"project", json::Need::required},
        json::Field<&CatalogLinkRequest::path>{"path", json::Need::required},
        json::Field<&CatalogLinkRequest::device>{"device"},
        json::Field<&CatalogLinkRequest::dry_run>{"dry_run"},
    };
};

}  // namespace satchel::control
