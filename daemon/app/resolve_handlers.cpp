// catalog.resolve, catalog.link and project.list.
#include "daemon/app/handlers.h"
#include "daemon/app/resolve.h"
#include "daemon/engine/store_memory.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/git_remote.h"
#include "shared/base/limits.h"
#include "shared/protocol/control/catalog.h"
#include "shared/protocol/control/project.h"

#include <algorithm>

namespace satchel::app {

namespace {

constexpr std::size_t kFoldersMax = 4'096;

std::vector<std::string> folders_in(const std::string& folder) {
    std::vector<std::string> found;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end;
         !failed && at != end && found.size() < kFoldersMax;
         at.increment(failed)) {
        std::error_code ignored;
        if (at->is_directory(ignored)) found.push_back(at->path().string());
    }
    std::ranges::sort(found);
    return found;
}

std::vector<std::string> remotes_of(const std::string& folder) {
    std::vector<std::string> urls;
    for (sources::GitRemote& remote : sources::remotes_of_folder(folder))
        urls.push_back(std::move(remote.url));
    return urls;
}

PlaceQuestions ask_machine() {
    return {[](const std::string& path) {
                std::error_code failed;
                return std::filesystem::is_directory(path, failed);
            },
            folders_in,
            remotes_of};
}

Result<sources::CatalogPlaces> open_places(DeviceApp& app, const std::string& source) {
    const engine::SourceSlot* slot = app.membership()->replica.find_slot(source);
    if (slot == nullptr)
        return Error{ErrorCode::not_found,
                     "no source is called '" + source + "'",
                     "satchelctl source list shows them"};
    if (slot->declaration.kind != kTablesKind)
        return Error{ErrorCode::invalid_argument, "the source '" + source + "' is no database"};
    return sources::CatalogPlaces::open(slot->declaration.path, app.clock());
}

control::CatalogResolveResponse to_response(const ResolvePlan& plan) {
    control::CatalogResolveResponse response;
    response.versions_remapped = count_of(plan.versions_remapped);
    response.paths_kept = count_of(plan.paths_kept);
    response.paths_linked = count_of(plan.paths_linked);
    response.paths_found = count_of(plan.paths_found);
    response.repos_cloned = count_of(plan.repos_cloned);
    for (const Unresolved& one : plan.unresolved)
        response.unresolved.push_back({one.environment, one.project, one.reason});
    for (const Clonable& one : plan.clonable)
        response.clonable.push_back({one.environment, one.project, one.url, one.target});
    return response;
}

Result<control::CatalogResolveResponse> resolve_now(DeviceApp& app,
                                                    const control::CatalogResolveRequest& request) {
    SATCHEL_TRY(places, open_places(app, request.source));
    SATCHEL_TRY(rows, places.rows(app.membership()->identity.device_name));
    const ResolvePlan plan = resolve_places(rows, ask_machine(), request.cloned);
    if (!request.dry_run && !plan.changes.empty()) {
        // What our own catalog holds is in the store; a database of others is copied first.
        if (auto kept = app.surroundings().backups.take_database(
                request.source,
                app.membership()->replica.find_slot(request.source)->declaration.path);
            !kept)
            return std::move(kept).error();
        if (auto written = places.apply(plan.changes); !written) return std::move(written).error();
    }
    control::CatalogResolveResponse response = to_response(plan);
    response.dry_run = request.dry_run;
    return response;
}

asio::awaitable<Result<control::CatalogResolveResponse>> resolve(
    DeviceApp& app, control::CatalogResolveRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    static_cast<void>(membership);
    co_return co_await app.worker().run([&] { return resolve_now(app, request); });
}

/// The tree behind a slot, when it has projects.
sources::FileTree* tree_of(engine::SourceSlot& slot) {
    auto* tree = dynamic_cast<sources::FileTree*>(slot.source.get());
    return tree != nullptr && tree->has_projects() ? tree : nullptr;
}

/// Links a project of one tree, or of every tree that knows it; how many did, and whether that
/// changed anything.
struct TreeLinks {
    std::size_t known = 0;
    bool changed = false;
    Error unknown{};  ///< what the last tree said that does not know it
};

Result<TreeLinks> link_in_trees(engine::Replica& replica,
                                const control::CatalogLinkRequest& request,
                                const std::string& path) {
    TreeLinks links;
    for (engine::SourceSlot& slot : replica.slots()) {
        sources::FileTree* tree = tree_of(slot);
        const bool is_asked = request.source == control::CatalogLinkRequest().source ||
                              slot.declaration.name == request.source;
        if (tree == nullptr || !is_asked) continue;
        const Status done = replica.in_step([&](engine::Step& step) -> Status {
            engine::StoreMemory memory(step, slot.declaration.id);
            auto found = tree->find_project(request.project, memory);
            if (!found && found.error().code == ErrorCode::not_found) {
                links.unknown = std::move(found).error();
                return ok();
            }
            if (!found) return std::move(found).error();
            ++links.known;
            if (request.dry_run) return ok();
            SATCHEL_TRY(is_new, tree->link(*found, path, memory));
            links.changed = links.changed || is_new;
            return ok();
        });
        if (!done) return done.error();
    }
    return links;
}

Result<control::CatalogLinkResponse> link_now(DeviceApp& app,
                                              const control::CatalogLinkRequest& request) {
    control::CatalogLinkResponse response;
    const std::string& own = app.membership()->identity.device_name;
    response.project = request.project;
    response.path = std::filesystem::path(request.path).lexically_normal().string();
    response.device = request.device.empty() ? own : request.device;
    response.dry_run = request.dry_run;
    if (!std::filesystem::path(response.path).is_absolute())
        return Error{ErrorCode::invalid_argument,
                     "link a project: its path must be absolute, not '" + request.path + "'"};
    while (response.path.size() > 1 && response.path.ends_with('/')) response.path.pop_back();
    TreeLinks trees;
    if (response.device == own) {
        SATCHEL_TRY(linked, link_in_trees(app.membership()->replica, request, response.path));
        trees = std::move(linked);
        response.changed = trees.changed;
    }
    const engine::SourceSlot* slot = app.membership()->replica.find_slot(request.source);
    if (slot != nullptr && slot->declaration.kind == kFilesKind)
        return trees.known > 0 ? Result<control::CatalogLinkResponse>(response) : trees.unknown;
    SATCHEL_TRY(places, open_places(app, request.source));
    if (request.dry_run) return response;
    auto changed =
        places.link(response.device, response.device == own, response.project, response.path);
    const bool is_only_in_trees =
        trees.known > 0 && !changed && changed.error().code == ErrorCode::not_found;
    if (is_only_in_trees) return response;
    if (!changed) return std::move(changed).error();
    response.changed = response.changed || *changed;
    return response;
}

asio::awaitable<Result<control::CatalogLinkResponse>> link(DeviceApp& app,
                                                           control::CatalogLinkRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(response, co_await app.worker().run([&] { return link_now(app, request); }));
    // The next cycle moves the project's files.
    if (response.changed) membership->engine.wake("change");
    co_return response;
}

Result<control::ProjectListResponse> list_projects(engine::Replica& replica,
                                                   const std::string& source) {
    control::ProjectListResponse response;
    for (engine::SourceSlot& slot : replica.slots()) {
        sources::FileTree* tree = tree_of(slot);
        const std::string& name = slot.declaration.name;
        if (tree == nullptr || (!source.empty() && source != name)) continue;
        const Status done = replica.in_step([&](engine::Step& step) -> Status {
            engine::StoreMemory memory(step, slot.declaration.id);
            SATCHEL_TRY(found, tree->projects(memory));
            for (auto& one : found)
                response.projects.push_back({name,
                                             std::move(one.name),
                                             std::move(one.identity),
                                             std::move(one.root),
                                             std::move(one.folder),
                                             std::move(one.link),
                                             std::move(one.trouble)});
            return ok();
        });
        if (!done) return done.error();
    }
    return response;
}

asio::awaitable<Result<control::ProjectListResponse>> projects(
    DeviceApp& app, control::ProjectListRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_return co_await app.worker().run(
        [&] { return list_projects(membership->replica, request.source); });
}

}  // namespace

void add_resolve_handlers(DeviceApp& app) {
    app.server().on<control::CatalogResolveRequest>(
        [&app](const control::CatalogResolveRequest& request) { return resolve(app, request); });
    app.server().on<control::ProjectListRequest>(
        [&app](const control::ProjectListRequest& request) { return projects(app, request); });
    app.server().on<control::CatalogLinkRequest>(
        [&app](const control::CatalogLinkRequest& request) { return link(app, request); });
}

}  // namespace satchel::app
