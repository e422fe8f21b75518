#include "daemon/app/hub_app.h"

#include "daemon/app/places.h"
#include "daemon/app/watchdog.h"
#include "daemon/http/url.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"
#include "shared/platform/files.h"
#include "shared/protocol/wire/join_string.h"

namespace satchel::app {

namespace {

constexpr seconds kAdmissionLife{600};

hub::HubSettings to_settings(const HubOptions& options) {
    hub::HubSettings settings;
    settings.address = options.arguments.bind_address;
    settings.port = options.arguments.port;
    settings.data_dir = options.arguments.data_directory.value_or(Places(options.dirs).hub_data);
    settings.tls_certificate = options.arguments.tls_certificate;
    settings.tls_key = options.arguments.tls_key;
    settings.public_url = options.arguments.public_url;
    settings.version = options.version;
    settings.metrics_address = options.arguments.metrics_address;
    settings.metrics_port = options.arguments.metrics_port;
    // Judged when the arguments were read.
    if (auto proxies = hub::TrustedProxies::parse(options.arguments.trusted_proxies))
        settings.trusted_proxies = std::move(*proxies);
    return settings;
}

/// The query stays out: nothing that names a thing of a user gets into the log.
void log_request(const hub::Served& served) {
    constexpr std::size_t kShortId = 8;
    SATCHEL_LOG("requests",
                info,
                "served",
                {"method", served.method},
                {"class", served.operation},
                {"status", served.status},
                {"received", served.received},
                {"sent", served.sent},
                {"ms", served.took.count()},
                {"device", served.device.empty() ? "-" : served.device.substr(0, kShortId)});
}

}  // namespace

HubApp::HubApp(asio::io_context& loop, HubOptions options)
    : loop_(loop),
      options_(std::move(options)),
      notifier_(platform::process_environment()),
      tasks_(loop.get_executor(),
             [](const std::string& name, const std::string& what) {
                 SATCHEL_LOG(
                     "hub", error, "a task ended unexpectedly", {"task", name}, {"what", what});
             }),
      stop_(loop.get_executor()) {}

Status HubApp::start() {
    started_ms_ = clock_.now_ms();
    const hub::HubSettings settings = to_settings(options_);
    if (!settings.public_url.empty())
        if (auto url = http::parse_url(settings.public_url); !url) return url.error();
    for (const auto& directory : {options_.dirs.state, options_.dirs.runtime, settings.data_dir})
        if (auto made = platform::ensure_private_directory(directory); !made) return made;
    auto lock = platform::FileLock::acquire(options_.dirs.lock("hub"));
    if (!lock)
        return Error{lock.error().code,
                     "another hub runs for this user: " + lock.error().message,
                     "satchelctl hub status shows it"};
    instance_lock_ = std::move(*lock);
    hub_ = std::make_unique<hub::Hub>(
        loop_.get_executor(),
        settings,
        clock_,
        [](const std::string& where, const std::string& what) {
            SATCHEL_LOG(
                "hub", error, "a request failed", {"where", where}, {log::key::kError, what});
        });
    if (options_.arguments.logs_requests) hub_->on_served(log_request);
    if (auto started = hub_->start(); !started) return started;
    control::ServerOptions server_options;
    server_options.socket = options_.dirs.socket("hub");
    server_options.role = "hub";
    server_options.version = options_.version;
    server_ =
        std::make_unique<control::Server>(loop_.get_executor(), clock_, std::move(server_options));
    add_handlers();
    return server_->listen(*instance_lock_);
}

asio::awaitable<void> HubApp::run() {
    tasks_.spawn("control", server_->serve());
    tasks_.spawn("watchdog", keep_watchdog(notifier_));
    notifier_.ready();
    notifier_.status("serves " + hub_->url());
    SATCHEL_LOG("hub", info, "serving", {log::key::kHub, hub_->url()});
    bool is_asked = false;
    while (!is_asked) is_asked = co_await stop_.wait_for(std::chrono::hours(1));
    notifier_.stopping();
    hub_->begin_stop();
    tasks_.cancel();
    co_await tasks_.join();
    co_await server_->stop();
    co_await hub_->stop();
    SATCHEL_LOG("hub", info, "stopped");
}

void HubApp::reload() {
    if (!options_.arguments.tls_certificate) {
        SATCHEL_LOG("hub", info, "nothing to read again: there is no certificate");
        return;
    }
    const auto before = hub_->tls_pin();
    if (auto reloaded = hub_->reload_tls(); !reloaded) {
        SATCHEL_LOG("hub",
                    error,
                    "the changed certificate is not used, the one so far stays",
                    {log::key::kError, reloaded.error().message});
        return;
    }
    const auto after = hub_->tls_pin();
    SATCHEL_LOG("hub", info, "read the certificate again");
    const bool is_same_key = before && after && *before == *after;
    if (!is_same_key)
        SATCHEL_LOG("hub",
                    warn,
                    "the certificate has another key: devices that joined by a certificate nobody "
                    "vouches for refuse it until they are told");
}

asio::awaitable<Result<control::InviteResponse>> HubApp::register_device(std::string name) {
    // Codes are written in one commit; short enough for the loop of a process that only serves.
    SATCHEL_CO_TRY(workspaces, hub_->workspace_count());
    SATCHEL_CO_TRY(pin, hub_->tls_pin());
    // The hub lets a further device in front of the door; a member opens it.
    const bool founds = workspaces == 0;
    SATCHEL_CO_TRY(
        code,
        hub_->new_admission(founds ? hub::AdmissionKind::founding : hub::AdmissionKind::joining,
                            kAdmissionLife));
    wire::JoinTicket ticket;
    ticket.hub_url = hub_->url();
    ticket.hub_id = hub_->hub_id();
    ticket.tls_pin = pin;
    ticket.admission_code = code;
    ticket.expires_ms = clock_.now_ms() + milliseconds(kAdmissionLife).count();
    SATCHEL_CO_TRY(text, wire::to_join_string(ticket));
    control::InviteResponse response;
    response.join_string = text;
    response.device = name;
    response.hub_url = ticket.hub_url;
    response.expires = json::Time{ticket.expires_ms};
    response.approved = founds;
    co_return response;
}

}  // namespace satchel::app
