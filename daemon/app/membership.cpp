// The parts of a membership, wired.
#include "daemon/app/device_app.h"

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
                                          const config::Settings& settings) {
    transport::HubSettings made;
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
          transport_settings(hub, identity, app.options().settings),
          [this](ByteView canonical) { return crypto::sign_request(identity.keys, canonical); }),
      invitations(replica, app.worker(), app.clock(), app.random()),
      engine(app.executor(),
             engine::CycleParts{replica,
                                app.worker(),
                                transport,
                                invitations,
                                app.clock(),
                                [&app] { return app.is_stopping(); },
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

}  // namespace satchel::app
