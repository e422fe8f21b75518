#include "daemon/hub/hub.h"

#include "daemon/http/server.h"
#include "daemon/hub/service.h"
#include "shared/base/assert.h"
#include "shared/base/base32.h"

namespace satchel::hub {

namespace {

http::ServerSettings server_settings(const HubSettings& settings) {
    http::ServerSettings server;
    server.address = settings.address;
    server.port = settings.port;
    if (settings.tls_certificate && settings.tls_key)
        server.tls = http::TlsFiles{*settings.tls_certificate, *settings.tls_key};
    server.connections_max = settings.connections_max;
    server.connections_per_address = settings.connections_per_address;
    server.is_unlimited = [proxies = settings.trusted_proxies](const std::string& address) {
        return proxies.contains(address);
    };
    return server;
}

http::ServerSettings metrics_settings(const HubSettings& settings) {
    http::ServerSettings server;
    server.address = settings.metrics_address;
    server.port = settings.metrics_port;
    server.connections_max = 64;
    return server;
}

AuditNote operators_note(AdmissionKind kind, const std::optional<WorkspaceId>& workspace) {
    AuditNote note;
    note.address = "operator";
    note.operation = kind == AdmissionKind::founding ? "code.founding" : "code.joining";
    if (workspace) note.subject = workspace->text();
    return note;
}

}  // namespace

class Hub::Impl {
  public:
    Impl(asio::any_io_executor executor,
         HubSettings settings,
         const Clock& clock,
         OnFailure on_failure)
        : executor_(std::move(executor)),
          settings_(std::move(settings)),
          clock_(clock),
          on_failure_(std::move(on_failure)) {}

    Status start() {
        if (settings_.tls_certificate.has_value() != settings_.tls_key.has_value())
            return Error{ErrorCode::bad_config,
                         "start the hub: a TLS certificate and its key belong together"};
        SATCHEL_TRY(store, HubStore::open(settings_.data_dir, clock_, on_failure_));
        store_ = std::move(store);
        service_ = std::make_unique<Service>(executor_, settings_, *store_, clock_);
        auto handler = [this](http::Request request, http::PeerInfo peer) {
            return service_->answer(std::move(request), std::move(peer));
        };
        service_->on_served(on_served_);
        started_ = clock_.steady_ms();
        server_ = std::make_unique<http::Server>(
            executor_, server_settings(settings_), handler, on_failure_);
        if (auto started = server_->start(); !started) return started;
        return start_metrics();
    }

    void on_served(OnServed on_served) { on_served_ = std::move(on_served); }

    asio::awaitable<void> stop() {
        if (metrics_server_) co_await metrics_server_->stop();
        metrics_server_.reset();
        if (server_) co_await server_->stop();
        if (server_) co_await service_->write_refusals();
        server_.reset();
        service_.reset();
        store_.reset();
    }

    Result<std::string> new_admission(AdmissionKind kind,
                                      std::chrono::seconds ttl,
                                      const std::optional<WorkspaceId>& workspace) {
        std::array<Byte, 16> random{};
        const Status is_drawn = crypto::KernelRandom().fill(random);
        if (!is_drawn) return is_drawn.error();
        std::string code = to_base32(random);
        const UnixMs expires_ms = clock_.now_ms() + milliseconds(ttl).count();
        const Hash256 hash = crypto::sha256(as_bytes(code));
        const Verdict refused = store().add_admission_now(
            {hash, kind, workspace, expires_ms, operators_note(kind, workspace)});
        if (refused) return Error{wire::hub_refusal_row(*refused).code, "make an admission code"};
        return code;
    }

    asio::awaitable<Result<HubFigures>> figures() {
        SATCHEL_CO_TRY(stored, co_await store().totals());
        SATCHEL_CO_TRY(file, co_await store().file());
        HubFigures figures;
        figures.stored = stored;
        figures.file = file;
        figures.requests = service_->request_count();
        co_return figures;
    }

    asio::awaitable<Result<std::vector<SeenDevice>>> devices() {
        SATCHEL_CO_TRY(known, co_await store().devices());
        std::vector<SeenDevice> devices;
        for (KnownDevice& device : known) {
            const auto [seen_ms, requests] = service_->seen(device.device.text());
            SeenDevice seen{std::move(device), std::nullopt, requests};
            if (requests > 0) seen.seen_ms = seen_ms;
            devices.push_back(std::move(seen));
        }
        co_return devices;
    }

    asio::awaitable<Result<HubAudit>> audit(std::uint64_t limit, bool verify) {
        co_await service_->write_refusals();
        HubAudit audit;
        SATCHEL_CO_TRY(rows, co_await store().audit(limit));
        audit.rows = std::move(rows);
        if (verify) {
            SATCHEL_CO_TRY(check, co_await store().check_audit());
            audit.check = std::move(check);
        }
        co_return audit;
    }

    [[nodiscard]] std::string url() const {
        if (!settings_.public_url.empty()) return settings_.public_url;
        const bool is_v6 = settings_.address.find(':') != std::string::npos;
        const std::string host = is_v6 ? "[" + settings_.address + "]" : settings_.address;
        return (settings_.tls_key ? "https://" : "http://") + host + ":" + std::to_string(port());
    }

    Status reload_tls() {
        if (!server_) return ok();
        auto reloaded = server_->reload_tls();
        tls_problem_ = reloaded ? "" : reloaded.error().message;
        return reloaded;
    }

    [[nodiscard]] CertificateState certificate() const {
        CertificateState state{std::nullopt, tls_problem_};
        const auto facts = tls_facts();
        if (facts && *facts) state.expires = (*facts)->expires_ms;
        return state;
    }

