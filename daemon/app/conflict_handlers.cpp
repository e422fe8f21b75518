// conflict.list, conflict.show, conflict.resolve and item.why.
#include "daemon/app/handlers.h"
#include "daemon/engine/conflicts.h"
#include "shared/base/limits.h"
#include "shared/protocol/control/conflict.h"

#include <algorithm>
#include <charconv>

namespace satchel::app {

namespace {

/// Told at once; the rest is counted, and any can be shown and resolved by its id.
constexpr std::size_t kConflictsShown = 1'000;
/// Of one conflict's versions together: an answer must fit into a frame.
constexpr std::size_t kWholeBytesMax = limits::kControlFrameBytesMax / 4;

std::string_view value_type(const core::Value& value) {
    switch (value.kind()) {
        case core::ValueKind::null:
            return "null";
        case core::ValueKind::integer:
            return "integer";
        case core::ValueKind::real:
            return "real";
        case core::ValueKind::text:
            return "text";
        case core::ValueKind::blob:
            return "blob";
        case core::ValueKind::reference:
            return "reference";
    }
    return "";
}

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

std::string_view kind_name(engine::ConflictKind kind) {
    switch (kind) {
        case engine::ConflictKind::cell:
            return "edit/edit";
        case engine::ConflictKind::deletion:
            return "edit/delete";
        case engine::ConflictKind::unique:
            return "unique";
        case engine::ConflictKind::orphan:
            return "orphan";
    }
    return "";
}

control::ConflictSummary to_summary(const engine::Conflict& conflict) {
    control::ConflictSummary summary;
    summary.id = conflict.id;
    summary.source = conflict.source;
    summary.item = conflict.item;
    summary.column = conflict.column_name;
    summary.kind = kind_name(conflict.kind);
    for (std::size_t i = 0; i < conflict.versions.size(); ++i)
        summary.versions.push_back(to_version(conflict.versions[i], i + 1));
    return summary;
}

Result<control::ConflictListResponse> list_all(engine::Replica& replica,
                                               const std::string& source) {
    SATCHEL_TRY(conflicts, engine::list_conflicts(replica, source, kConflictsShown));
    control::ConflictListResponse response;
    for (const engine::Conflict& conflict : conflicts)
        response.conflicts.push_back(to_summary(conflict));
    response.total = count_of(conflicts.size());
    if (conflicts.size() < kConflictsShown) return response;
    SATCHEL_TRY(total, engine::count_listed(replica, source));
    response.total = count_of(total);
    return response;
}

asio::awaitable<Result<control::ConflictListResponse>> list(DeviceApp& app, std::string source) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_return co_await app.worker().run([&] { return list_all(membership->replica, source); });
}

/// Whole values, for those who compare or edit them.
Status add_whole(engine::Replica& replica,
                 const engine::Conflict& conflict,
                 control::ConflictSummary& summary) {
    if (conflict.kind != engine::ConflictKind::cell) return ok();
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < conflict.versions.size(); ++i) {
        SATCHEL_TRY(value, engine::version_value(replica, conflict, i + 1));
        control::ConflictVersion& version = summary.versions[i];
        version.type = value_type(value);
        bytes += value.encoded().size();
        if (bytes > kWholeBytesMax)
            return Error{ErrorCode::too_large,
                         "the versions of conflict " + conflict.id + " are too large to compare"};
        if (value.kind() == core::ValueKind::text) version.value = value.as_text();
    }
    return ok();
}

Result<control::ConflictShowResponse> show_one(engine::Replica& replica,
                                               const control::ConflictShowRequest& request) {
    SATCHEL_TRY(conflict, engine::find_conflict(replica, request.id));
    control::ConflictShowResponse response;
    response.conflict = to_summary(conflict);
    if (!request.whole) return response;
    if (auto whole = add_whole(replica, conflict, response.conflict); !whole) return whole.error();
    return response;
}

