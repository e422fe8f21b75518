// The methods of noun recovery. The words leave the process in one answer, and come in one request.
#include "daemon/app/handlers.h"
#include "daemon/app/recovery.h"
#include "shared/base/base32.h"
#include "shared/platform/host.h"
#include "shared/protocol/control/recovery.h"

#include <algorithm>

namespace satchel::app {

namespace {

asio::awaitable<Result<control::RecoveryCreateResponse>> create(
    DeviceApp& app, control::RecoveryCreateRequest request) {
    SATCHEL_CO_TRY(had, co_await count_paper_devices(app));
    Membership& membership = *app.membership();
    control::RecoveryCreateResponse response;
    response.hub_url = membership.hub.url;
    if (membership.hub.tls_pin) response.hub_key = to_base32(ByteView(*membership.hub.tls_pin));
    response.workspace = membership.identity.keyring.workspace().text();
    response.replaced = had > 0;
    if (!request.dry_run || (had > 0 && !request.replace)) {
        SATCHEL_CO_TRY(key, co_await add_recovery_key(app, request.replace));
        response.device_id = key.keys().device().text();
        response.words = as_text(key.words().view());
    }
    response.epoch = co_await app.worker().run(
        [&] { return std::int64_t{membership.identity.keyring.epoch()}; });
    co_return response;
}

/// The key of a hub as `recovery create` shows it; nothing for an empty text.
Result<std::optional<Hash256>> read_key(std::string_view text) {
    if (text.empty()) return std::optional<Hash256>{};
    const auto bytes = from_base32(text);
    Hash256 key{};
    if (!bytes || bytes->size() != key.size())
        return Error{ErrorCode::invalid_argument,
                     "read the key of the hub: it is not one",
                     "it has 52 letters and digits, as satchelctl recovery create showed it"};
    std::ranges::copy(*bytes, key.begin());
    return std::optional<Hash256>(key);
}

asio::awaitable<Result<control::RecoveryUseResponse>> use(DeviceApp& app,
                                                          control::RecoveryUseRequest request) {
    if (const Membership* membership = app.membership())
        co_return Error{ErrorCode::already_exists,
                        "this device belongs to a workspace already, as '" +
                            membership->identity.device_name + "'",
                        "recovery words are for a machine that belongs to none"};
    auto key = crypto::RecoveryKey::parse(request.words);
    if (!key) co_return std::move(key).error();
    RecoveryWish wish;
    SATCHEL_CO_TRY(pin, read_key(request.hub_key));
    wish.tls_pin = pin;
    wish.hub_url = request.hub_url;
    wish.device_name = request.device_name.empty() ? platform::host_name() : request.device_name;
    wish.is_dry_run = request.dry_run;
    control::RecoveryUseResponse response;
    response.hub_url = wish.hub_url;
    response.device = wish.device_name;
    SATCHEL_CO_TRY(outcome, co_await recover(app, std::move(*key), std::move(wish)));
    response.workspace = outcome.workspace.text();
    response.epoch = std::int64_t{outcome.epoch};
    response.devices = std::move(outcome.devices);
    if (!outcome.enrolment) co_return response;
    response.device_id = outcome.enrolment->identity.device.text();
    const Status begun = co_await app.begin_membership(std::move(*outcome.enrolment));
    if (!begun) co_return begun.error();
    co_return response;
}

}  // namespace

void add_recovery_handlers(DeviceApp& app) {
    app.server().on<control::RecoveryCreateRequest>(
        [&app](const control::RecoveryCreateRequest& request) { return create(app, request); });
    app.server().on<control::RecoveryUseRequest>(
        [&app](const control::RecoveryUseRequest& request) { return use(app, request); });
}

}  // namespace satchel::app
