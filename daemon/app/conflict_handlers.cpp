// conflict.list, conflict.show, conflict.resolve and item.why.
#include "daemon/app/handlers.h"
#include "daemon/engine/explain.h"
#include "shared/protocol/control/conflict.h"

#include <algorithm>
#include <charconv>

namespace satchel::app {

namespace {

constexpr std::size_t kConflictsShown = 1'000;

control::ConflictVersion to_version(const engine::Version& version, std::size_t number) {
    control::ConflictVersion told;
    told.number = count_of(number);
    told.device = version.device;
    told.time = json::Time{version.time_ms};
    told.value = version.value;
    told.bytes = count_of(version.bytes);
    told.shown = version.is_shown;
    return told;
}

control::ConflictSummary to_summary(const engine::Conflict& conflict) {
    control::ConflictSummary summary;
    summary.id = conflict.id;
    summary.source = conflict.source;
    summary.item = conflict.item;
    summary.column = conflict.column_name;
    summary.kind = "edit/edit";
    for (std::size_t i = 0; i < conflict.versions.size(); ++i)
        summary.versions.push_back(to_version(conflict.versions[i], i + 1));
    return summary;
}

asio::awaitable<Result<std::vector<engine::Conflict>>> load(DeviceApp& app, std::string source) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_return co_await app.worker().run(
        [&] { return engine::list_conflicts(membership->replica, source, kConflictsShown); });
}

asio::awaitable<Result<control::ConflictListResponse>> list(DeviceApp& app, std::string source) {
    SATCHEL_CO_TRY(conflicts, co_await load(app, std::move(source)));
    control::ConflictListResponse response;
    for (const engine::Conflict& conflict : conflicts)
        response.conflicts.push_back(to_summary(conflict));
    co_return response;
}

Error no_such(const std::string& id) {
    return {ErrorCode::not_found,
            "there is no conflict '" + id + "'",
            "satchelctl conflict list shows those that wait"};
}

/// The conflict whose id starts with `id`, if there is exactly one.
Result<engine::Conflict> pick(const std::vector<engine::Conflict>& conflicts,
                              const std::string& id) {
    const auto matches = [&](const engine::Conflict& one) { return one.id.starts_with(id); };
    if (id.empty() || std::ranges::count_if(conflicts, matches) != 1) return no_such(id);
    return *std::ranges::find_if(conflicts, matches);
}

asio::awaitable<Result<control::ConflictShowResponse>> show(DeviceApp& app, std::string id) {
    const std::string any_source;
    SATCHEL_CO_TRY(conflicts, co_await load(app, any_source));
    SATCHEL_CO_TRY(conflict, pick(conflicts, id));
    control::ConflictShowResponse response;
    response.conflict = to_summary(conflict);
    co_return response;
}

Result<std::size_t> version_number(const engine::Conflict& conflict, const std::string& take) {
    std::size_t number = 0;
    const auto parsed = std::from_chars(take.data(), take.data() + take.size(), number);
    const bool is_number = parsed.ec == std::errc{} && parsed.ptr == take.data() + take.size();
    if (is_number && number >= 1 && number <= conflict.versions.size()) return number;
    const auto named = std::ranges::find(conflict.versions, take, &engine::Version::device);
    if (named != conflict.versions.end())
        return static_cast<std::size_t>(named - conflict.versions.begin()) + 1;
    return Error{ErrorCode::invalid_argument,
                 "conflict " + conflict.id + " has no version '" + take + "'",
                 "give a version's number or its device's name"};
}

asio::awaitable<Result<control::ConflictResolveResponse>> resolve(
    DeviceApp& app, control::ConflictResolveRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    const std::string any_source;
    SATCHEL_CO_TRY(conflicts, co_await load(app, any_source));
    SATCHEL_CO_TRY(conflict, pick(conflicts, request.id));
    SATCHEL_CO_TRY(number, version_number(conflict, request.take));
    control::ConflictResolveResponse response;
    response.id = conflict.id;
    response.dry_run = request.dry_run;
    response.taken = to_version(conflict.versions[number - 1], number);
    response.remaining = count_of(conflicts.size() - (request.dry_run ? 0 : 1));
    if (request.dry_run) co_return response;
    const Status resolved = co_await app.worker().run(
        [&] { return engine::resolve_conflict(membership->replica, conflict.id, number); });
    if (!resolved) co_return resolved.error();
    membership->engine.wake("change");
    co_return response;
}

asio::awaitable<Result<control::ItemWhyResponse>> why(DeviceApp& app,
                                                      control::ItemWhyRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(explanation, co_await app.worker().run([&] {
        return engine::explain_item(membership->replica, request.item, request.source);
    }));
    control::ItemWhyResponse response;
    response.item = explanation.item;
    response.source = explanation.source;
    response.sync_id = explanation.sync_id;
    response.held = explanation.held_back;
    for (const engine::Explanation::Cell& cell : explanation.cells) {
        control::WhyColumn column;
        column.column = cell.column;
        column.device = cell.version.device;
        column.time = json::Time{cell.version.time_ms};
        column.sequence = count_of(cell.version.dot.seq);
        column.value = cell.version.value;
        column.shown = cell.version.is_shown;
        column.reason = cell.version.is_shown ? "the newest value nobody has replaced"
                                              : "written at the same time as the shown value";
        response.columns.push_back(std::move(column));
    }
    co_return response;
}

}  // namespace

void add_conflict_handlers(DeviceApp& app) {
    app.server().on<control::ConflictListRequest>(
        [&app](const control::ConflictListRequest& request) { return list(app, request.source); });
    app.server().on<control::ConflictShowRequest>(
        [&app](const control::ConflictShowRequest& request) { return show(app, request.id); });
    app.server().on<control::ConflictResolveRequest>(
        [&app](const control::ConflictResolveRequest& request) { return resolve(app, request); });
    app.server().on<control::ItemWhyRequest>(
        [&app](const control::ItemWhyRequest& request) { return why(app, request); });
}

}  // namespace satchel::app
