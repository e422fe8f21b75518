// catalog.resolve and catalog.link.
#include "daemon/app/handlers.h"
#include "daemon/app/resolve.h"
#include "daemon/sources/git_remote.h"
#include "shared/base/limits.h"
#include "shared/protocol/control/catalog.h"

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
    SATCHEL_TRY(places, open_places(app, request.source));
    if (request.dry_run) return response;
    SATCHEL_TRY(
        changed,
        places.link(response.device, response.device == own, response.project, response.path));
    response.changed = changed;
    return response;
}

asio::awaitable<Result<control::CatalogLinkResponse>> link(DeviceApp& app,
                                                           control::CatalogLinkRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    static_cast<void>(membership);
    co_return co_await app.worker().run([&] { return link_now(app, request); });
}

}  // namespace

void add_resolve_handlers(DeviceApp& app) {
    app.server().on<control::CatalogResolveRequest>(
        [&app](const control::CatalogResolveRequest& request) { return resolve(app, request); });
    app.server().on<control::CatalogLinkRequest>(
        [&app](const control::CatalogLinkRequest& request) { return link(app, request); });
}

}  // namespace satchel::app
