// The hub's control methods.
#include "daemon/app/hub_app.h"
#include "daemon/app/hub_replies.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"

#include <algorithm>

#include <unistd.h>

namespace satchel::app {

namespace {

/// Rows of the audit log in one answer, which has to fit a line of the control socket.
constexpr std::int64_t kAuditRowsShown = 1'000;
/// Backups that may be asked to stay.
constexpr std::int64_t kBackupsKeptMax = 10'000;

}  // namespace

asio::awaitable<Result<control::HubStatusResponse>> HubApp::status() {
    SATCHEL_CO_TRY(figures, co_await hub_->figures());
    control::HubStatusResponse response;
    response.listen = options_.arguments.bind_address + ":" + std::to_string(hub_->port());
    response.url = hub_->url();
    response.tls = options_.arguments.tls_certificate.has_value();
    response.devices = static_cast<std::int64_t>(figures.stored.devices);
    response.objects = static_cast<std::int64_t>(figures.stored.segments);
    response.bytes = static_cast<std::int64_t>(figures.stored.bytes);
    response.requests = static_cast<std::int64_t>(figures.requests);
    response.uptime_ms = clock_.now_ms() - started_ms_;
    response.database_bytes = static_cast<std::int64_t>(figures.file.bytes);
    const hub::CertificateState certificate = hub_->certificate();
    if (certificate.expires) response.tls_expires = json::Time{*certificate.expires};
    response.tls_problem = certificate.problem;
    if (hub_->metrics_port() != 0)
        response.metrics =
            options_.arguments.metrics_address + ":" + std::to_string(hub_->metrics_port());
    if (figures.file.backed_up) response.last_backup = json::Time{*figures.file.backed_up};
    co_return response;
}

asio::awaitable<Result<control::HubBackupResponse>> HubApp::back_up(
    control::HubBackupRequest request) {
    hub::BackupWish wish;
    wish.folder = request.to.empty() ? hub_->backup_folder() : std::filesystem::path(request.to);
    wish.keep =
        static_cast<std::size_t>(std::clamp<std::int64_t>(request.keep, 0, kBackupsKeptMax));
    if (!wish.folder.is_absolute())
        co_return Error{ErrorCode::invalid_argument, "the folder for backups must be a whole path"};
    if (request.dry_run) co_return would_back_up(wish.folder, hub_->database_file());
    auto done = co_await hub_->back_up(std::move(wish));
    if (!done) {
        SATCHEL_LOG("hub", error, "no backup was made", {log::key::kError, done.error().message});
        co_return std::move(done).error();
    }
    const std::string name = done->path.filename().string();
    SATCHEL_LOG("hub", info, "backed up", {"name", name}, {"bytes", done->manifest.bytes});
    co_return to_response(*done);
}

void HubApp::add_handlers() {
    server_->on<control::HubRegisterRequest>([this](const control::HubRegisterRequest& request) {
        return register_device(request.name);
    });
    server_->on<control::HubStatusRequest>(
        [this](const control::HubStatusRequest&) { return status(); });
    server_->on<control::HubBackupRequest>(
        [this](const control::HubBackupRequest& request) { return back_up(request); });
    server_->on<control::HubDevicesRequest>(
        [this](const control::HubDevicesRequest&)
            -> asio::awaitable<Result<control::HubDevicesResponse>> {
            SATCHEL_CO_TRY(devices, co_await hub_->devices());
            co_return to_response(devices);
        });
    server_->on<control::HubAuditRequest>(
        [this](const control::HubAuditRequest& request)
            -> asio::awaitable<Result<control::HubAuditResponse>> {
            const auto limit = std::clamp<std::int64_t>(request.limit, 0, kAuditRowsShown);
            SATCHEL_CO_TRY(audit,
                           co_await hub_->audit(static_cast<std::uint64_t>(limit), request.verify));
            co_return to_response(audit);
        });
    server_->on<control::DaemonInfoRequest>(
        [this](const control::DaemonInfoRequest&) -> Result<control::DaemonInfoResponse> {
            control::DaemonInfoResponse response;
            response.pid = ::getpid();
            response.role = "hub";
            response.version = options_.version;
            response.started = json::Time{started_ms_};
            response.uptime_ms = clock_.now_ms() - started_ms_;
            return response;
        });
    server_->on<control::DaemonStopRequest>(
        [this](const control::DaemonStopRequest&) -> Result<control::DaemonStopResponse> {
            control::DaemonStopResponse response;
            response.pid = ::getpid();
            stop();
            return response;
        });
}

}  // namespace satchel::app