    [[nodiscard]] Result<std::optional<http::CertificateFacts>> tls_facts() const {
        if (!server_) return std::optional<http::CertificateFacts>();
        return server_->certificate();
    }

    [[nodiscard]] std::uint16_t metrics_port() const {
        return metrics_server_ ? metrics_server_->port() : 0;
    }

    [[nodiscard]] std::uint16_t port() const { return server_ ? server_->port() : 0; }

    [[nodiscard]] HubStore& store() const {
        SATCHEL_ASSERT(store_ != nullptr);
        return *store_;
    }

    [[nodiscard]] const HubSettings& settings() const { return settings_; }

  private:
    Status start_metrics() {
        if (settings_.metrics_address.empty()) return ok();
        auto handler = [this](http::Request request, http::PeerInfo) {
            return answer_watcher(std::move(request));
        };
        metrics_server_ = std::make_unique<http::Server>(
            executor_, metrics_settings(settings_), handler, on_failure_);
        auto started = metrics_server_->start();
        if (!started) return std::move(started).error().at("serve metrics");
        return ok();
    }

    asio::awaitable<http::Response> answer_watcher(http::Request request) {
        http::Response response;
        if (request.method != "GET") {
            response.status = 405;
            co_return response;
        }
        if (request.target == "/healthz") co_return co_await service_->healthz();
        if (request.target != "/metrics") {
            response.status = 404;
            co_return response;
        }
        const Gauges now = co_await gauges();
        response.fields.add("Content-Type", "text/plain; version=0.0.4");
        response.body = to_bytes(as_bytes(service_->metrics().text(now)));
        co_return response;
    }

    asio::awaitable<Gauges> gauges() {
        Gauges now;
        now.version = settings_.version;
        now.uptime = clock_.steady_ms() - started_;
        now.is_healthy = co_await service_->is_healthy();
        now.connections = server_->connection_count();
        now.held_polls = service_->held_polls();
        now.sessions = service_->session_count();
        now.commits = store().write_counters().commits;
        now.tls_expires = certificate().expires;
        const auto known = co_await figures();
        if (!known) co_return now;
        now.devices = known->stored.devices;
        now.segments = known->stored.segments;
        now.stored_bytes = known->stored.bytes;
        now.database_bytes = known->file.bytes;
        if (known->file.backed_up)
            now.backup_age =
                milliseconds(std::max<UnixMs>(0, clock_.now_ms() - *known->file.backed_up));
        co_return now;
    }

    asio::any_io_executor executor_;
    HubSettings settings_;
    const Clock& clock_;
    OnFailure on_failure_;
    std::unique_ptr<HubStore> store_{};
    std::unique_ptr<Service> service_{};
    std::unique_ptr<http::Server> server_{};
    std::unique_ptr<http::Server> metrics_server_{};
    OnServed on_served_{};
    milliseconds started_{};
    std::string tls_problem_{};
};

Hub::Hub(asio::any_io_executor executor,
         HubSettings settings,
         const Clock& clock,
         OnFailure on_failure)
    : impl_(std::make_unique<Impl>(
          std::move(executor), std::move(settings), clock, std::move(on_failure))) {}

Hub::~Hub() = default;

Status Hub::start() {
    return impl_->start();
}

asio::awaitable<void> Hub::stop() {
    return impl_->stop();
}

Result<std::string> Hub::new_admission(AdmissionKind kind,
                                       std::chrono::seconds ttl,
                                       std::optional<WorkspaceId> workspace) {
    return impl_->new_admission(kind, ttl, workspace);
}

Result<std::uint64_t> Hub::workspace_count() {
    return impl_->store().workspace_count_now();
}

asio::awaitable<Result<HubFigures>> Hub::figures() {
    return impl_->figures();
}

asio::awaitable<Result<BackupDone>> Hub::back_up(BackupWish wish) {
    BackupOrder order;
    order.folder = wish.folder.empty() ? backup_folder() : std::move(wish.folder);
    order.keep = wish.keep;
    order.version = impl_->settings().version;
    return impl_->store().back_up(std::move(order));
}

asio::awaitable<Result<std::vector<SeenDevice>>> Hub::devices() {
    return impl_->devices();
}

std::filesystem::path Hub::backup_folder() const {
    return impl_->settings().data_dir / "backups";
}

std::filesystem::path Hub::database_file() const {
    return impl_->settings().data_dir / kBackupDatabase;
}

void Hub::begin_stop() {
    impl_->store().begin_stop();
}

asio::awaitable<Result<HubAudit>> Hub::audit(std::uint64_t limit, bool verify) {
    return impl_->audit(limit, verify);
}

std::string Hub::url() const {
    return impl_->url();
}

std::uint16_t Hub::port() const {
    return impl_->port();
}

const std::string& Hub::hub_id() const {
    return impl_->store().hub_id();
}

Result<std::optional<Hash256>> Hub::tls_pin() const {
    SATCHEL_TRY(facts, impl_->tls_facts());
    if (!facts) return std::optional<Hash256>();
    return std::optional<Hash256>(facts->key_hash);
}

std::uint16_t Hub::metrics_port() const {
    return impl_->metrics_port();
}

Status Hub::reload_tls() {
    return impl_->reload_tls();
}

CertificateState Hub::certificate() const {
    return impl_->certificate();
}

void Hub::on_served(OnServed on_served) {
    impl_->on_served(std::move(on_served));
}

GroupWriter::Counters Hub::write_counters() const {
    return impl_->store().write_counters();
}

}  // namespace satchel::hub
