// The parts of a membership, wired; how one begins and ends while the daemon runs.
#include "daemon/app/backup_work.h"
#include "daemon/app/device_app.h"
#include "daemon/app/join.h"
#include "daemon/store/meta.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"

namespace satchel::app {

namespace {

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

asio::awaitable<Status> DeviceApp::begin_membership(Enrolment enrolment) {
    membership_ = std::make_unique<Membership>(*this, std::move(enrolment), is_enabled_);
    const Status loaded = co_await worker_.run([this] { return load_sources(); });
    if (!loaded) {
        membership_.reset();
        co_return loaded.error();
    }
    co_await watch_sources();
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
