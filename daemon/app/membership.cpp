// The parts of a membership, wired; how one begins and ends while the daemon runs.
#include "daemon/app/backup_work.h"
#include "daemon/app/device_app.h"
#include "daemon/app/join.h"
#include "daemon/store/meta.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"

namespace satchel::app {

namespace {

/// In the store: when a cycle last did all it wanted, eight bytes.
constexpr std::string_view kLastSuccessFact = "last_success";

engine::Pace pace_of(const config::Settings& settings, bool is_enabled) {
    engine::Pace pace;
    pace.interval = seconds(settings.interval_seconds);
    pace.settle = milliseconds(settings.settle_ms);
    pace.is_enabled = is_enabled;
    return pace;
}

transport::HubSettings transport_settings(const HubAddress& hub,
                                          const engine::Identity& identity,
                                          const config::Settings& settings,
                                          bool is_connected) {
    transport::HubSettings made;
    made.is_disconnected = !is_connected;
    made.url = hub.url;
    made.hub_id = hub.hub_id;
    made.tls_pin = hub.tls_pin;
    made.allow_plaintext = settings.allow_plaintext;
    made.workspace = identity.keyring.workspace();
    made.device = identity.device;
    return made;
}

}  // namespace

Membership::Membership(DeviceApp& app, Enrolment enrolment, bool is_enabled)
    : hub(std::move(enrolment.hub)),
      identity(std::move(enrolment.identity)),
      replica(app.database(), identity, app.clock(), app.random(), app.options().version),
      transport(
          app.executor(),
          transport_settings(hub, identity, app.options().settings, app.is_connected()),
          [this](ByteView canonical) { return crypto::sign_request(identity.keys, canonical); }),
      invitations(replica, app.worker(), app.clock(), app.random()),
      engine(app.executor(),
             engine::CycleParts{replica,
                                app.worker(),
                                transport,
                                invitations,
                                app.clock(),
                                [&app, this] { return app.is_stopping() || is_ending; },
                                {},
                                [&app] { return app.take_hints(); }},
             app.random(),
             app,
             pace_of(app.options().settings, is_enabled)) {}

void Membership::set_pace(const config::Settings& settings) {
    engine.set_pace(pace_of(settings, engine.pace().is_enabled));
    // The wait for the next cycle was planned with the old interval.
    if (engine.pace().is_enabled) engine.wake("settings");
}

Result<Membership*> DeviceApp::need_membership() {
    if (membership_) return membership_.get();
    if (start_error_) return *start_error_;
    if (!words_.empty())
        return Error{ErrorCode::not_enrolled,
                     "this device waits to be let in; its words: " + words_,
                     "on an enrolled device run 'satchelctl device approve NAME' and compare them"};
    return Error{
        ErrorCode::not_enrolled,
        "this device belongs to no workspace yet",
        "on the hub's host or an enrolled device run 'satchelctl sync register --name NAME', "
        "then here 'satchelctl sync setup'"};
}

void DeviceApp::wait_for_consent(JoinOutcome joining) {
    words_ = joining.words;
    tasks_.spawn("consent", await_consent(std::move(joining)));
}

asio::awaitable<void> DeviceApp::await_consent(JoinOutcome joining) {
    auto enrolment = co_await joining.finish();
    if (membership_ || words_ != joining.words) co_return;
    words_.clear();
    Status begun = ok();
    if (enrolment)
        begun = co_await begin_membership(std::move(*enrolment));
    else
        begun = enrolment.error();
    if (begun)
        tell("device", "this device was let in");
    else
        SATCHEL_LOG("app", warn, "not let in", {log::key::kError, begun.error().message});
}

asio::awaitable<void> DeviceApp::keep_noting() {
    /// A write with every cycle would be most of what a quiet device writes.
    constexpr milliseconds kSparing = std::chrono::minutes(10);
    std::optional<milliseconds> noted;
    // Ends by cancellation.
    while (true) {
        const bool has_succeeded = co_await succeeded_.wait_for(std::chrono::hours(1));
        const milliseconds now = clock_.steady_ms();
        if (!has_succeeded || (noted && now - *noted < kSparing)) continue;
        noted = now;
        const UnixMs at = membership_->engine.status().last_success_ms;
        const Status kept = co_await worker_.run([&]() -> Status {
            SATCHEL_TRY(transaction, store::Transaction::begin(*database_));
            Bytes value;
            ByteWriter(value).u64(static_cast<std::uint64_t>(at));
            if (auto set = store::set_fact(transaction, kLastSuccessFact, value); !set) return set;
            return transaction.commit();
        });
        if (!kept)
            SATCHEL_LOG(
                "app", warn, "a success is not noted", {log::key::kError, kept.error().message});
    }
}

Result<UnixMs> DeviceApp::find_last_success() {
    SATCHEL_TRY(fact, store::find_fact(*database_, kLastSuccessFact));
    if (!fact) return UnixMs{0};
    ByteReader in(*fact);
    const auto at = static_cast<UnixMs>(in.u64());
    return in.failed() || at < 0 ? UnixMs{0} : at;
}

asio::awaitable<Status> DeviceApp::begin_membership(Enrolment enrolment) {
    membership_ = std::make_unique<Membership>(*this, std::move(enrolment), is_enabled_);
    const Status loaded = co_await worker_.run([this] { return load_sources(); });
    if (!loaded) {
        membership_.reset();
        co_return loaded.error();
    }
    SATCHEL_CO_TRY(last_success, co_await worker_.run([this] { return find_last_success(); }));
    membership_->engine.remember_success(last_success);
    co_await watch_sources();
    membership_tasks_.spawn("success", keep_noting());
    membership_tasks_.spawn("watches", keep_watching());
    membership_tasks_.spawn("cycles", membership_->engine.run());
    co_await switch_folding();
    co_await switch_hub_watch();
    co_return ok();
}

asio::awaitable<void> DeviceApp::end_membership(std::function<void(engine::Replica&)> last) {
    if (!membership_) co_return;
    membership_->is_ending = true;
    for (async::TaskGroup* group : {&membership_tasks_, &hub_watch_, &folding_}) {
        group->cancel();
        co_await group->join();
    }
    // A question that is being answered may still look at it.
    Membership& ended = *retired_.emplace_back(std::move(membership_));
    watch_errors_.clear();
    co_await worker_.run([&ended, &last] {
        if (last) last(ended.replica);
        ended.replica.slots().clear();
        return true;
    });
}

asio::awaitable<Status> DeviceApp::set_connected(bool is_connected) {
    const Status kept = co_await worker_.run([&]() -> Status {
        SATCHEL_TRY(transaction, store::Transaction::begin(*database_));
        const Bytes value{static_cast<Byte>(is_connected ? 1 : 0)};
        if (auto set = store::set_fact(transaction, kConnectedFact, value); !set) return set;
        return transaction.commit();
    });
    if (!kept) co_return kept;
    is_connected_ = is_connected;
    co_await end_membership();
    co_return co_await resume_membership();
}

asio::awaitable<Status> DeviceApp::resume_membership() {
    auto enrolment = co_await worker_.run([this] { return load_enrolment(*database_, places_); });
    Status begun = ok();
    if (!enrolment)
        begun = enrolment.error();
    else if (*enrolment)
        begun = co_await begin_membership(std::move(**enrolment));
    start_error_.reset();
    if (!begun) start_error_ = begun.error();
    co_return begun;
}

}  // namespace satchel::app