asio::awaitable<Result<control::ConflictShowResponse>> show(DeviceApp& app,
                                                            control::ConflictShowRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_return co_await app.worker().run([&] { return show_one(membership->replica, request); });
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

/// A value in the words of the protocol, as the cell will hold it.
Result<core::Value> to_value(const control::ConflictValue& value) {
    if (value.type == "text") return core::Value::text(value.text);
    if (value.type == "null") return core::Value();
    if (value.type == "integer") {
        std::int64_t number = 0;
        const char* end = value.text.data() + value.text.size();
        const auto parsed = std::from_chars(value.text.data(), end, number);
        if (parsed.ec == std::errc{} && parsed.ptr == end) return core::Value::integer(number);
    }
    if (value.type == "real") {
        double number = 0;
        const char* end = value.text.data() + value.text.size();
        const auto parsed = std::from_chars(value.text.data(), end, number);
        if (parsed.ec == std::errc{} && parsed.ptr == end) return core::Value::real(number);
    }
    return Error{ErrorCode::invalid_argument,
                 "'" + value.text + "' is no value of type '" + value.type + "'",
                 "types are text, integer, real and null"};
}

Result<engine::Resolution> to_resolution(const engine::Conflict& conflict,
                                         const control::ConflictResolveRequest& request) {
    const int ways = static_cast<int>(!request.take.empty()) + static_cast<int>(request.both) +
                     static_cast<int>(request.value.has_value());
    if (ways != 1)
        return Error{ErrorCode::invalid_argument,
                     "resolve conflict " + conflict.id + ": give exactly one of take, both, value"};
    engine::Resolution resolution;
    resolution.is_both = request.both;
    if (!request.take.empty()) {
        SATCHEL_TRY(number, version_number(conflict, request.take));
        resolution.take = number;
    }
    if (request.value) {
        SATCHEL_TRY(value, to_value(*request.value));
        resolution.value = std::move(value);
    }
    return resolution;
}

Result<control::ConflictResolveResponse> resolve_one(
    engine::Replica& replica, const control::ConflictResolveRequest& request) {
    SATCHEL_TRY(conflict, engine::find_conflict(replica, request.id));
    SATCHEL_TRY(resolution, to_resolution(conflict, request));
    control::ConflictResolveResponse response;
    response.id = conflict.id;
    response.dry_run = request.dry_run;
    if (resolution.take > 0)
        response.taken = to_version(conflict.versions[resolution.take - 1], resolution.take);
    if (!request.dry_run) {
        // A decision is a cycle of its own: undo can name it.
        replica.rest();
        const Status resolved = engine::resolve_conflict(replica, conflict, resolution);
        replica.rest();
        if (!resolved) return resolved.error();
    }
    SATCHEL_TRY(remaining, engine::count_listed(replica, {}));
    response.remaining = count_of(remaining);
    return response;
}

asio::awaitable<Result<control::ConflictResolveResponse>> resolve(
    DeviceApp& app, control::ConflictResolveRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(response, co_await app.worker().run([&] {
        return resolve_one(membership->replica, request);
    }));
    if (!request.dry_run) membership->engine.wake("change");
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
        for (const engine::Replaced& one : cell.replaced)
            column.replaced.push_back({one.value,
                                       one.device,
                                       json::Time{one.time_ms},
                                       one.by_device,
                                       json::Time{one.at_ms},
                                       count_of(one.cycle)});
        response.columns.push_back(std::move(column));
    }
    co_return response;
}

}  // namespace

void add_conflict_handlers(DeviceApp& app) {
    app.server().on<control::ConflictListRequest>(
        [&app](const control::ConflictListRequest& request) { return list(app, request.source); });
    app.server().on<control::ConflictShowRequest>(
        [&app](const control::ConflictShowRequest& request) { return show(app, request); });
    app.server().on<control::ConflictResolveRequest>(
        [&app](const control::ConflictResolveRequest& request) { return resolve(app, request); });
    app.server().on<control::ItemWhyRequest>(
        [&app](const control::ItemWhyRequest& request) { return why(app, request); });
}

}  // namespace satchel::app
