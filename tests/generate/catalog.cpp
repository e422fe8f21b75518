// See catalog.h. Parents are made before children; a child picks any parent made before it.
#include "tests/generate/catalog.h"

#include "daemon/sources/sqlite_tables/catalog_schema.h"
#include "shared/base/time_text.h"
#include "tests/generate/database.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace satchel::generate {

namespace {

using Ids = std::vector<std::int64_t>;

class CatalogMaker {
  public:
    CatalogMaker(const CatalogOptions& options, Random& random, Markers& markers)
        : options_(options), random_(random), markers_(markers), db_(options.path) {}

    Status make() {
        db_.run("PRAGMA foreign_keys = ON");
        db_.run(sources::kCatalogSchema);
        make_parents();
        make_environments();
        make_repositories();
        make_settings();
        make_local_tables();
        return db_.finish();
    }

  private:
    std::uint64_t share(std::uint64_t percent) {
        return std::max<std::uint64_t>(2, options_.rows * percent / 100);
    }

    std::string time() {
        return to_rfc3339(kFirstDayMs + static_cast<std::int64_t>(random_.below(2'400'000'000)));
    }

    std::int64_t number(std::uint64_t bound) {
        return static_cast<std::int64_t>(random_.below(bound));
    }

    Value pick(const Ids& ids) { return ids[random_.below(ids.size())]; }

    Value pick_or_null(const Ids& ids) { return random_.one_in(4) ? Value{} : pick(ids); }

    /// Words, with a marker among them while there are markers left to plant.
    std::string note() {
        std::string text = prose(random_, 30 + random_.below(90));
        if (planted_ < options_.markers) {
            ++planted_;
            text += ' ' + markers_.make(random_);
        }
        return text;
    }

    void make_parents() {
        for (const char* workspace : {"home", "work"})
            workspaces_.push_back(db_.insert("workspace", "name", {std::string(workspace)}));
        for (std::uint64_t i = 0; i < share(2); ++i)
            versions_.push_back(db_.insert("version",
                                           "name, path, port, branch, last_fetched_at",
                                           {std::to_string(12 + i) + ".0",
                                            options_.owner + "/versions/" + std::to_string(12 + i),
                                            number(2'000) + 8'000,
                                            std::string(word(random_)),
                                            time()}));
        for (std::uint64_t i = 0; i < share(8); ++i)
            databases_.push_back(
                db_.insert("database",
                           "name, last_update, clone_db_id, in_pg, size_bytes, last_login, is_odoo",
                           {name(random_, i),
                            time(),
                            databases_.empty() ? Value{} : pick_or_null(databases_),
                            number(2),
                            number(5'000'000'000),
                            time(),
                            number(2)}));
        for (std::uint64_t i = 0; i < share(6); ++i)
            projects_.push_back(db_.insert("project",
                                           "name, is_virtual, home_repo, main_branch, workspace_id",
                                           {name(random_, i),
                                            number(2),
                                            options_.owner + "/code/" + std::string(word(random_)),
                                            std::string("main"),
                                            pick_or_null(workspaces_)}));
    }

    void make_environments() {
        for (std::uint64_t i = 0; i < share(14); ++i)
            environments_.push_back(db_.insert(
                "environment",
                "name, project_path, github_url, branch_name, project_id, version_id, database_id, "
                "last_used_at, notes, pinned",
                {name(random_, i),
                 options_.owner + "/code/" + std::string(word(random_)),
                 "https://example.com/" + std::string(word(random_)) + ".git",
                 "feature/" + std::string(word(random_)),
                 pick(projects_),
                 pick_or_null(versions_),
                 pick_or_null(databases_),
                 time(),
                 note(),
                 number(2)}));
        for (std::uint64_t i = 0; i < share(25); ++i)
            db_.insert("switch_log",
                       "environment_id, switched_at, flagged, ended_at, note, source",
                       {pick_or_null(environments_),
                        time(),
                        number(2),
                        time(),
                        note(),
                        std::string(random_.one_in(3) ? "manual" : "auto")});
        for (std::uint64_t i = 0; i < share(5); ++i)
            db_.insert(
                "backup",
                "name, note, env_name, db_name, database_id, file_path, size_bytes, created_at",
                {name(random_, i),
                 note(),
                 std::string(word(random_)),
                 std::string(word(random_)),
                 pick_or_null(databases_),
                 options_.owner + "/backups/" + hex(random_, 8) + ".zip",
                 number(900'000'000),
                 time()});
    }

    void make_repositories() {
        constexpr std::string_view kKinds[] = {"model", "method", "field", "file"};
        Ids repositories;
        for (std::uint64_t i = 0; i < share(4); ++i) {
            const std::string repository = name(random_, i);
            repositories.push_back(db_.insert("repository",
                                              "name, path, origin_url, last_indexed_commit_sha",
                                              {repository,
                                               options_.owner + "/code/" + repository,
                                               "https://example.com/" + repository + ".git",
                                               hex(random_, 40)}));
        }
        for (std::uint64_t i = 0; i < share(14); ++i)
            db_.insert("skill_tag",
                       "repository_id, commit_sha, tag, weight, raw_loc, committed_at, top_files",
                       {pick(repositories),
                        hex(random_, 40),
                        std::string(word(random_)),
                        static_cast<double>(number(1'000)) / 8.0,
                        number(4'000),
                        time(),
                        note()});
        for (std::uint64_t i = 0; i < share(14); ++i)
            db_.insert(
                "knowledge_index",
                "repository_id, symbol, symbol_kind, commit_count, loc_authored, last_touched",
                {pick(repositories),
                 name(random_, i),
                 std::string(kKinds[random_.below(4)]),
                 number(200),
                 number(9'000),
                 time()});
    }

    void make_settings() {
        for (std::uint64_t i = 0; i < share(8); ++i)
            db_.insert("setting", "name, value", {"ui." + name(random_, i), note()});
    }

    void make_local_tables() {
        const std::int64_t device =
            db_.insert("device", "name, created_at", {std::string("this-machine"), time()});
        for (const std::int64_t project : projects_)
            db_.insert("device_path",
                       "device_id, project_id, local_path",
                       {device, project, options_.owner + "/code/" + std::string(word(random_))});
        db_.insert("module",
                   "name, path, version_id",
                   {std::string("base"), options_.owner + "/addons/base", pick(versions_)});
        db_.insert("app_state", "key, value", {std::string("window"), std::string("left")});
    }

    const CatalogOptions& options_;
    Random& random_;
    Markers& markers_;
    Database db_;
    std::uint64_t planted_ = 0;
    Ids workspaces_;
    Ids versions_;
    Ids databases_;
    Ids projects_;
    Ids environments_;
};

}  // namespace

Status make_catalog(const CatalogOptions& options, Random& random, Markers& markers) {
    if (std::filesystem::exists(options.path))
        return Error{ErrorCode::already_exists, "make '" + options.path + "': it is there already"};
    return CatalogMaker(options, random, markers).make();
}

}  // namespace satchel::generate
