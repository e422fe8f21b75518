// Where on this machine the projects of a catalog are: reading and writing the columns that mean
// something here only. They are written as any tool would write them, by plain SQL.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace satchel::sources {

/// A row of `version`.
struct CatalogVersion {
    std::int64_t id = 0;
    std::string name;
    std::string path;
};

/// A row of `environment` with what is known of its project.
struct CatalogEnvironment {
    std::int64_t id = 0;
    std::string name;
    std::string project;
    std::optional<std::int64_t> version_id;
    std::string project_path;
    std::string github_url;
    std::string home_repo;
    std::string linked_path;  ///< what the device was told by `link`, or empty
};

/// Everything that decides where things are.
struct CatalogRows {
    std::vector<CatalogVersion> versions;
    std::vector<CatalogEnvironment> environments;
    std::string clone_dir;  ///< the setting sync.clone_dir
};

/// A new place of one environment; what is not given stays.
struct CatalogChange {
    std::int64_t environment = 0;
    std::optional<std::int64_t> version_id;
    std::optional<std::string> project_path;
};

/// One catalog, opened for a moment.
class CatalogPlaces {
  public:
    /// Errors as SqliteTables::open(), and not_found when it is no catalog.
    static Result<CatalogPlaces> open(const std::filesystem::path& path, const Clock& clock);
    CatalogPlaces(CatalogPlaces&&) noexcept;
    CatalogPlaces& operator=(CatalogPlaces&&) noexcept;
    ~CatalogPlaces();

    /// `device` is the name under which links of this machine are kept.
    Result<CatalogRows> rows(const std::string& device);
    /// All or nothing.
    Status apply(std::span<const CatalogChange> changes);
    /// Notes where a device has a project; true when it was noted elsewhere or not at all before.
    /// Errors: not_found names the project, or the device unless it is `is_own`.
    Result<bool> link(const std::string& device,
                      bool is_own,
                      const std::string& project,
                      const std::string& path);

  private:
    struct Parts;
    explicit CatalogPlaces(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace satchel::sources
