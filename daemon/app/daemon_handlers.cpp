// daemon.info, daemon.stop, daemon.reload, daemon.log_level and events.list.
#include "daemon/app/handlers.h"
#include "daemon/app/logging.h"
#include "shared/base/utf8.h"
#include "shared/log/setup.h"
#include "shared/protocol/control/daemon.h"

#include <unistd.h>

namespace satchel::app {

namespace {

asio::awaitable<Result<control::DaemonInfoResponse>> info(DeviceApp& app) {
    control::DaemonInfoResponse response;
    response.pid = ::getpid();
    response.role = "device";
    response.version = app.options().version;
    response.started = json::Time{app.started_ms()};
    response.uptime_ms = app.clock().now_ms() - app.started_ms();
    response.socket = app.options().dirs.socket("device").string();
    response.config_dir = app.options().dirs.config.string();
    response.data_dir = app.options().dirs.data.string();
    response.log_file = log_file(app.options().dirs, app.options().settings).string();
    response.rpc_count = count_of(app.server().call_count());
    SATCHEL_CO_TRY(bytes,
                   co_await app.worker().run([&app] { return app.database().size_bytes(); }));
    response.db_bytes = count_of(bytes);
    if (const Membership* membership = app.membership()) {
        const engine::EngineStatus& status = membership->engine.status();
        response.last_error = status.last_error.message;
        if (status.last_error_ms > 0) response.last_error_time = json::Time{status.last_error_ms};
    }
    co_return response;
}

Result<control::DaemonStopResponse> stop(DeviceApp& app) {
    control::DaemonStopResponse response;
    response.pid = ::getpid();
    app.stop();
    return response;
}

Result<control::DaemonLogLevelResponse> set_log_level(
    const control::DaemonLogLevelRequest& request) {
    const auto level = log::level_named(request.level);
    if (!level || *level == log::Level::off)
        return Error{
            ErrorCode::invalid_argument,
            "no level is called '" + escape_for_terminal(request.level.substr(0, 64)) + "'",
            "trace, debug, info, warn or error"};
    log::set_level("", *level);
    return control::DaemonLogLevelResponse{request.level};
}

asio::awaitable<Result<control::EventsListResponse>> list_events(
    DeviceApp& app, const control::EventsListRequest& request) {
    control::EventsListResponse response;
    response.events =
        co_await app.archive_worker().run([&] { return app.event_log().list(request); });
    co_return response;
}

}  // namespace

void add_daemon_handlers(DeviceApp& app) {
    app.server().on<control::DaemonInfoRequest>(
        [&app](const control::DaemonInfoRequest&) { return info(app); });
    app.server().on<control::DaemonStopRequest>(
        [&app](const control::DaemonStopRequest&) { return stop(app); });
    app.server().on<control::DaemonReloadRequest>(
        [&app](const control::DaemonReloadRequest&) { return app.read_settings(true); });
    app.server().on<control::DaemonLogLevelRequest>(set_log_level);
    app.server().on<control::EventsListRequest>(
        [&app](const control::EventsListRequest& request) { return list_events(app, request); });
}

}  // namespace satchel::app
